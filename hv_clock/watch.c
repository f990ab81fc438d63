// SPDX-License-Identifier: GPL-2.0
/*
 * When the TSC page is checked, and what is done about it; see watch.h.
 *
 * A thread of its own does it: a switch of the clocksource stops the machine, which may not be
 * done from a workqueue. Only after a reenlightenment it is done in hv_reenlightenment's task,
 * before any L2 goes on.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpuhotplug.h>
#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/printk.h>
#include <linux/suspend.h>
#include <linux/wait.h>

#include "host.h"
#include "ref.h"
#include "tell.h"
#include "watch.h"

#define RETRY_MS	100	/* after a check that came to no end */

unsigned int watch_period_ms = 10000;
unsigned int watch_skew_bound_ns = 1000;

static DEFINE_MUTEX(lock);	/* one check at a time; guards what follows */
static struct watch watch;

static struct task_struct *thread;
static DECLARE_WAIT_QUEUE_HEAD(wait);
static bool wanted;		/* a check, now */

/* The lines of the log; their numbers are in sysfs, too. */
static void say_start(void)
{
	char reason[WATCH_REASON_SIZE];

	watch_reason(&watch, reason, sizeof(reason));
	if (!watch.verdict.failed)
		pr_info("%s: %s\n", watch_state(&watch), reason);
}

static void say_out(bool stepped_in)
{
	char name[REF_CLOCK_NAME_SIZE];

	ref_clock(name);
	if (stepped_in)
		pr_warn("%s: %s keeps the time; for at most %llu ms clocks were off by up to %llu ns\n",
			watch.check.reason, name, watch.exposed_for_ns / NSEC_PER_MSEC,
			watch.exposed_ns);
	else
		pr_warn("%s: but %s keeps the time, only watching\n", watch.check.reason, name);
}

static void say_back(bool stepped_out)
{
	char name[REF_CLOCK_NAME_SIZE];

	ref_clock(name);
	pr_info("the TSC page is good again: %s keeps the time%s\n", name,
		stepped_out ? "" : ", only watching");
}

/*
 * VMs are told after L1 has left the page, and after it has returned to it: what they are given
 * meanwhile is good with either clock.
 */
static void leave_page(void)
{
	bool stepped_in = false;

	watch.exposed_for_ns = ref_since_good();
	watch.exposed_ns = watch.check.spread_ns;
	if (!host_tsc_invariant()) {
		stepped_in = ref_step_in();
		if (stepped_in)
			watch.exposed_ns = max_t(u64, watch.exposed_ns, abs(ref_behind_ns()));
		tell_page_trusted(false);
	}
	say_out(stepped_in);
}

static void return_to_page(void)
{
	bool stepped_out = false;

	if (!host_tsc_invariant()) {
		stepped_out = ref_step_out();
		tell_page_trusted(true);
	}
	say_back(stepped_out);
}

/* Under the lock. Returns false if it came to no end. */
static bool check_now(void)
{
	enum check_outcome outcome = check_run(&watch.check, READ_ONCE(watch_skew_bound_ns));

	if (outcome == CHECK_VOID) {
		watch.voided++;
		return false;
	}
	switch (verdict_note(&watch.verdict, outcome == CHECK_PASSED)) {
	case VERDICT_LEAVES:
		leave_page();
		break;
	case VERDICT_RETURNS:
		return_to_page();
		break;
	case VERDICT_STAYS:
		break;
	}
	if (ref_clock(NULL) == REF_CLOCK_OTHER)
		ref_forget();
	else if (outcome == CHECK_PASSED)
		ref_note_good();
	return true;
}

/*
 * A bit earlier than a period after the last check began: what sets in right after a check has
 * looked is then found within a period, although the next check takes its time, too.
 */
static long time_left(unsigned long begun, unsigned int period_ms)
{
	unsigned long due = begun + msecs_to_jiffies(period_ms - period_ms / 8);

	return max((long)(due - jiffies), 1L);
}

static int run(void *unused)
{
	unsigned long begun = jiffies;
	bool ended = true;

	set_freezable();
	while (!kthread_should_stop()) {
		unsigned int ms = READ_ONCE(watch_period_ms);

		if (!ended)
			ms = min(ms, RETRY_MS);
		wait_event_freezable_timeout(wait, READ_ONCE(wanted) || kthread_should_stop(),
					     time_left(begun, ms));
		if (kthread_should_stop())
			break;
		WRITE_ONCE(wanted, false);
		begun = jiffies;
		mutex_lock(&lock);
		ended = check_now();
		mutex_unlock(&lock);
	}
	return 0;
}

/* All L2s wait for this. */
static void switched(struct hv_reenlightenment_subscriber *s, u64 old_hz, u64 new_hz)
{
	mutex_lock(&lock);
	check_forget();
	check_now();
	mutex_unlock(&lock);
}

static struct hv_reenlightenment_subscriber subscriber = {
	.name = KBUILD_MODNAME,
	.switched = switched,
};

static int cpu_came(unsigned int cpu)
{
	watch_now();
	return 0;
}

static int cpu_online_state;

/* The thread is frozen between the two events. */
static int power_event(struct notifier_block *nb, unsigned long event, void *unused)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
		mutex_lock(&lock);
		ref_forget();
		check_forget();
		mutex_unlock(&lock);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
		watch_now();
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block power_notifier = {
	.notifier_call = power_event,
};

/**
 * watch_now() - has the page checked soon, and from then on after each period
 *
 * Any context.
 */
void watch_now(void)
{
	WRITE_ONCE(wanted, true);
	wake_up(&wait);
}

/**
 * watch_hold() - the state, for reading
 *
 * Waits for a check to end.
 *
 * Return: the state, which stays as it is until watch_release()
 */
const struct watch *watch_hold(void)
{
	mutex_lock(&lock);
	return &watch;
}

/**
 * watch_release() - the reader is done
 */
void watch_release(void)
{
	mutex_unlock(&lock);
}

/**
 * watch_state() - what is being done
 * @held: the state, held
 *
 * Return: one word, as in sysfs
 */
const char *watch_state(const struct watch *held)
{
	enum ref_clock expected = held->verdict.failed ? REF_CLOCK_REF : REF_CLOCK_PAGE;

	if (host_tsc_invariant() || ref_clock(NULL) != expected)
		return "watching";
	return held->verdict.failed ? "fallback" : "content";
}

/**
 * watch_reason() - why that is being done
 * @held: the state, held
 * @buf: gets a line, without its end
 * @size: of @buf
 */
void watch_reason(const struct watch *held, char *buf, size_t size)
{
	const char *found = held->check.reason[0] ? held->check.reason : "the TSC page passes";
	char name[REF_CLOCK_NAME_SIZE];

	ref_clock(name);
	if (host_tsc_invariant())
		snprintf(buf, size, "the TSC is invariant, %s keeps the time; %s", name, found);
	else if (!strcmp(watch_state(held), "watching"))
		snprintf(buf, size, "the clocksource %s was forced; %s", name, found);
	else if (held->verdict.failed && !held->check.reason[0])
		snprintf(buf, size, "the TSC page passed %u checks, it returns after %u",
			 held->verdict.passed, held->verdict.patience);
	else
		strscpy(buf, found, size);
}

/**
 * watch_init() - sets the state up, before anything looks at it
 *
 * Return: 0 or -ENOMEM
 */
int watch_init(void)
{
	verdict_init(&watch.verdict);
	return check_init(&watch.check);
}

/**
 * watch_exit() - undoes watch_init()
 */
void watch_exit(void)
{
	check_exit(&watch.check);
}

/**
 * watch_start() - checks the page, and goes on doing so
 *
 * The clocksource is registered. The first check comes last, since it may switch to it.
 *
 * Return: 0 or a negative errno
 */
int watch_start(void)
{
	int r;

	thread = kthread_run(run, NULL, KBUILD_MODNAME);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	r = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "hv_clock:online", cpu_came, NULL);
	if (r < 0)
		goto err_cpuhp;
	cpu_online_state = r;
	r = register_pm_notifier(&power_notifier);
	if (r)
		goto err_power;
	tell_init(&subscriber);

	mutex_lock(&lock);
	check_now();
	say_start();
	mutex_unlock(&lock);
	return 0;

err_power:
	cpuhp_remove_state_nocalls(cpu_online_state);
err_cpuhp:
	kthread_stop(thread);
	return r;
}

/**
 * watch_stop() - undoes watch_start()
 */
void watch_stop(void)
{
	unregister_pm_notifier(&power_notifier);
	cpuhp_remove_state_nocalls(cpu_online_state);
	kthread_stop(thread);
	tell_exit(&subscriber);
}
