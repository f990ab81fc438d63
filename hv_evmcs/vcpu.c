// SPDX-License-Identifier: GPL-2.0
/*
 * The life of VMs and vCPUs, and the VMCS a vCPU starts with.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>
#include <linux/ratelimit.h>
#include <asm/mshyperv.h>

#include "clock.h"
#include "cpu.h"
#include "exception.h"
#include "guest_cpuid.h"
#include "load_check.h"
#include "mitigation.h"
#include "msr.h"
#include "regs.h"
#include "segment.h"
#include "shadow.h"
#include "vcpu.h"

/**
 * vm_init - a VM is born
 * @kvm: the VM
 *
 * Return: 0 or -ENOMEM.
 */
int vm_init(struct kvm *kvm)
{
	int r;

	/* PAUSE-loop exits need a field that an enlightened VMCS lacks. */
	kvm->arch.pause_in_guest = true;
	mitigation_vm_init(kvm);
	r = tlb_vm_init(kvm);
	if (r)
		return r;
	clock_vm_init(kvm);
	return 0;
}

/**
 * vm_destroy - a VM is gone, its vCPUs with it
 * @kvm: the VM
 */
void vm_destroy(struct kvm *kvm)
{
	clock_vm_destroy(kvm);
	tlb_vm_destroy(kvm);
}

static void let_msrs_through(struct kvm_vcpu *vcpu)
{
	static const u32 always[] = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE,
		MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
	};
	static const u32 with_cstates[] = {
		MSR_CORE_C1_RES, MSR_CORE_C3_RESIDENCY, MSR_CORE_C6_RESIDENCY,
		MSR_CORE_C7_RESIDENCY,
	};
	int i;

	msr_bitmap_set_intercept(vcpu, MSR_IA32_TSC, MSR_TYPE_R, false);
	for (i = 0; i < ARRAY_SIZE(always); i++)
		msr_bitmap_set_intercept(vcpu, always[i], MSR_TYPE_RW, false);
	if (vcpu->kvm->arch.cstate_in_guest)
		for (i = 0; i < ARRAY_SIZE(with_cstates); i++)
			msr_bitmap_set_intercept(vcpu, with_cstates[i], MSR_TYPE_R, false);
}

/**
 * vcpu_create - make a vCPU
 * @vcpu: allocated and zeroed by kvm.ko
 *
 * A zeroed page with the revision in it is an enlightened VMCS: its clean bits say
 * "read everything". No VMCLEAR is needed before its first use.
 *
 * Return: 0 or -ENOMEM, with nothing left behind.
 */
int vcpu_create(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	int r = -ENOMEM;

	v->cpu = -1;
	v->evmcs = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!v->evmcs)
		return r;
	v->evmcs->revision_id = EVMCS_REVISION;
	v->entry.regs = vcpu->arch.regs;
	v->entry.evmcs = v->evmcs;

	r = msr_bitmap_create(vcpu);
	if (r)
		goto err_bitmap;
	r = shadow_create(vcpu);
	if (r)
		goto err_shadow;

	if (ms_hyperv.nested_features & HV_X64_NESTED_MSR_BITMAP)
		v->evmcs->hv_enlightenments_control.msr_bitmap = 1;
	let_msrs_through(vcpu);
	uret_vcpu_init(vcpu);
	tlb_vcpu_init(vcpu);
	clock_vcpu_create(vcpu);
	return 0;

err_shadow:
	msr_bitmap_destroy(vcpu);
err_bitmap:
	free_page((unsigned long)v->evmcs);
	return r;
}

/**
 * vcpu_free - undo vcpu_create()
 * @vcpu: the vCPU; it will not run again
 */
void vcpu_free(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	clock_vcpu_free(vcpu);
	cpu_clear_evmcs(vcpu);
	tlb_vcpu_destroy(vcpu);
	shadow_destroy(vcpu);
	msr_bitmap_destroy(vcpu);
	free_page((unsigned long)v->evmcs);
}

/* The MOV-DR and window exits are turned on and off as the guest runs. */
static u32 proc_controls(struct kvm_vcpu *vcpu)
{
	u32 controls = evmcs_caps.proc &
		~(CPU_BASED_INTR_WINDOW_EXITING | CPU_BASED_NMI_WINDOW_EXITING);

	if (vcpu->arch.switch_db_regs & KVM_DEBUGREG_WONT_EXIT)
		controls &= ~CPU_BASED_MOV_DR_EXITING;
	controls &= ~CPU_BASED_TPR_SHADOW;	/* until CR8 is used: cr_use_tpr_shadow() */
	if (vcpu->kvm->arch.mwait_in_guest)
		controls &= ~(CPU_BASED_MWAIT_EXITING | CPU_BASED_MONITOR_EXITING);
	if (vcpu->kvm->arch.hlt_in_guest)
		controls &= ~CPU_BASED_HLT_EXITING;
	return controls;
}

/*
 * Instructions whose existence follows the guest's CPUID. RDPID hangs on RDTSCP's
 * control: with either feature both work, rather than one of them faulting.
 * DESC is CR4.UMIP's business.
 */
static u32 proc2_controls(struct kvm_vcpu *vcpu)
{
	u32 controls = evmcs_caps.proc2 & ~SECONDARY_EXEC_DESC;

	if (!to_evmcs_vcpu(vcpu)->tlb.vpid)
		controls &= ~SECONDARY_EXEC_ENABLE_VPID;
	if (!test_bit(KVM_GOVERNED_X86_FEATURE_XSAVES, vcpu->arch.governed_features.enabled))
		controls &= ~SECONDARY_EXEC_ENABLE_XSAVES;
	if (!guest_cpuid_has(vcpu, X86_FEATURE_RDTSCP) &&
	    !guest_cpuid_has(vcpu, X86_FEATURE_RDPID))
		controls &= ~SECONDARY_EXEC_ENABLE_RDTSCP;
	if (!guest_cpuid_has(vcpu, X86_FEATURE_INVPCID))
		controls &= ~SECONDARY_EXEC_ENABLE_INVPCID;
	if (guest_cpuid_has(vcpu, X86_FEATURE_RDRAND))
		controls &= ~SECONDARY_EXEC_RDRAND_EXITING;
	if (guest_cpuid_has(vcpu, X86_FEATURE_RDSEED))
		controls &= ~SECONDARY_EXEC_RDSEED_EXITING;
	if (!guest_cpuid_has(vcpu, X86_FEATURE_WAITPKG))
		controls &= ~SECONDARY_EXEC_ENABLE_USR_WAIT_PAUSE;
	if (!vcpu->kvm->arch.bus_lock_detection_enabled)
		controls &= ~SECONDARY_EXEC_BUS_LOCK_DETECTION;
	return controls;
}

static void init_controls(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	evmcs_write32(evmcs, pin_based_vm_exec_control, evmcs_caps.pin);
	evmcs_write32(evmcs, cpu_based_vm_exec_control, proc_controls(vcpu));
	evmcs_write32(evmcs, secondary_vm_exec_control, proc2_controls(vcpu));
	evmcs_write32(evmcs, vm_exit_controls,
		      evmcs_caps.exit &
		      ~(VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL | VM_EXIT_LOAD_IA32_EFER));
	evmcs_write32(evmcs, vm_entry_controls, evmcs_caps.entry &
		      ~(VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL | VM_ENTRY_LOAD_IA32_EFER |
			VM_ENTRY_IA32E_MODE));

	evmcs_write64(evmcs, msr_bitmap, __pa(to_evmcs_vcpu(vcpu)->msr.bitmap));
	evmcs_write16(evmcs, virtual_processor_id, to_evmcs_vcpu(vcpu)->tlb.vpid);
	evmcs_write64(evmcs, xss_exit_bitmap, 0);
	evmcs_write64(evmcs, encls_exiting_bitmap, ~0ull);
	evmcs_write64(evmcs, vmcs_link_pointer, ~0ull);
	if (guest_lapic_in_kernel(vcpu))
		evmcs_write64(evmcs, virtual_apic_page_addr, __pa(vcpu->arch.apic->regs));
	evmcs_write32(evmcs, tpr_threshold, 0);
	evmcs_write64(evmcs, tsc_offset, vcpu->arch.tsc_offset);
	evmcs_write64(evmcs, tsc_multiplier, vcpu->arch.tsc_scaling_ratio);

	vcpu->arch.cr0_guest_owned_bits = CR0_GUEST_OWNED;
	evmcs_write64(evmcs, cr0_guest_host_mask, ~CR0_GUEST_OWNED);
	cr_update_cr4_mask(vcpu);
}

static void power_on(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	struct hv_enlightened_vmcs *evmcs = v->evmcs;

	init_controls(vcpu);
	host_state_init_evmcs(evmcs);
	evmcs_write64(evmcs, guest_ia32_pat, vcpu->arch.pat);
	evmcs_write32(evmcs, guest_sysenter_cs, 0);
	evmcs_write64(evmcs, guest_sysenter_esp, 0);
	evmcs_write64(evmcs, guest_sysenter_eip, 0);
	evmcs_write64(evmcs, guest_ia32_debugctl, 0);
	v->feature_control_valid = FEAT_CTL_LOCKED;
	if (!(vcpu->kvm->arch.disabled_quirks & KVM_X86_QUIRK_STUFF_FEATURE_MSRS))
		vcpu->arch.microcode_version = 0x100000000ull;
	uret_update_loads(vcpu);
}

/**
 * vcpu_reset - RESET or INIT
 * @vcpu: the vCPU
 * @init_event: INIT, which leaves more alone (SDM 3A, table 10-1)
 */
void vcpu_reset(struct kvm_vcpu *vcpu, bool init_event)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	struct hv_enlightened_vmcs *evmcs = v->evmcs;

	if (!init_event)
		power_on(vcpu);

	v->entry.spec_ctrl = 0;
	v->umwait_control = 0;
	kvm_set_cr8(vcpu, 0);
	segment_reset(vcpu);
	evmcs_write32(evmcs, guest_activity_state, GUEST_ACTIVITY_ACTIVE);
	evmcs_write32(evmcs, guest_interruptibility_info, 0);
	evmcs_write64(evmcs, guest_pending_dbg_exceptions, 0);
	evmcs_write64(evmcs, guest_bndcfgs, 0);
	evmcs_write32(evmcs, vm_entry_intr_info_field, 0);
	tlb_flush_guest(vcpu);
	mitigation_update_fb_clear(vcpu);
}

static void grant(struct kvm_vcpu *vcpu, unsigned int governed, bool both)
{
	if (both)
		__set_bit(governed, vcpu->arch.governed_features.enabled);
}

/**
 * vcpu_after_set_cpuid - the VMM gave the guest another CPUID
 * @vcpu: the vCPU
 *
 * kvm.ko has cleared the governed features and replaced its table of entries.
 */
void vcpu_after_set_cpuid(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	u32 desc = evmcs_read32(evmcs, secondary_vm_exec_control) & SECONDARY_EXEC_DESC;

	cpuid_forget(vcpu);
	/* XSAVES works in a guest only with XSAVE, which gates CR4.OSXSAVE. */
	grant(vcpu, KVM_GOVERNED_X86_FEATURE_XSAVES,
	      boot_cpu_has(X86_FEATURE_XSAVE) && guest_cpuid_has(vcpu, X86_FEATURE_XSAVE) &&
	      kvm_caps_has(X86_FEATURE_XSAVES) && guest_cpuid_has(vcpu, X86_FEATURE_XSAVES));
	grant(vcpu, KVM_GOVERNED_X86_FEATURE_LAM,
	      kvm_caps_has(X86_FEATURE_LAM) && guest_cpuid_has(vcpu, X86_FEATURE_LAM));

	uret_update_loads(vcpu);
	evmcs_write32(evmcs, secondary_vm_exec_control, proc2_controls(vcpu) | desc);
	msr_after_set_cpuid(vcpu);
	cr_update_cr4_mask(vcpu);
	exception_update_bitmap(vcpu);
}

/* Addresses of this kernel have no place in a log that a VMM's user can bring about. */
static bool holds_host_address(const struct evmcs_field *row)
{
	return row->group == EVMCS_GROUP_HOST_GRP1 || row->group == EVMCS_GROUP_HOST_POINTER ||
	       row->offset == offsetof(struct hv_enlightened_vmcs, msr_bitmap) ||
	       row->offset == offsetof(struct hv_enlightened_vmcs, virtual_apic_page_addr) ||
	       row->offset == offsetof(struct hv_enlightened_vmcs, partition_assist_page) ||
	       row->offset == offsetof(struct hv_enlightened_vmcs, ept_pointer);
}

/**
 * vcpu_evmcs_dump - log a vCPU's enlightened VMCS, once
 * @vcpu: the vCPU, after an entry or exit that should not have been
 *
 * Controls and the guest's state; nothing of the host's. Rate-limited over all
 * vCPUs: a guest can bring this about.
 */
void vcpu_evmcs_dump(struct kvm_vcpu *vcpu)
{
	static DEFINE_RATELIMIT_STATE(limit, 60 * HZ, 3);
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	char line[160];
	unsigned int i, n = 0;

	if (v->dumped || !__ratelimit(&limit))
		return;
	v->dumped = true;
	pr_err("vCPU %d: exit reason 0x%x, VM-instruction error %u, last entry on CPU %d, clean fields 0x%x\n",
	       vcpu->vcpu_id, v->exit_reason, v->evmcs->vm_instruction_error,
	       vcpu->arch.last_vmentry_cpu, v->evmcs->hv_clean_fields);
	for (i = 0; i < evmcs_nr_fields; i++) {
		if (!holds_host_address(&evmcs_fields[i]))
			n += scnprintf(line + n, sizeof(line) - n, " %s=0x%llx",
				       evmcs_fields[i].name,
				       evmcs_read_row(v->evmcs, &evmcs_fields[i]));
		if (n > 80 || (n && i == evmcs_nr_fields - 1)) {
			pr_err("%s\n", line);
			n = 0;
		}
	}
}
