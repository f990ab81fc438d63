// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the TSC page keeps the time; see service.h.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "host.h"
#include "ref.h"
#include "service.h"
#include "tell.h"
#include "vms.h"

enum state {
	NOTHING_SAID,
	CONTENT,
	FALLBACK,
	WATCHING,
	UNKNOWN,
};

static const char *const names[] = {
	[CONTENT] = "content",
	[FALLBACK] = "fallback",
	[WATCHING] = "watching",
	[UNKNOWN] = "unknown",
};

static DEFINE_MUTEX(lock);	/* guards what follows; not held while anything is measured */
static struct service service;
static enum state last_said;

/* The user's choice of a clocksource counts for more than a verdict. */
static enum state state_of(const struct service *s)
{
	if (host_tsc_invariant() ||
	    ref_clock(NULL) != (s->verdict.failed ? REF_CLOCK_REF : REF_CLOCK_PAGE))
		return WATCHING;
	if (s->verdict.failed)
		return FALLBACK;
	return verdict_unknown(&s->verdict) ? UNKNOWN : CONTENT;
}

/* The lines of the log, one for each change of the state; their numbers are in sysfs, too. */
static void say(void)
{
	char reason[SERVICE_REASON_SIZE], name[REF_CLOCK_NAME_SIZE];
	enum state state = state_of(&service);

	if (state == last_said)
		return;
	last_said = state;
	ref_clock(name);
	service_reason(&service, reason, sizeof(reason));
	if (state == FALLBACK)
		pr_warn("%s: %s keeps the time; for at most %llu ms clocks were off by up to %llu ns\n",
			reason, name, service.exposed_for_ns / NSEC_PER_MSEC, service.exposed_ns);
	else if (state == UNKNOWN)
		pr_warn("%s: %s; %s keeps the time\n", names[state], reason, name);
	else
		pr_info("%s: %s; %s keeps the time\n", names[state], reason, name);
}

/* VMs are held meanwhile: kvm.ko would take the master clock from them by the new clocksource. */
static void leave_page(void)
{
	service.exposed_for_ns = ref_since_good();
	service.exposed_ns = service.check.spread_ns;
	if (!host_tsc_invariant() && tell_page_leaves(ref_step_in))
		service.exposed_ns = max_t(u64, service.exposed_ns, abs(ref_behind_ns()));
}

/* Unless a VM has been born since its backend was looked at. */
static void return_to_page(void)
{
	if (host_tsc_invariant())
		return;
	ref_step_out();
	service.stuck = vms_stuck();
	if (!service.stuck)
		return;
	ref_step_in();
	verdict_recall(&service.verdict);
}

/*
 * What VMs may have a master clock by. On any other clocksource without vDSO kvm.ko sets each
 * vCPU's TSC anew, whoever chose it, and they must not have one again.
 */
static bool page_keeps_time(void)
{
	return host_tsc_invariant() || ref_clock(NULL) == REF_CLOCK_PAGE;
}

static void act(bool passed)
{
	service.stuck = service.verdict.failed && !host_tsc_invariant() ? vms_stuck() : NULL;
	switch (verdict_note(&service.verdict, passed, !service.stuck)) {
	case VERDICT_LEAVES:
		leave_page();
		break;
	case VERDICT_RETURNS:
		return_to_page();
		break;
	case VERDICT_STAYS:
		break;
	}
	if (!service.verdict.failed)
		check_acquit();
}

/**
 * service_note() - does what follows from a check
 * @check: what was found
 * @outcome: what came out
 *
 * May stop the machine for a switch of the clocksource, so not from a workqueue. VMs are held while
 * this machine leaves the page, and told after it has returned to it.
 */
void service_note(const struct check *check, enum check_outcome outcome)
{
	mutex_lock(&lock);
	check_copy(&service.check, check);
	if (outcome == CHECK_VOID)
		verdict_note_void(&service.verdict);
	else
		act(outcome == CHECK_PASSED);
	/* A check that came to no end dispels no doubt. */
	if (outcome != CHECK_VOID || !page_keeps_time())
		tell_page_trusted(page_keeps_time());
	say();
	mutex_unlock(&lock);
}

/**
 * service_pause_ms() - when the next check is due
 * @period_ms: see verdict_pause_ms()
 *
 * Return: ms from the beginning of the last check
 */
unsigned int service_pause_ms(unsigned int period_ms)
{
	unsigned int ms;

	mutex_lock(&lock);
	ms = verdict_pause_ms(&service.verdict, period_ms);
	mutex_unlock(&lock);
	return ms;
}

/**
 * service_hold() - the state, for reading
 *
 * Waits for a switch of the clocksource, not for a check.
 *
 * Return: the state, which stays as it is until service_release()
 */
const struct service *service_hold(void)
{
	mutex_lock(&lock);
	return &service;
}

/**
 * service_release() - the reader is done
 */
void service_release(void)
{
	mutex_unlock(&lock);
}

/**
 * service_state() - what is being done
 * @held: the state, held
 *
 * Return: one word, as in sysfs
 */
const char *service_state(const struct service *held)
{
	return names[state_of(held)];
}

/**
 * service_reason() - why that is being done
 * @held: the state, held
 * @buf: gets a line, without its end
 * @size: of @buf
 */
void service_reason(const struct service *held, char *buf, size_t size)
{
	const char *found = held->check.reason[0] ? held->check.reason : "the TSC page passes";
	const struct verdict *verdict = &held->verdict;
	enum state state = state_of(held);
	char name[REF_CLOCK_NAME_SIZE];

	ref_clock(name);
	if (host_tsc_invariant())
		snprintf(buf, size, "the TSC is invariant; %s", found);
	else if (state == WATCHING)
		snprintf(buf, size, "the clocksource %s was forced; %s", name, found);
	else if (state != FALLBACK || held->check.reason[0])
		strscpy(buf, found, size);
	else if (held->stuck && verdict->passed >= verdict->patience)
		snprintf(buf, size, "the TSC page passes, it returns when the VMs of %s have ended",
			 held->stuck);
	else
		snprintf(buf, size, "the TSC page passed %u checks, it returns after %u",
			 verdict->passed, verdict->patience);
}

/**
 * service_init() - sets the state up, before anything looks at it
 *
 * Return: 0 or -ENOMEM
 */
int service_init(void)
{
	verdict_init(&service.verdict);
	return check_init(&service.check);
}

/**
 * service_exit() - undoes service_init()
 */
void service_exit(void)
{
	check_exit(&service.check);
}
