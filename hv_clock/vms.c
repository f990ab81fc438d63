// SPDX-License-Identifier: GPL-2.0
/*
 * VMs that nobody can take off the master clock; see vms.h.
 *
 * While this machine's clock is not the TSC page, kvm.ko adjusts the TSC of each vCPU by itself
 * (kvm_arch_vcpu_load(), tsc_catchup), and they drift apart for good. When the page is back it
 * gives the VM a master clock all the same, and tells the guest that its TSCs agree. hv_evmcs sees
 * to that; other backends do not, so that their VMs must have ended first. A backend's module is
 * in use as long as a VM lives, or /dev/kvm is open.
 */
#include <linux/kobject.h>
#include <linux/module.h>

#include "tell.h"
#include "vms.h"

static bool in_use(const char *name)
{
	struct kobject *kobject = kset_find_obj(THIS_MODULE->mkobj.kobj.kset, name);
	struct module *module;
	bool used;

	if (!kobject)
		return false;
	/* It goes nowhere while we have its kobject. Built into the kernel, it has no count. */
	module = container_of(kobject, struct module_kobject, kobj)->mod;
	used = !module || module_refcount(module) > 0;
	kobject_put(kobject);
	return used;
}

/**
 * vms_stuck() - are there VMs that must not see the page return?
 *
 * Sleeps.
 *
 * Return: the backend that has them, or NULL
 */
const char *vms_stuck(void)
{
	static const char *const deaf[] = { "kvm_intel", "kvm_amd" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(deaf); i++)
		if (in_use(deaf[i]))
			return deaf[i];
	return !tell_is_heard() && in_use("hv_evmcs") ? "hv_evmcs" : NULL;
}
