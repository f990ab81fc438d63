// SPDX-License-Identifier: GPL-2.0
/*
 * hv_reenlightenment, while it is there; see tell.h.
 *
 * It may be loaded after this module and unloaded before it, so no reference to it is kept: what
 * is called is looked up for the call. It does not load where the host announces no changes of the
 * TSC, and the page can be checked there all the same.
 */
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>

#include "tell.h"

MODULE_SOFTDEP("pre: hv_reenlightenment");

#define NAME	"hv_reenlightenment"

static DEFINE_MUTEX(lock);
static struct hv_reenlightenment_subscriber *subscriber;	/* NULL: wants to hear no more */
static bool subscribed;
static DECLARE_WAIT_QUEUE_HEAD(left);

/* What the page is worth. */
static DEFINE_SPINLOCK(word_lock);
static bool trusted = true;	/* as the checks found */
static bool doubted;		/* in the short look after a change of the TSC; not yet checked */
static bool said = true;	/* as hv_reenlightenment has it */

/*
 * Under word_lock. What cannot be said now is said when there is somebody to hear it. Returns true
 * if something was said.
 */
static bool say(void)
{
	typeof(hv_reenlightenment_set_page_trusted) *set;
	bool word = trusted && !doubted;

	if (word == said)
		return false;
	set = symbol_get(hv_reenlightenment_set_page_trusted);
	if (!set)
		return false;
	set(word);
	said = word;
	symbol_put(hv_reenlightenment_set_page_trusted);
	return true;
}

static void subscribe(void)
{
	typeof(hv_reenlightenment_subscribe) *call = NULL;

	mutex_lock(&lock);
	if (subscriber && !subscribed)
		call = symbol_get(hv_reenlightenment_subscribe);
	if (call) {
		call(subscriber);
		WRITE_ONCE(subscribed, true);
		symbol_put(hv_reenlightenment_subscribe);
		spin_lock(&word_lock);
		said = true;
		say();
		spin_unlock(&word_lock);
	}
	mutex_unlock(&lock);
}

/* Its exit function has run: nothing of it calls us any more. */
static void forget_subscription(void)
{
	mutex_lock(&lock);
	WRITE_ONCE(subscribed, false);
	mutex_unlock(&lock);
	wake_up(&left);
}

static int module_event(struct notifier_block *nb, unsigned long state, void *module)
{
	if (strcmp(((struct module *)module)->name, NAME))
		return NOTIFY_DONE;
	if (state == MODULE_STATE_LIVE)
		subscribe();
	else if (state == MODULE_STATE_GOING)
		forget_subscription();
	return NOTIFY_OK;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

/**
 * tell_init() - hears of changes from now on, whenever there is somebody to hear of them from
 * @who: who hears; stays until tell_exit()
 *
 * Return: 0 or a negative errno
 */
int tell_init(struct hv_reenlightenment_subscriber *who)
{
	int r;

	subscriber = who;
	r = register_module_notifier(&module_notifier);
	if (!r)
		subscribe();
	return r;
}

/**
 * tell_exit() - undoes tell_init()
 *
 * The page counts as trusted again, as it does without this module. No callback runs any more.
 */
void tell_exit(void)
{
	typeof(hv_reenlightenment_unsubscribe) *call = NULL;

	mutex_lock(&lock);
	if (subscribed)
		call = symbol_get(hv_reenlightenment_unsubscribe);
	if (call) {
		call(subscriber);
		WRITE_ONCE(subscribed, false);
		symbol_put(hv_reenlightenment_unsubscribe);
	}
	subscriber = NULL;
	mutex_unlock(&lock);
	/* Else it is being unloaded, and may call us until that is done. */
	wait_event(left, !READ_ONCE(subscribed));
	tell_check_begins();
	tell_page_trusted(true);
	unregister_module_notifier(&module_notifier);
}

/**
 * tell_is_heard() - is there somebody to tell?
 *
 * Return: true if hv_reenlightenment is there, and with it hv_evmcs's ear
 */
bool tell_is_heard(void)
{
	return READ_ONCE(subscribed);
}

/**
 * tell_doubt() - says that the page is not to be trusted until a check finds that it is
 *
 * Does not wait. For the callback `switched`: then VMs hear it before they go on.
 */
void tell_doubt(void)
{
	spin_lock(&word_lock);
	doubted = true;
	say();
	spin_unlock(&word_lock);
}

/**
 * tell_check_begins() - doubts until now are about to be looked into
 */
void tell_check_begins(void)
{
	spin_lock(&word_lock);
	doubted = false;
	spin_unlock(&word_lock);
}

/**
 * tell_page_trusted() - says what the TSC page is worth, for hv_evmcs and its VMs
 * @found: time may be read from it, on every CPU; a doubt since tell_check_begins() is stronger
 *
 * Sleeps until it has been heard. Not for callbacks.
 */
void tell_page_trusted(bool found)
{
	typeof(hv_reenlightenment_flush_page_trusted) *flush = NULL;
	bool news;

	spin_lock(&word_lock);
	trusted = found;
	news = say();
	spin_unlock(&word_lock);

	if (news)
		flush = symbol_get(hv_reenlightenment_flush_page_trusted);
	if (!flush)
		return;
	flush();
	symbol_put(hv_reenlightenment_flush_page_trusted);
}

/**
 * tell_page_leaves() - has this machine's clock leave the page while hv_evmcs's VMs are held
 * @leave: does it, in whatever task; true if it was left, and is not to be trusted from now on
 *
 * Sleeps. Not for callbacks.
 *
 * Return: what @leave does
 */
bool tell_page_leaves(bool (*leave)(void))
{
	typeof(hv_reenlightenment_leave_page) *hold = symbol_get(hv_reenlightenment_leave_page);
	bool left = hold ? hold(leave) : leave();

	if (left) {
		spin_lock(&word_lock);
		trusted = false;
		if (hold)
			said = false;
		spin_unlock(&word_lock);
	}
	if (hold)
		symbol_put(hv_reenlightenment_leave_page);
	return left;
}
