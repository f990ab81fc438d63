// SPDX-License-Identifier: GPL-2.0
/*
 * One event, from the interrupt to its end.
 *
 * Interrupts that come before the emulation is ended belong to the same event. One that comes
 * later is another event, and is dealt with when this one is through.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/cpu.h>
#include <linux/kthread.h>
#include <linux/spinlock.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>

#include "control.h"
#include "event.h"
#include "knobs.h"
#include "subscribers.h"
#include "task.h"
#include "vector.h"

/*
 * Times are ns of CLOCK_MONOTONIC, which costs no exit where the kernel goes by the reference TSC
 * page. That of the first interrupt that no event has claimed yet, 0 if there is none; and of the
 * end of the last event, to which what came before belongs.
 */
static atomic64_t announced, ended;

/* An interrupt that led to nothing within this time is not the beginning of the next event. */
#define ANNOUNCED_FOR	(10 * NSEC_PER_SEC)

/* At which the kernel's handler ended the emulation. */
static atomic64_t watched_end;

static DEFINE_SPINLOCK(record_lock);
static struct event_record record;

/*
 * @start is 0 where the interrupt was lost: then the time is not known. @held_ns: for which
 * subscribers held what must not see the change.
 */
static void note(u64 start, u64 end, u64 held_ns, u64 old_hz, u64 new_hz)
{
	u64 ns = start && start < end ? end - start : 0;

	spin_lock(&record_lock);
	record.events++;
	record.last_ns = ns;
	record.longest_ns = max(record.longest_ns, ns);
	record.last_held_ns = held_ns;
	record.longest_held_ns = max(record.longest_held_ns, held_ns);
	record.old_hz = old_hz;
	record.new_hz = new_hz;
	spin_unlock(&record_lock);
	if (start)
		pr_info_ratelimited("TSC frequency was %llu Hz, is %llu Hz; emulated for %llu ns\n",
				    old_hz, new_hz, ns);
	else
		pr_info_ratelimited("TSC frequency was %llu Hz, is %llu Hz; interrupt lost\n",
				    old_hz, new_hz);
	if (!control_believed(new_hz))
		pr_err_ratelimited("impossible TSC frequency: guests' clocks are wrong until it changes again\n");
}

/* A CPU that came up meanwhile would have a TSC of another time than what kvm.ko remembers. */
static void run_event(u64 start)
{
	u64 old_hz = event_get_record().new_hz, new_hz, begun, end, held_ns;

	cpus_read_lock();
	begun = ktime_get_mono_fast_ns();
	subscribers_prepare();
	knob_dawdle();
	new_hz = control_end_emulation();
	end = ktime_get_mono_fast_ns();
	atomic64_set(&ended, end);
	knob_dawdle();
	subscribers_switched(old_hz, new_hz);
	subscribers_finish();
	held_ns = ktime_get_mono_fast_ns() - begun;
	cpus_read_unlock();
	note(start, end, held_ns, old_hz, new_hz);
}

/* The kernel's handler did the work. */
static void report_event(u64 start, u64 end)
{
	u64 old_hz = event_get_record().new_hz, new_hz = control_tsc_hz();

	cpus_read_lock();
	subscribers_switched(old_hz, new_hz);
	cpus_read_unlock();
	note(start, end, 0, old_hz, new_hz);
}

static void event_work_fn(struct kthread_work *work)
{
	u64 start, end;

	subscribers_hold();
	start = atomic64_xchg(&announced, 0);
	if (start <= atomic64_read(&ended))
		start = 0;
	end = atomic64_xchg(&watched_end, 0);
	if (end)
		report_event(start, end);
	if (vector_is_ours() && control_in_progress())
		run_event(start);
	subscribers_release();
}

static DEFINE_KTHREAD_WORK(event_work, event_work_fn);

/**
 * event_init - before the first event
 */
void event_init(void)
{
	record.new_hz = control_tsc_hz();
}

/**
 * event_interrupt - the interrupt has come, to us or to the kernel's handler
 *
 * Any context but NMI.
 */
void event_interrupt(void)
{
	u64 now = ktime_get_mono_fast_ns(), before = atomic64_read(&announced);

	if (before <= atomic64_read(&ended) || now - before > ANNOUNCED_FOR)
		atomic64_set(&announced, now);
}

/**
 * event_look - is there an event of ours to be dealt with?
 *
 * After an interrupt, and whenever one may have been lost. Only starts what has to be done. Any
 * context but NMI.
 */
void event_look(void)
{
	task_queue(&event_work);
}

/**
 * event_flush - wait until there is no event left that event_look() was called for
 */
void event_flush(void)
{
	task_flush(&event_work);
}

/**
 * event_watched_end - the kernel's handler has ended the emulation
 *
 * Any context but NMI.
 */
void event_watched_end(void)
{
	atomic64_set(&watched_end, ktime_get_mono_fast_ns());
	task_queue(&event_work);
}

/**
 * event_get_record - what has happened so far
 *
 * Return: a copy.
 */
struct event_record event_get_record(void)
{
	struct event_record copy;

	spin_lock(&record_lock);
	copy = record;
	spin_unlock(&record_lock);
	return copy;
}
