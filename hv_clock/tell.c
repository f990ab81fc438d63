// SPDX-License-Identifier: GPL-2.0
/*
 * hv_reenlightenment, if it is there; see tell.h. It does not load where the host announces no
 * changes of the TSC, and the page can be checked there all the same.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/printk.h>

#include "tell.h"

MODULE_SOFTDEP("pre: hv_reenlightenment");

static struct {
	typeof(hv_reenlightenment_subscribe) *subscribe;
	typeof(hv_reenlightenment_unsubscribe) *unsubscribe;
	typeof(hv_reenlightenment_set_page_trusted) *set_page_trusted;
} api;

/**
 * tell_init() - begins to hear of changes, if there is somebody to hear of them from
 * @subscriber: who hears
 */
void tell_init(struct hv_reenlightenment_subscriber *subscriber)
{
	api.subscribe = symbol_request(hv_reenlightenment_subscribe);
	if (!api.subscribe) {
		pr_notice("no hv_reenlightenment: hv_evmcs is not told if the TSC page fails\n");
		return;
	}
	api.unsubscribe = symbol_get(hv_reenlightenment_unsubscribe);
	api.set_page_trusted = symbol_get(hv_reenlightenment_set_page_trusted);
	api.subscribe(subscriber);
}

/**
 * tell_exit() - undoes tell_init()
 * @subscriber: who heard
 *
 * The page counts as trusted again, as it does without this module. No callback runs any more.
 */
void tell_exit(struct hv_reenlightenment_subscriber *subscriber)
{
	if (!api.subscribe)
		return;
	api.unsubscribe(subscriber);
	api.set_page_trusted(true);
	symbol_put(hv_reenlightenment_set_page_trusted);
	symbol_put(hv_reenlightenment_unsubscribe);
	symbol_put(hv_reenlightenment_subscribe);
}

/**
 * tell_page_trusted() - says what the TSC page is worth, for hv_evmcs and its VMs
 * @trusted: time may be read from it, on every CPU
 */
void tell_page_trusted(bool trusted)
{
	if (api.subscribe)
		api.set_page_trusted(trusted);
}
