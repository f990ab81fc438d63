// SPDX-License-Identifier: GPL-2.0
/*
 * hv_reenlightenment - the host's changes of the TSC frequency: heard at once, measured, and
 * passed on in phases
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "hv_reenlightenment.h"
#include "task.h"

static int __init reenlightenment_init(void)
{
	return task_start();
}
module_init(reenlightenment_init);

static void __exit reenlightenment_exit(void)
{
	task_stop();
}
module_exit(reenlightenment_exit);

MODULE_DESCRIPTION("Hyper-V reenlightenment: a change of the TSC frequency, in phases");
MODULE_LICENSE("GPL");
