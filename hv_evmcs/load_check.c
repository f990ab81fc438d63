// SPDX-License-Identifier: GPL-2.0
/*
 * Refusing to load is a checklist: what is missing is named in one log line and
 * nothing has been touched yet.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/kernel.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/fpu/xcr.h>
#include <asm/hypervisor.h>
#include <asm/mshyperv.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/vmx.h>

#include "load_check.h"

/* Control words all vCPUs share; written once, at load. */
struct evmcs_caps evmcs_caps __ro_after_init;

#define VMX_BASIC_HAS_TRUE_CTLS	BIT_ULL(55)

static void hv_leaves_read(struct hv_leaves *leaves)
{
	u32 ecx, edx;

	memset(leaves, 0, sizeof(*leaves));
	if (!boot_cpu_has(X86_FEATURE_HYPERVISOR))
		return;
	cpuid(HYPERV_CPUID_VENDOR_AND_MAX_FUNCTIONS, &leaves->max_leaf, &leaves->signature[0],
	      &leaves->signature[1], &leaves->signature[2]);
	leaves->interface = cpuid_eax(HYPERV_CPUID_INTERFACE);
	leaves->features_eax = cpuid_eax(HYPERV_CPUID_FEATURES);
	leaves->hints = cpuid_eax(HYPERV_CPUID_ENLIGHTMENT_INFO);
	if (leaves->max_leaf >= HYPERV_CPUID_NESTED_FEATURES)
		cpuid(HYPERV_CPUID_NESTED_FEATURES, &leaves->nested_eax, &leaves->nested_ebx,
		      &ecx, &edx);
}

static bool vmx_cap_msrs_read(struct vmx_cap_msrs *msrs)
{
	bool ok;

	if (rdmsrl_safe(MSR_IA32_VMX_BASIC, &msrs->basic))
		return false;
	if (msrs->basic & VMX_BASIC_HAS_TRUE_CTLS)
		ok = !rdmsrl_safe(MSR_IA32_VMX_TRUE_PINBASED_CTLS, &msrs->pin) &&
		     !rdmsrl_safe(MSR_IA32_VMX_TRUE_PROCBASED_CTLS, &msrs->proc) &&
		     !rdmsrl_safe(MSR_IA32_VMX_TRUE_EXIT_CTLS, &msrs->exit) &&
		     !rdmsrl_safe(MSR_IA32_VMX_TRUE_ENTRY_CTLS, &msrs->entry);
	else
		ok = !rdmsrl_safe(MSR_IA32_VMX_PINBASED_CTLS, &msrs->pin) &&
		     !rdmsrl_safe(MSR_IA32_VMX_PROCBASED_CTLS, &msrs->proc) &&
		     !rdmsrl_safe(MSR_IA32_VMX_EXIT_CTLS, &msrs->exit) &&
		     !rdmsrl_safe(MSR_IA32_VMX_ENTRY_CTLS, &msrs->entry);
	if (!ok)
		return false;
	/* Absent, and #GP on read, where no control asks for them: then zero says so. */
	if (rdmsrl_safe(MSR_IA32_VMX_PROCBASED_CTLS2, &msrs->proc2))
		msrs->proc2 = 0;
	if (rdmsrl_safe(MSR_IA32_VMX_EPT_VPID_CAP, &msrs->ept_vpid))
		msrs->ept_vpid = 0;
	return true;
}

static const char *vmx_missing(struct evmcs_caps *caps)
{
	struct vmx_cap_msrs msrs;

	if (!this_cpu_has(X86_FEATURE_VMX))
		return "VMX (CPUID 1 ECX[5]), offered and turned on in IA32_FEATURE_CONTROL";
	if (!vmx_cap_msrs_read(&msrs))
		return "readable VMX capability MSRs";
	return evmcs_caps_derive(&msrs, caps);
}

/**
 * load_check - is this machine one the backend is written for?
 *
 * Fills in evmcs_caps. Process context, at module load only.
 *
 * Return: 0, or -ENODEV after one log line that names what is missing.
 */
int __init load_check(void)
{
	struct hv_leaves leaves;
	const char *missing;
	unsigned int cpu;

	hv_leaves_read(&leaves);
	missing = hv_leaves_missing(&leaves);
	if (!missing) {
		migrate_disable();
		missing = vmx_missing(&evmcs_caps);
		migrate_enable();
	}
	if (missing) {
		pr_err("missing: %s; use kvm_intel here (modprobe kvm_intel)\n", missing);
		return -ENODEV;
	}

	cpus_read_lock();
	for_each_online_cpu(cpu) {
		if (!hv_get_vp_assist_page(cpu)) {
			cpus_read_unlock();
			pr_err("missing: a VP assist page on CPU %u; use kvm_intel here (modprobe kvm_intel)\n",
			       cpu);
			return -ENODEV;
		}
	}
	cpus_read_unlock();
	return 0;
}

/**
 * load_check_cpu - does this CPU offer what the first one offered?
 *
 * Called by kvm.ko on each online CPU at load and on each CPU that comes online
 * later; must not sleep.
 *
 * Return: 0 or -EIO.
 */
int load_check_cpu(void)
{
	struct evmcs_caps caps;
	const char *missing = vmx_missing(&caps);

	if (missing) {
		pr_err("CPU %d lacks %s\n", smp_processor_id(), missing);
		return -EIO;
	}
	if (memcmp(&caps, &evmcs_caps, sizeof(caps))) {
		pr_err("CPU %d has other VMX capabilities than the CPU the module was loaded on\n",
		       smp_processor_id());
		return -EIO;
	}
	return 0;
}
