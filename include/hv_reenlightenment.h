/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What hv_reenlightenment.ko offers to other modules: to hear of a reenlightenment, the host's
 * change of the TSC frequency after a migration, in phases; to hear whether the reference TSC
 * page can be trusted; and, for the KVM backend, to have the interrupt on a vector of its own.
 *
 * A reenlightenment begins with an interrupt. From before it until L1 ends it the host emulates
 * the TSC at the old frequency, and each read of it traps. For all subscribers first prepare is
 * called, then the emulation is ended, then switched is called, then finish.
 *
 * While the kernel's own handler has the interrupt (stock kvm_intel is the backend), that ends
 * the emulation, and only switched is called, afterwards.
 */
#ifndef HV_REENLIGHTENMENT_H
#define HV_REENLIGHTENMENT_H

#include <linux/list.h>
#include <linux/types.h>

/**
 * struct hv_reenlightenment_subscriber - somebody who wants to hear of reenlightenments
 * @name: shown in sysfs
 * @list: belongs to hv_reenlightenment
 * @prepare: the TSC is emulated; stop what must not see the change
 * @switched: the emulation has ended; frequencies in Hz, equal if it has not changed
 * @finish: go on, with the new frequency
 * @page_trusted: the reference TSC page can be trusted from now on, or no longer
 * @page_leaves: the machine's clock is about to leave the page; stop what must not see it move
 * @page_left: go on; true if it has left the page, which can no longer be trusted, and false if
 *	somebody kept it there
 *
 * Each callback may be NULL. All are called in one task with a high priority, so never two at a
 * time, and no CPU comes or goes during the first three; they may sleep, but the whole machine
 * waits for them. None may subscribe,
 * unsubscribe, take over or give back. Each prepare is followed by finish, each page_leaves by
 * page_left.
 */
struct hv_reenlightenment_subscriber {
	const char *name;
	struct list_head list;
	void (*prepare)(struct hv_reenlightenment_subscriber *s);
	void (*switched)(struct hv_reenlightenment_subscriber *s, u64 old_hz, u64 new_hz);
	void (*finish)(struct hv_reenlightenment_subscriber *s);
	void (*page_trusted)(struct hv_reenlightenment_subscriber *s, bool trusted);
	void (*page_leaves)(struct hv_reenlightenment_subscriber *s);
	void (*page_left)(struct hv_reenlightenment_subscriber *s, bool left);
};

int hv_reenlightenment_subscribe(struct hv_reenlightenment_subscriber *s);
void hv_reenlightenment_unsubscribe(struct hv_reenlightenment_subscriber *s);

void hv_reenlightenment_set_page_trusted(bool trusted);
void hv_reenlightenment_flush_page_trusted(void);
bool hv_reenlightenment_leave_page(bool (*leave)(void));

int hv_reenlightenment_take_over(void);
void hv_reenlightenment_give_back(void);

#endif /* HV_REENLIGHTENMENT_H */
