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
#include <linux/irq_work.h>
#include <linux/minmax.h>
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

/* The kernel takes 600 s in one step (__clocksource_update_freq_scale()). */
#define MOST_MISSING_NS	(300ll * NSEC_PER_SEC)

/* The last moment at which the kernel's time was good, as was found later. */
static struct ref_moment good;

static u64 missing;		/* taken from the first reading, in units of 100 ns */
static s64 behind_ns;		/* how far L1's time was behind at the last switch */
static bool was_in_use;

static DEFINE_RAW_SPINLOCK(clock_lock);
static enum ref_clock current_clock;
static char current_name[REF_CLOCK_NAME_SIZE];

static bool switching;		/* by ourselves */
static void (*hear_change)(void);

/**
 * ref_moment() - reads both clocks
 *
 * Return: this moment, which may turn out to have been good
 */
struct ref_moment ref_moment(void)
{
	struct ref_moment moment = { .known = true };
	unsigned long flags;

	local_irq_save(flags);
	moment.reference = host_reference();
	moment.raw_ns = ktime_get_raw_ns();
	local_irq_restore(flags);
	return moment;
}

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
	struct ref_moment now = ref_moment();

	behind_ns = 0;
	was_in_use = true;
	if (good.known)
		behind_ns = (now.reference - good.reference) * REFERENCE_UNIT_NS -
			    (now.raw_ns - good.raw_ns);
	missing = clamp(behind_ns, 0ll, MOST_MISSING_NS) / REFERENCE_UNIT_NS;
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

static void tell_change(struct irq_work *work)
{
	hear_change();
}

static DEFINE_IRQ_WORK(change_work, tell_change);

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
	if (!READ_ONCE(switching))
		irq_work_queue(&change_work);
	return NOTIFY_OK;
}

static struct notifier_block time_notifier = {
	.notifier_call = time_updated,
};

static void stop_listening(void)
{
	pvclock_gtod_unregister_notifier(&time_notifier);
	irq_work_sync(&change_work);
}

/**
 * ref_register() - offers the clocksource to the kernel, at rest
 * @changed: called when L1's time is read from another clocksource that was not chosen by
 *           ref_step_in() or ref_step_out(), with interrupts off
 *
 * Return: 0 or a negative errno
 */
int ref_register(void (*changed)(void))
{
	int r;

	hear_change = changed;

	/* Runs it once, so that the current clocksource is known from here on. */
	r = pvclock_gtod_register_notifier(&time_notifier);
	if (r)
		return r;
	r = clocksource_register_hz(&counter, REFERENCE_HZ);
	if (r)
		stop_listening();
	return r;
}

/**
 * ref_unregister() - takes the clocksource back
 *
 * Where it is in use, which keeps the module from being unloaded but not from failing to load, the
 * kernel chooses another one.
 */
void ref_unregister(void)
{
	clocksource_unregister(&counter);
	stop_listening();
	if (was_in_use)
		synchronize_rcu_tasks();	/* nobody is preempted in read_counter() */
}

static void rate(int rating)
{
	WRITE_ONCE(switching, true);
	clocksource_change_rating(&counter, rating);
	WRITE_ONCE(switching, false);
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
	rate(RATING_IN);
	return ref_clock(NULL) == REF_CLOCK_REF;
}

/**
 * ref_step_out() - rates the clocksource below the page; as ref_step_in()
 *
 * Return: true if L1's time is read from the page now
 */
bool ref_step_out(void)
{
	rate(RATING_AT_REST);
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
 * ref_note_good() - L1's time was right
 * @moment: then
 */
void ref_note_good(const struct ref_moment *moment)
{
	unsigned long flags;

	local_irq_save(flags);	/* enable() sees all of it or nothing */
	good = *moment;
	local_irq_restore(flags);
}

/**
 * ref_forget() - nothing is known of L1's time any more: it stands while the machine sleeps
 */
void ref_forget(void)
{
	WRITE_ONCE(good.known, false);
}

/**
 * ref_since_good() - how long ago L1's time was right, as far as ref_note_good() was told
 *
 * Return: ns; 0 if it was not told
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
	return READ_ONCE(behind_ns);
}
