// SPDX-License-Identifier: GPL-2.0
/*
 * hv_evmcs - a KVM backend for guests of Hyper-V, on the enlightened VMCS
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>
#include <linux/module.h>
#include <asm/cpu_device_id.h>

#include "clock.h"
#include "compat.h"
#include "kvm_private.h"
#include "load_check.h"
#include "mitigation.h"
#include "ops.h"
#include "tlb.h"
#include "vcpu.h"

static const struct x86_cpu_id hv_evmcs_cpu_ids[] = {
	X86_MATCH_FEATURE(X86_FEATURE_VMX, NULL),
	{}
};
MODULE_DEVICE_TABLE(x86cpu, hv_evmcs_cpu_ids);

static int __init hv_evmcs_init(void)
{
	int r;

	r = load_check();
	if (r)
		return r;
	r = tlb_module_init();
	if (r)
		return r;
	ops_save_globals();
	r = kvm_x86_vendor_init(ops_get());
	if (r == -EEXIST)
		pr_err("another KVM backend is loaded; unload it first (modprobe -r kvm_intel)\n");
	if (r)
		goto err_vendor;
	r = mitigation_module_init();
	if (r)
		goto err_mitigation;
	r = clock_module_init();
	if (r)
		goto err_clock;
	/* /dev/kvm appears here: last. */
	r = kvm_init(sizeof(struct vcpu_evmcs), __alignof__(struct vcpu_evmcs), THIS_MODULE);
	if (r)
		goto err_kvm;
	return 0;

err_kvm:
	clock_module_exit();
err_clock:
	mitigation_module_exit();
err_mitigation:
	kvm_x86_vendor_exit();
err_vendor:
	tlb_module_exit();
	return r;
}
module_init(hv_evmcs_init);

static void __exit hv_evmcs_exit(void)
{
	kvm_exit();
	clock_module_exit();
	mitigation_module_exit();
	kvm_x86_vendor_exit();
	tlb_module_exit();
}
module_exit(hv_evmcs_exit);

MODULE_DESCRIPTION("KVM backend for guests of Hyper-V, on the enlightened VMCS");
MODULE_LICENSE("GPL");
