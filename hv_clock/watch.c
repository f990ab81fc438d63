// SPDX-License-Identifier: GPL-2.0
/*
 * When the TSC page is checked; see watch.h.
 *
 * A thread of its own does it: a switch of the clocksource stops the machine, which may not be
 * done from a workqueue. Its priority is that of jobs, for the same reason; see job.h.
 */
#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/freezer.h>
#include <linux/jiffies.h>
#include <linux/kthread.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/suspend.h>
#include <linux/timer.h>
#include <linux/wait.h>

#include "check.h"
#include "host.h"
#include "ref.h"
#include "service.h"
#include "tell.h"
#include "watch.h"

unsigned int watch_period_ms = 10000;
unsigned int watch_skew_bound_ns = 1000;

static DEFINE_MUTEX(lock);	/* held for a check */
static struct check check;
static bool asleep;		/* the machine, or it is about to be */

static struct task_struct *thread;
static DECLARE_WAIT_QUEUE_HEAD(wait);
static bool wanted;		/* a check, now */

/*
 * When the next one is due: whichever comes first. A CPU sets its timer by its own TSC page (the
 * host's synthetic timer) and finds it late if its TSC is ahead.
 */
static DEFINE_PER_CPU(struct timer_list, alarms);

static void ring(struct timer_list *timer)
{
	watch_now();
}

static void set_alarms(unsigned long when)
{
	unsigned int cpu;

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		per_cpu_ptr(&alarms, cpu)->expires = when;
		add_timer_on(per_cpu_ptr(&alarms, cpu), cpu);
	}
	cpus_read_unlock();
}

/* One has rung, and the others are to ring for no check of their own. */
static void stop_alarms(void)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		del_timer_sync(per_cpu_ptr(&alarms, cpu));
}

static void check_now(void)
{
	struct ref_moment begun = ref_moment();
	enum check_outcome outcome;

	tell_check_begins();
	outcome = check_run(&check, READ_ONCE(watch_skew_bound_ns));
	service_note(&check, outcome);
	if (ref_clock(NULL) == REF_CLOCK_OTHER)
		ref_forget();
	else if (outcome == CHECK_PASSED)
		ref_note_good(&begun);
}

static int run(void *unused)
{
	unsigned long begun = jiffies;

	set_freezable();
	while (!kthread_should_stop()) {
		unsigned int pause_ms = service_pause_ms(READ_ONCE(watch_period_ms));

		set_alarms(begun + msecs_to_jiffies(pause_ms));
		wait_event_freezable(wait, READ_ONCE(wanted) || kthread_should_stop());
		stop_alarms();
		if (kthread_should_stop())
			break;
		WRITE_ONCE(wanted, false);
		begun = jiffies;
		mutex_lock(&lock);
		if (!asleep)
			check_now();
		mutex_unlock(&lock);
	}
	return 0;
}

/*
 * All L2s wait for this, so only what the page says of itself is looked at. If that is wrong they
 * are told before they go on; all the rest is for the thread. Where the page does not keep the
 * time there is nothing to tell.
 */
static void switched(struct hv_reenlightenment_subscriber *s, u64 old_hz, u64 new_hz)
{
	if (!host_tsc_invariant() && ref_clock(NULL) == REF_CLOCK_PAGE && !check_glance())
		tell_doubt();
	watch_now();
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

static void set_asleep(bool now)
{
	mutex_lock(&lock);
	asleep = now;
	ref_forget();
	check_forget();
	mutex_unlock(&lock);
}

static int power_event(struct notifier_block *nb, unsigned long event, void *unused)
{
	switch (event) {
	case PM_SUSPEND_PREPARE:
	case PM_HIBERNATION_PREPARE:
	case PM_RESTORE_PREPARE:
		set_asleep(true);
		break;
	case PM_POST_SUSPEND:
	case PM_POST_HIBERNATION:
	case PM_POST_RESTORE:
		set_asleep(false);
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
 * Any context but NMI.
 */
void watch_now(void)
{
	WRITE_ONCE(wanted, true);
	wake_up(&wait);
}

/**
 * watch_start() - checks the page, and goes on doing so
 *
 * The clocksource is registered, and may be switched to here; nothing fails after that.
 *
 * Return: 0 or a negative errno
 */
int watch_start(void)
{
	unsigned int cpu;
	int r;

	r = check_init(&check);
	if (r)
		return r;
	for_each_possible_cpu(cpu)
		timer_setup(per_cpu_ptr(&alarms, cpu), ring, 0);
	thread = kthread_create(run, NULL, KBUILD_MODNAME);
	if (IS_ERR(thread)) {
		r = PTR_ERR(thread);
		goto err_thread;
	}
	sched_set_fifo_low(thread);
	r = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "hv_clock:online", cpu_came, NULL);
	if (r < 0)
		goto err_cpuhp;
	cpu_online_state = r;
	r = register_pm_notifier(&power_notifier);
	if (r)
		goto err_power;
	r = tell_init(&subscriber);
	if (r)
		goto err_tell;

	mutex_lock(&lock);
	check_now();
	mutex_unlock(&lock);
	wake_up_process(thread);
	return 0;

err_tell:
	unregister_pm_notifier(&power_notifier);
err_power:
	cpuhp_remove_state_nocalls(cpu_online_state);
err_cpuhp:
	kthread_stop(thread);
err_thread:
	check_exit(&check);
	return r;
}

/**
 * watch_stop() - undoes watch_start()
 */
void watch_stop(void)
{
	kthread_stop(thread);
	tell_exit();
	unregister_pm_notifier(&power_notifier);
	cpuhp_remove_state_nocalls(cpu_online_state);
	check_exit(&check);
}
