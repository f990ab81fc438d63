// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/gfp.h>
#include <linux/kvm_host.h>
#include <linux/sched/smt.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/hardirq.h>
#include <asm/msr.h>
#include <asm/nospec-branch.h>
#include <asm/spec-ctrl.h>
#include <asm/vmx.h>

#include "entry.h"
#include "kvm_private.h"
#include "mitigation.h"
#include "vcpu.h"

DEFINE_STATIC_KEY_FALSE(mitigation_l1d_flush);
static DEFINE_STATIC_KEY_FALSE(l1d_flush_conditional);

/* The fill buffer of CPUs whose microcode has no flush command: twice 32 KB. */
#define L1D_FILL_ORDER	4
static void *l1d_fill;

static enum vmx_l1d_flush_state saved_l1tf_mitigation;

static enum vmx_l1d_flush_state l1d_flush_choose(void)
{
	if (!boot_cpu_has_bug(X86_BUG_L1TF) ||
	    (kvm_host.arch_capabilities & ARCH_CAP_SKIP_VMENTRY_L1DFLUSH))
		return VMENTER_L1D_FLUSH_NOT_REQUIRED;
	switch (l1tf_mitigation) {
	case L1TF_MITIGATION_OFF:
		return VMENTER_L1D_FLUSH_NEVER;
	case L1TF_MITIGATION_FULL:
	case L1TF_MITIGATION_FULL_FORCE:
		return VMENTER_L1D_FLUSH_ALWAYS;
	default:
		return VMENTER_L1D_FLUSH_COND;
	}
}

/**
 * mitigation_module_init - choose the L1D flush mode
 *
 * Follows the l1tf= command line, as kvm_intel does, and tells the kernel, whose
 * sysfs file reports it. kvm.ko has read the host's capabilities by now.
 *
 * Return: 0 or -ENOMEM.
 */
int __init mitigation_module_init(void)
{
	enum vmx_l1d_flush_state mode = l1d_flush_choose();
	int i;

	if ((mode == VMENTER_L1D_FLUSH_COND || mode == VMENTER_L1D_FLUSH_ALWAYS) &&
	    !boot_cpu_has(X86_FEATURE_FLUSH_L1D)) {
		l1d_fill = (void *)__get_free_pages(GFP_KERNEL, L1D_FILL_ORDER);
		if (!l1d_fill)
			return -ENOMEM;
		/* Different contents: a host below may share equal pages. */
		for (i = 0; i < 1 << L1D_FILL_ORDER; i++)
			memset(l1d_fill + i * PAGE_SIZE, i + 1, PAGE_SIZE);
	}
	if (mode == VMENTER_L1D_FLUSH_COND)
		static_branch_enable(&l1d_flush_conditional);
	if (mode == VMENTER_L1D_FLUSH_COND || mode == VMENTER_L1D_FLUSH_ALWAYS)
		static_branch_enable(&mitigation_l1d_flush);
	saved_l1tf_mitigation = l1tf_vmx_mitigation;
	l1tf_vmx_mitigation = mode;
	return 0;
}

/**
 * mitigation_module_exit - give the kernel's report back
 */
void mitigation_module_exit(void)
{
	l1tf_vmx_mitigation = saved_l1tf_mitigation;
	if (l1d_fill)
		free_pages((unsigned long)l1d_fill, L1D_FILL_ORDER);
	l1d_fill = NULL;
}

/**
 * mitigation_vm_init - warn, once, of a setting that leaks
 * @kvm: a new VM
 */
void mitigation_vm_init(struct kvm *kvm)
{
	if (!boot_cpu_has_bug(X86_BUG_L1TF) || l1tf_mitigation == L1TF_MITIGATION_OFF ||
	    l1tf_mitigation == L1TF_MITIGATION_FLUSH_NOWARN ||
	    l1tf_mitigation == L1TF_MITIGATION_FULL_FORCE)
		return;
	if (sched_smt_active())
		pr_warn_once("this CPU has the L1TF bug and SMT may be on: a guest may read the host's data; boot with nosmt, or see CVE-2018-3646\n");
}

/**
 * mitigation_update_fb_clear - may VERW skip clearing buffers in the guest?
 * @vcpu: the vCPU; its ARCH_CAPABILITIES may have changed
 *
 * Only on CPUs that need no clearing themselves, and only for guests that were
 * told they may need it and so execute VERW often.
 */
void mitigation_update_fb_clear(struct kvm_vcpu *vcpu)
{
	const u64 all_no = ARCH_CAP_MDS_NO | ARCH_CAP_TAA_NO | ARCH_CAP_PSDP_NO |
			   ARCH_CAP_FBSDP_NO | ARCH_CAP_SBDR_SSDP_NO;
	u64 caps = vcpu->arch.arch_capabilities;

	to_evmcs_vcpu(vcpu)->disable_fb_clear =
		!cpu_feature_enabled(X86_FEATURE_CLEAR_CPU_BUF) &&
		(kvm_host.arch_capabilities & ARCH_CAP_FB_CLEAR_CTRL) &&
		!boot_cpu_has_bug(X86_BUG_MDS) && !boot_cpu_has_bug(X86_BUG_TAA) &&
		!(caps & ARCH_CAP_FB_CLEAR) && (caps & all_no) != all_no;
}

/* Displace what the L1 data cache holds by reading twice its size. */
static noinstr void l1d_fill_read(void)
{
	unsigned long size = PAGE_SIZE << L1D_FILL_ORDER, i;
	volatile const u8 *p = l1d_fill;

	for (i = 0; i < size; i += PAGE_SIZE)	/* into the TLB first */
		(void)p[i];
	rmb();	/* every translation is there before the first line is read */
	for (i = 0; i < size; i += L1_CACHE_BYTES)
		(void)p[i];
	rmb();	/* nothing of it is left to do after the entry */
}

/*
 * In conditional mode the cache is flushed only if something secret may have come
 * in: the vCPU was loaded, kvm.ko went through code that touches such data, or an
 * interrupt handler ran.
 */
static noinstr void l1d_flush(struct kvm_vcpu *vcpu)
{
	bool needed;

	if (static_branch_likely(&l1d_flush_conditional)) {
		needed = vcpu->arch.l1tf_flush_l1d || kvm_get_cpu_l1tf_flush_l1d();
		vcpu->arch.l1tf_flush_l1d = false;
		kvm_clear_cpu_l1tf_flush_l1d();
		if (!needed)
			return;
	}
	vcpu->stat.l1d_flush++;
	if (static_cpu_has(X86_FEATURE_FLUSH_L1D))
		native_wrmsrl(MSR_IA32_FLUSH_CMD, L1D_FLUSH);
	else
		l1d_fill_read();
}

/**
 * mitigation_before_entry - last protections in C before the entry
 * @vcpu: the vCPU
 *
 * Interrupts off, after the host's context tracking has left the kernel.
 */
noinstr void mitigation_before_entry(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	if (static_branch_unlikely(&mitigation_l1d_flush))
		l1d_flush(vcpu);
	else if (static_branch_unlikely(&mmio_stale_data_clear) &&
		 kvm_arch_has_assigned_device(vcpu->kvm))
		x86_clear_cpu_buffers();
	if (v->disable_fb_clear) {
		v->mcu_opt_ctrl = __rdmsr(MSR_IA32_MCU_OPT_CTRL);
		native_wrmsrl(MSR_IA32_MCU_OPT_CTRL, v->mcu_opt_ctrl | FB_CLEAR_DIS);
	}
}

/**
 * mitigation_after_exit - undo mitigation_before_entry()
 * @vcpu: the vCPU
 *
 * Interrupts off.
 */
noinstr void mitigation_after_exit(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	if (v->disable_fb_clear)
		native_wrmsrl(MSR_IA32_MCU_OPT_CTRL, v->mcu_opt_ctrl & ~FB_CLEAR_DIS);
}

/**
 * entry_restore_host_spec_ctrl - from entry.S, before its first return
 * @entry: the vCPU's entry state
 * @flags: ENTRY_*_SHIFT bits
 *
 * A guest that owns SPEC_CTRL may have changed it. With legacy IBRS the host's
 * value is written in any case: the write itself is the barrier.
 */
noinstr void entry_restore_host_spec_ctrl(struct entry_state *entry, unsigned int flags)
{
	u64 host = this_cpu_read(x86_spec_ctrl_current);

	if (!cpu_feature_enabled(X86_FEATURE_MSR_SPEC_CTRL))
		return;
	if (flags & BIT(ENTRY_SAVE_SPEC_CTRL_SHIFT))
		entry->spec_ctrl = __rdmsr(MSR_IA32_SPEC_CTRL);
	if (cpu_feature_enabled(X86_FEATURE_KERNEL_IBRS) || entry->spec_ctrl != host)
		native_wrmsrl(MSR_IA32_SPEC_CTRL, host);
	barrier_nospec();
}
