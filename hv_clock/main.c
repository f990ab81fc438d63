// SPDX-License-Identifier: GPL-2.0
/*
 * hv_clock - vouches for the kernel's TSC page clocksource on Hyper-V, and steps in when it fails
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/printk.h>

#include "folder.h"
#include "host.h"
#include "job.h"
#include "ref.h"
#include "service.h"
#include "watch.h"

static int __init hv_clock_init(void)
{
	const char *missing = host_missing();
	int r;

	if (missing) {
		pr_err("%s\n", missing);
		return -ENODEV;
	}
	r = service_init();
	if (r)
		return r;
	r = job_init();
	if (r)
		goto err_job;
	r = folder_init();
	if (r)
		goto err_folder;
	r = ref_register(watch_now);
	if (r)
		goto err_ref;
	/* The clock may be switched here: last. */
	r = watch_start();
	if (r)
		goto err_watch;
	return 0;

err_watch:
	ref_unregister();
err_ref:
	folder_exit();
err_folder:
	job_exit();
err_job:
	service_exit();
	return r;
}
module_init(hv_clock_init);

static void __exit hv_clock_exit(void)
{
	watch_stop();
	ref_unregister();
	folder_exit();
	job_exit();
	service_exit();
}
module_exit(hv_clock_exit);

MODULE_DESCRIPTION("Hyper-V's reference TSC page, checked, and the reference counter when it fails");
MODULE_LICENSE("GPL");
