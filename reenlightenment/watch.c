// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own handler at work: when its interrupt comes, and when it has ended the
 * emulation. Nothing of what it does is changed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>

#include "event.h"
#include "vector.h"
#include "watch.h"

static int interrupt_comes(struct kprobe *probe, struct pt_regs *regs)
{
	if (!vector_is_ours())
		event_interrupt();
	return 0;
}

static int emulation_ended(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	/* Else it was us who called it. */
	if (!vector_is_ours())
		event_watched_end();
	return 0;
}

static struct kprobe interrupt_probe = {
	.symbol_name = "__sysvec_hyperv_reenlightenment",
	.pre_handler = interrupt_comes,
};

static struct kretprobe end_probe = {
	.kp.symbol_name = "hyperv_stop_tsc_emulation",
	.handler = emulation_ended,
};

static bool watching;

/**
 * watch_start - see what the kernel's own handler does
 *
 * Where the kernel has no kprobes its events go unseen, which is logged. Nothing else depends
 * on it.
 */
void watch_start(void)
{
	int r;

	r = register_kretprobe(&end_probe);
	if (r)
		goto unseen;
	r = register_kprobe(&interrupt_probe);
	if (r) {
		unregister_kretprobe(&end_probe);
		goto unseen;
	}
	watching = true;
	return;

unseen:
	pr_notice("no kprobes (error %d): what the kernel's own handler does goes unseen\n", r);
}

/**
 * watch_stop - undo watch_start()
 */
void watch_stop(void)
{
	if (!watching)
		return;
	unregister_kprobe(&interrupt_probe);
	unregister_kretprobe(&end_probe);
}
