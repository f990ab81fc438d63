// SPDX-License-Identifier: GPL-2.0
/*
 * hv_reenlightenment - the host's changes of the TSC frequency: heard at once, measured, and
 * passed on in phases
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>

#include "control.h"
#include "event.h"
#include "resume.h"
#include "sysfs.h"
#include "task.h"
#include "vector.h"
#include "watch.h"

static int __init reenlightenment_init(void)
{
	const char *missing = control_missing();
	int r;

	if (missing) {
		pr_err("missing: %s; nobody will announce a change of the TSC frequency here\n",
		       missing);
		return -ENODEV;
	}
	event_init();
	r = task_start();
	if (r)
		return r;
	r = vector_init();
	if (r)
		goto err_vector;
	r = sysfs_start();
	if (r)
		goto err_sysfs;
	resume_start();
	watch_start();
	pr_info("%s; watching\n", control_armed() ? "the kernel's own handler has the interrupt" :
		"nobody has asked for the interrupt");
	return 0;

err_sysfs:
	vector_exit();
err_vector:
	task_stop();
	return r;
}
module_init(reenlightenment_init);

static void __exit reenlightenment_exit(void)
{
	watch_stop();
	resume_stop();
	sysfs_stop();
	vector_exit();
	task_stop();
}
module_exit(reenlightenment_exit);

MODULE_DESCRIPTION("Hyper-V reenlightenment: a change of the TSC frequency, in phases");
MODULE_LICENSE("GPL");
