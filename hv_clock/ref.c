// SPDX-License-Identifier: GPL-2.0
/*
 * The clocksource hv_clock_ref; see ref.h.
 *
 * It has no vDSO mode: KVM then takes it for no master clock, and user space reads it by a system
 * call. A second one with the mode of the TSC page would not do, since only the kernel's own maps
 * that page into the vDSO.
 *
 * At a switch the kernel goes on from the time it last had. If the page had stopped, or run slow,
 * that is behind; VMs that read the TSC are not, and would step back. So the switch to
 * hv_clock_ref makes up for what has been lost since the last good check: the first reading, from
 * which the kernel goes on, lies that much before the counter. Time that the page ran too fast is
 * never taken back.
 */
#include <linux/clocksource.h>
#include <linux/module.h>
#include <linux/pvclock_gtod.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timekeeper_internal.h>
#include <linux/timekeeping.h>

#include "host.h"
#include "ref.h"

/* The kernel's TSC page has 500, with an invariant TSC 250; its own one of the counter 5 less. */
#define RATING_AT_REST	200
#define RATING_IN	510

#define PAGE_NAME	"hyperv_clocksource_tsc_page"

/* The last moment at which the kernel's time was known to be good. */
static struct {
	bool known;
	u64 reference;
	u64 raw_ns;
} good;

static u64 missing;		/* taken from the first reading, in units of 100 ns */
static s64 behind_ns;		/* how far L1's time was behind at the last switch */
static bool was_in_use;

static DEFINE_RAW_SPINLOCK(clock_lock);
static enum ref_clock current_clock;
static char current_name[REF_CLOCK_NAME_SIZE];

static u64 notrace read_counter(struct clocksource *cs)
{
	u64 now = host_reference();

	/* Nobody else runs: this is the first reading after enable(), in stop_machine(). */
	if (unlikely(missing)) {
		now -= missing;
		missing = 0;
	}
	return now;
}

/* In stop_machine(), before the kernel reads the old clocksource for the last time. */
static int enable(struct clocksource *cs)
{
	u64 elapsed = host_reference() - good.reference;

	behind_ns = 0;
	was_in_use = true;
	if (good.known) {
		behind_ns = elapsed * REFERENCE_UNIT_NS - (ktime_get_raw_ns() - good.raw_ns);
		missing = behind_ns > 0 ? behind_ns / REFERENCE_UNIT_NS : 0;
	}
	return 0;
}

static struct clocksource counter = {
	.name = REF_NAME,
	.rating = RATING_AT_REST,
	.read = read_counter,
	.enable = enable,
	.mask = CLOCKSOURCE_MASK(64),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS,
	.vdso_clock_mode = VDSO_CLOCKMODE_NONE,
	.owner = THIS_MODULE,
};

/* At every update of the kernel's time, with its lock held. */
static int time_updated(struct notifier_block *nb, unsigned long was_set, void *timekeeper)
{
	static const struct clocksource *seen;
	const struct clocksource *now = ((struct timekeeper *)timekeeper)->tkr_mono.clock;

	if (now == seen)
		return NOTIFY_OK;
	seen = now;
	raw_spin_lock(&clock_lock);
	strscpy(current_name, now->name, sizeof(current_name));
	if (now == &counter)
		current_clock = REF_CLOCK_REF;
	else
		current_clock = strcmp(now->name, PAGE_NAME) ? REF_CLOCK_OTHER : REF_CLOCK_PAGE;
	raw_spin_unlock(&clock_lock);
	return NOTIFY_OK;
}

static struct notifier_block time_notifier = {
	.notifier_call = time_updated,
};

/**
 * ref_register() - offers the clocksource to the kernel, at rest
 *
 * Return: 0 or a negative errno
 */
int ref_register(void)
{
	int r;

	/* Runs it once, so that the current clocksource is known from here on. */
	r = pvclock_gtod_register_notifier(&time_notifier);
	if (r)
		return r;
	r = clocksource_register_hz(&counter, REFERENCE_HZ);
	if (r)
		pvclock_gtod_unregister_notifier(&time_notifier);
	return r;
}

/**
 * ref_unregister() - takes the clocksource back
 *
 * It is not in use, since it holds a reference to the module while it is.
 */
void ref_unregister(void)
{
	clocksource_unregister(&counter);
	pvclock_gtod_unregister_notifier(&time_notifier);
	if (was_in_use)
		synchronize_rcu_tasks();	/* nobody is preempted in read_counter() */
}

/**
 * ref_step_in() - rates the clocksource above the page
 *
 * Sleeps, stops the machine for the switch; not from a workqueue. The caller serialises it with
 * the other functions here.
 *
 * Return: true if L1's time is read from it now, false if the user has forced another clocksource
 */
bool ref_step_in(void)
{
	clocksource_change_rating(&counter, RATING_IN);
	return ref_clock(NULL) == REF_CLOCK_REF;
}

/**
 * ref_step_out() - rates the clocksource below the page; as ref_step_in()
 *
 * Return: true if L1's time is read from the page now
 */
bool ref_step_out(void)
{
	clocksource_change_rating(&counter, RATING_AT_REST);
	return ref_clock(NULL) == REF_CLOCK_PAGE;
}

/**
 * ref_clock() - says which clocksource L1's time is read from
 * @name: gets its name, REF_CLOCK_NAME_SIZE bytes; or NULL
 *
 * Return: which it is
 */
enum ref_clock ref_clock(char *name)
{
	enum ref_clock now;
	unsigned long flags;

	raw_spin_lock_irqsave(&clock_lock, flags);
	now = current_clock;
	if (name)
		strscpy(name, current_name, REF_CLOCK_NAME_SIZE);
	raw_spin_unlock_irqrestore(&clock_lock, flags);
	return now;
}

/**
 * ref_note_good() - L1's time is right now
 */
void ref_note_good(void)
{
	unsigned long flags;

	local_irq_save(flags);	/* enable() sees all of it or nothing */
	good.reference = host_reference();
	good.raw_ns = ktime_get_raw_ns();
	good.known = true;
	local_irq_restore(flags);
}

/**
 * ref_forget() - nothing is known of L1's time any more: it stands while the machine sleeps
 */
void ref_forget(void)
{
	good.known = false;
}

/**
 * ref_since_good() - when ref_note_good() was called last
 *
 * Return: ns from then to now; 0 if it was not
 */
u64 ref_since_good(void)
{
	return good.known ? (host_reference() - good.reference) * REFERENCE_UNIT_NS : 0;
}

/**
 * ref_behind_ns() - how far L1's time was off when the clocksource was last switched to
 *
 * Return: ns it was behind, which has been made up for; below 0 if it was ahead, which has not
 */
s64 ref_behind_ns(void)
{
	return behind_ns;
}
