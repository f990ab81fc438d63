// SPDX-License-Identifier: GPL-2.0
/*
 * Who hears of reenlightenments, and of the reference TSC page's standing.
 */
#include <linux/atomic.h>
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sysfs.h>

#include "hv_reenlightenment.h"
#include "subscribers.h"
#include "task.h"

/* Held for the whole of an event: who subscribes hears all phases of it or none. */
static DEFINE_MUTEX(lock);
static LIST_HEAD(subscribers);

static bool page_trusted = true;	/* as was said last; any context */
static atomic_t page_falls;		/* how often it was said to be trusted no more */
static bool page_told = true;		/* as the subscribers heard last; under the lock */
static int falls_told;

/**
 * subscribers_hold - nobody comes or goes until subscribers_release()
 */
void subscribers_hold(void)
{
	mutex_lock(&lock);
}

/**
 * subscribers_release - end subscribers_hold()
 */
void subscribers_release(void)
{
	mutex_unlock(&lock);
}

/**
 * subscribers_prepare - first phase: the TSC is emulated, stop what must not see the change
 *
 * In the task, subscribers held.
 */
void subscribers_prepare(void)
{
	struct hv_reenlightenment_subscriber *s;

	lockdep_assert_held(&lock);
	list_for_each_entry(s, &subscribers, list)
		if (s->prepare)
			s->prepare(s);
}

static void tell_page_word(bool trusted)
{
	struct hv_reenlightenment_subscriber *s;

	if (page_told == trusted)
		return;
	page_told = trusted;
	list_for_each_entry(s, &subscribers, list)
		if (s->page_trusted)
			s->page_trusted(s, trusted);
}

/* A fall is heard even if the page is trusted again meanwhile. */
static void tell_page(void)
{
	int falls = atomic_read_acquire(&page_falls);

	lockdep_assert_held(&lock);
	if (falls != falls_told) {
		falls_told = falls;
		tell_page_word(false);
	}
	tell_page_word(READ_ONCE(page_trusted));
}

/**
 * subscribers_switched - second phase: the emulation has ended
 * @old_hz: TSC frequency before, in Hz
 * @new_hz: TSC frequency now, in Hz
 *
 * In the task, subscribers held. What is said about the page meanwhile all have heard before
 * the third phase.
 */
void subscribers_switched(u64 old_hz, u64 new_hz)
{
	struct hv_reenlightenment_subscriber *s;

	lockdep_assert_held(&lock);
	list_for_each_entry(s, &subscribers, list)
		if (s->switched)
			s->switched(s, old_hz, new_hz);
	tell_page();
}

/**
 * subscribers_finish - third phase: go on
 *
 * In the task, subscribers held.
 */
void subscribers_finish(void)
{
	struct hv_reenlightenment_subscriber *s;

	lockdep_assert_held(&lock);
	list_for_each_entry(s, &subscribers, list)
		if (s->finish)
			s->finish(s);
}

/**
 * subscribers_names - for sysfs
 * @buf: a page, gets the names, one a line
 *
 * Return: how many bytes.
 */
ssize_t subscribers_names(char *buf)
{
	struct hv_reenlightenment_subscriber *s;
	ssize_t n = 0;

	mutex_lock(&lock);
	list_for_each_entry(s, &subscribers, list)
		n += sysfs_emit_at(buf, n, "%s\n", s->name);
	mutex_unlock(&lock);
	return n;
}

static void page_work_fn(struct kthread_work *work)
{
	mutex_lock(&lock);
	tell_page();
	mutex_unlock(&lock);
}

static DEFINE_KTHREAD_WORK(page_work, page_work_fn);

static bool is_subscribed(const struct hv_reenlightenment_subscriber *s)
{
	const struct hv_reenlightenment_subscriber *other;

	list_for_each_entry(other, &subscribers, list)
		if (other == s)
			return true;
	return false;
}

/**
 * hv_reenlightenment_subscribe - hear of reenlightenments from now on
 * @s: who; stays with us until hv_reenlightenment_unsubscribe()
 *
 * Waits for a running event, whose phases it will not hear. Where the page is not trusted, it
 * hears so before this returns, in the caller's task. Process context, not from a callback.
 *
 * Return: 0, or -EEXIST if it has subscribed already.
 */
int hv_reenlightenment_subscribe(struct hv_reenlightenment_subscriber *s)
{
	int r = -EEXIST;

	mutex_lock(&lock);
	if (!is_subscribed(s)) {
		list_add_tail(&s->list, &subscribers);
		if (!page_told && s->page_trusted)
			s->page_trusted(s, false);
		r = 0;
	}
	mutex_unlock(&lock);
	return r;
}
EXPORT_SYMBOL_GPL(hv_reenlightenment_subscribe);

/**
 * hv_reenlightenment_unsubscribe - hear no more
 * @s: who
 *
 * Waits for a running event, so that each prepare has had its finish; no callback runs, or will
 * run, when it returns. Process context, not from a callback.
 */
void hv_reenlightenment_unsubscribe(struct hv_reenlightenment_subscriber *s)
{
	mutex_lock(&lock);
	list_del_init(&s->list);
	mutex_unlock(&lock);
}
EXPORT_SYMBOL_GPL(hv_reenlightenment_unsubscribe);

/**
 * hv_reenlightenment_set_page_trusted - whoever checks the reference TSC page says what it is worth
 * @trusted: time may be read from it, on every CPU
 *
 * Only notes it: the subscribers hear it soon afterwards, in the task; within the callback
 * `switched`, before the phase finish. That it is not trusted is heard even if that is taken back
 * before. One at a time; any context but NMI.
 */
void hv_reenlightenment_set_page_trusted(bool trusted)
{
	WRITE_ONCE(page_trusted, trusted);
	if (!trusted)
		atomic_inc_return_release(&page_falls);
	task_queue(&page_work);
}
EXPORT_SYMBOL_GPL(hv_reenlightenment_set_page_trusted);

/**
 * hv_reenlightenment_flush_page_trusted - wait until the subscribers have heard what was said
 *
 * Process context, not from a callback.
 */
void hv_reenlightenment_flush_page_trusted(void)
{
	task_flush(&page_work);
}
EXPORT_SYMBOL_GPL(hv_reenlightenment_flush_page_trusted);

struct leaving {
	struct kthread_work work;
	bool (*leave)(void);
	bool left;
};

/* No event comes between. */
static void leave_page(struct kthread_work *work)
{
	struct leaving *leaving = container_of(work, struct leaving, work);
	struct hv_reenlightenment_subscriber *s;

	mutex_lock(&lock);
	list_for_each_entry(s, &subscribers, list)
		if (s->page_leaves)
			s->page_leaves(s);
	leaving->left = leaving->leave();
	if (leaving->left) {
		WRITE_ONCE(page_trusted, false);
		page_told = false;
	}
	list_for_each_entry(s, &subscribers, list)
		if (s->page_left)
			s->page_left(s, leaving->left);
	mutex_unlock(&lock);
}

/**
 * hv_reenlightenment_leave_page - have the machine's clock leave the page with guests held
 * @leave: does it, in the task; may stop the machine. Returns true if the clock has left the page,
 *	which counts as said to be trusted no more
 *
 * So a guest's clock, which went by the TSC, goes on from where it was however the machine's own is
 * put right meanwhile. Takes turns with hv_reenlightenment_set_page_trusted(). Process context, not
 * from a callback.
 *
 * Return: what @leave does.
 */
bool hv_reenlightenment_leave_page(bool (*leave)(void))
{
	struct leaving leaving = { .leave = leave };

	kthread_init_work(&leaving.work, leave_page);
	task_queue(&leaving.work);
	task_flush(&leaving.work);
	return leaving.left;
}
EXPORT_SYMBOL_GPL(hv_reenlightenment_leave_page);
