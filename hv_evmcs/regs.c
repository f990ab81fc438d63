// SPDX-License-Identifier: GPL-2.0
/*
 * Control registers, EFER, debug registers and flags. Every function here is one
 * of kvm.ko's hooks: called with the vCPU loaded, in process context unless it
 * says otherwise.
 */
#include <linux/kvm_host.h>
#include <asm/debugreg.h>
#include <asm/processor-flags.h>
#include <asm/tlbflush.h>

#include "load_check.h"
#include "regs.h"
#include "uret.h"

/* KVM never lets a guest turn caching off; NE is demanded by VMX (SDM 3C, 24.8). */
#define CR0_NEVER	(X86_CR0_NW | X86_CR0_CD)
#define CR0_ALWAYS	X86_CR0_NE
#define CR4_ALWAYS	X86_CR4_VMXE

/**
 * regs_cache - bring a register from the VMCS into kvm.ko's cache
 * @vcpu: the vCPU
 * @reg: one of the registers an exit leaves in the VMCS
 */
void regs_cache(struct kvm_vcpu *vcpu, enum kvm_reg reg)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	unsigned long owned;
	u64 *pdptrs;

	reg_mark_available(vcpu, reg);
	switch (reg) {
	case VCPU_REGS_RSP:
		vcpu->arch.regs[VCPU_REGS_RSP] = evmcs_read64(evmcs, guest_rsp);
		break;
	case VCPU_EXREG_PDPTR:
		pdptrs = vcpu->arch.walk_mmu->pdptrs;
		pdptrs[0] = evmcs_read64(evmcs, guest_pdptr0);
		pdptrs[1] = evmcs_read64(evmcs, guest_pdptr1);
		pdptrs[2] = evmcs_read64(evmcs, guest_pdptr2);
		pdptrs[3] = evmcs_read64(evmcs, guest_pdptr3);
		break;
	case VCPU_EXREG_CR0:
		owned = vcpu->arch.cr0_guest_owned_bits;
		vcpu->arch.cr0 &= ~owned;
		vcpu->arch.cr0 |= evmcs_read64(evmcs, guest_cr0) & owned;
		break;
	case VCPU_EXREG_CR3:
		vcpu->arch.cr3 = evmcs_read64(evmcs, guest_cr3);
		break;
	case VCPU_EXREG_CR4:
		owned = vcpu->arch.cr4_guest_owned_bits;
		vcpu->arch.cr4 &= ~owned;
		vcpu->arch.cr4 |= evmcs_read64(evmcs, guest_cr4) & owned;
		break;
	default:
		KVM_BUG_ON(1, vcpu->kvm);
		break;
	}
}

/**
 * regs_get_rflags - read the guest's RFLAGS
 * @vcpu: the vCPU
 *
 * Return: the value in the VMCS.
 */
unsigned long regs_get_rflags(struct kvm_vcpu *vcpu)
{
	return guest_rflags(vcpu);
}

/**
 * regs_set_rflags - set the guest's RFLAGS
 * @vcpu: the vCPU
 * @rflags: the new value
 */
void regs_set_rflags(struct kvm_vcpu *vcpu, unsigned long rflags)
{
	evmcs_write64(vcpu_evmcs_page(vcpu), guest_rflags, rflags);
}

/**
 * regs_get_if_flag - may the guest take interrupts, as far as RFLAGS.IF goes?
 * @vcpu: the vCPU
 *
 * Return: true if so.
 */
bool regs_get_if_flag(struct kvm_vcpu *vcpu)
{
	return guest_rflags(vcpu) & X86_EFLAGS_IF;
}

/**
 * cr_is_valid_cr0 - does VMX add to kvm.ko's own checks of CR0?
 * @vcpu: the vCPU
 * @cr0: proposed value
 *
 * Return: true; with unrestricted guest any CR0 kvm.ko accepts can be entered.
 */
bool cr_is_valid_cr0(struct kvm_vcpu *vcpu, unsigned long cr0)
{
	return true;
}

/**
 * cr_is_valid_cr4 - does VMX add to kvm.ko's own checks of CR4?
 * @vcpu: the vCPU
 * @cr4: proposed value
 *
 * Return: false for VMXE: no nested VMX is offered, so the bit is reserved.
 */
bool cr_is_valid_cr4(struct kvm_vcpu *vcpu, unsigned long cr4)
{
	return !(cr4 & X86_CR4_VMXE);
}

/*
 * EFER in force while the guest runs. Where the guest could not tell its own from
 * the host's, neither entry nor exit loads it: L0 checks a value to be loaded at
 * each entry, at some cost. NX counts with PAE or 4-level paging only, SCE in IA-32e
 * mode only. LMA and LME follow the IA-32e mode guest control at the entry and the
 * host address-space size at the exit (SDM 3C, 27.3.2.1 and 28.5.1); a guest without
 * paging runs with the host's LME, which takes effect with CR0.PG alone, and that
 * bit is ours.
 */
static void efer_update(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	u64 efer = vcpu->arch.efer, invisible = EFER_LMA | EFER_LME;

	if (!(vcpu->arch.cr0 & X86_CR0_PG) || !(vcpu->arch.cr4 & X86_CR4_PAE))
		invisible |= EFER_NX;
	if (!(efer & EFER_LMA)) {
		invisible |= EFER_SCE;
		efer &= ~EFER_LME;
	}
	if ((efer ^ kvm_host.efer) & ~invisible) {
		evmcs_write64(evmcs, guest_ia32_efer, efer);
		evmcs_set_bits32(evmcs, vm_entry_controls, VM_ENTRY_LOAD_IA32_EFER);
		evmcs_set_bits32(evmcs, vm_exit_controls, VM_EXIT_LOAD_IA32_EFER);
	} else {
		evmcs_clear_bits32(evmcs, vm_entry_controls, VM_ENTRY_LOAD_IA32_EFER);
		evmcs_clear_bits32(evmcs, vm_exit_controls, VM_EXIT_LOAD_IA32_EFER);
	}
}

/* Paging comes on with EFER.LME set: IA-32e mode begins, the TSS must be a 64-bit one. */
static void long_mode_enter(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	u32 ar = evmcs_read32(evmcs, guest_tr_ar_bytes);

	if ((ar & VMX_AR_TYPE_MASK) != VMX_AR_TYPE_BUSY_64_TSS)
		evmcs_write32(evmcs, guest_tr_ar_bytes,
			      (ar & ~VMX_AR_TYPE_MASK) | VMX_AR_TYPE_BUSY_64_TSS);
	cr_set_efer(vcpu, vcpu->arch.efer | EFER_LMA);
}

/**
 * cr_set_cr0 - set CR0, as kvm.ko accepted it
 * @vcpu: the vCPU
 * @cr0: value the guest sees
 */
void cr_set_cr0(struct kvm_vcpu *vcpu, unsigned long cr0)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	unsigned long old_pg = vcpu->arch.cr0 & X86_CR0_PG;

	evmcs_write64(evmcs, cr0_read_shadow, cr0);
	evmcs_write64(evmcs, guest_cr0, (cr0 & ~CR0_NEVER) | CR0_ALWAYS);
	vcpu->arch.cr0 = cr0;
	reg_mark_available(vcpu, VCPU_EXREG_CR0);

	if (vcpu->arch.efer & EFER_LME) {
		if (!old_pg && (cr0 & X86_CR0_PG))
			long_mode_enter(vcpu);
		else if (old_pg && !(cr0 & X86_CR0_PG))
			cr_set_efer(vcpu, vcpu->arch.efer & ~EFER_LMA);
	}
	efer_update(vcpu);
}

static bool umip_emulated(void)
{
	return !boot_cpu_has(X86_FEATURE_UMIP) && (evmcs_caps.proc2 & SECONDARY_EXEC_DESC);
}

/**
 * cr_set_cr4 - set CR4, as kvm.ko accepted it
 * @vcpu: the vCPU
 * @cr4: value the guest sees
 *
 * MCE in force is the host's, which the guest does not control. Where the CPU
 * lacks UMIP, descriptor-table exits stand in for it.
 */
void cr_set_cr4(struct kvm_vcpu *vcpu, unsigned long cr4)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	unsigned long old_cr4 = guest_cr4(vcpu);
	unsigned long hw_cr4;

	hw_cr4 = (cr4_read_shadow() & X86_CR4_MCE) | (cr4 & ~X86_CR4_MCE) | CR4_ALWAYS;
	if (umip_emulated()) {
		if (cr4 & X86_CR4_UMIP)
			evmcs_set_bits32(evmcs, secondary_vm_exec_control, SECONDARY_EXEC_DESC);
		else
			evmcs_clear_bits32(evmcs, secondary_vm_exec_control, SECONDARY_EXEC_DESC);
		hw_cr4 &= ~X86_CR4_UMIP;
	}

	vcpu->arch.cr4 = cr4;
	reg_mark_available(vcpu, VCPU_EXREG_CR4);
	evmcs_write64(evmcs, cr4_read_shadow, cr4);
	evmcs_write64(evmcs, guest_cr4, hw_cr4);
	efer_update(vcpu);

	if ((cr4 ^ old_cr4) & (X86_CR4_OSXSAVE | X86_CR4_PKE))
		kvm_update_cpuid_runtime(vcpu);
}

/**
 * cr_update_cr4_mask - recompute which bits of CR4 the guest owns
 * @vcpu: the vCPU; its CPUID may have changed
 */
void cr_update_cr4_mask(struct kvm_vcpu *vcpu)
{
	vcpu->arch.cr4_guest_owned_bits = CR4_POSSIBLE_GUEST_OWNED &
					  ~vcpu->arch.cr4_guest_rsvd_bits;
	evmcs_write64(vcpu_evmcs_page(vcpu), cr4_guest_host_mask,
		      ~vcpu->arch.cr4_guest_owned_bits);
}

/**
 * cr_set_efer - set EFER, as kvm.ko accepted it
 * @vcpu: the vCPU
 * @efer: value the guest sees
 *
 * Return: 0.
 */
int cr_set_efer(struct kvm_vcpu *vcpu, u64 efer)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	vcpu->arch.efer = efer;
	if (efer & EFER_LMA)
		evmcs_set_bits32(evmcs, vm_entry_controls, VM_ENTRY_IA32E_MODE);
	else
		evmcs_clear_bits32(evmcs, vm_entry_controls, VM_ENTRY_IA32E_MODE);
	efer_update(vcpu);
	uret_update_loads(vcpu);
	return 0;
}

static void pdptrs_load(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	u64 *pdptrs = vcpu->arch.walk_mmu->pdptrs;

	evmcs_write64(evmcs, guest_pdptr0, pdptrs[0]);
	evmcs_write64(evmcs, guest_pdptr1, pdptrs[1]);
	evmcs_write64(evmcs, guest_pdptr2, pdptrs[2]);
	evmcs_write64(evmcs, guest_pdptr3, pdptrs[3]);
}

/**
 * cr_load_mmu_pgd - use an EPT root
 * @vcpu: the vCPU
 * @root_hpa: physical address of the root
 * @root_level: 4 or 5
 *
 * Also the place where kvm.ko wants a changed CR3 and changed PDPTRs to reach the
 * VMCS.
 */
void cr_load_mmu_pgd(struct kvm_vcpu *vcpu, hpa_t root_hpa, int root_level)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	u64 eptp = root_hpa | VMX_EPTP_MT_WB;

	eptp |= root_level == 5 ? VMX_EPTP_PWL_5 : VMX_EPTP_PWL_4;
	if (evmcs_caps.ept & VMX_EPT_AD_BIT)
		eptp |= VMX_EPTP_AD_ENABLE_BIT;
	evmcs_write64(evmcs, ept_pointer, eptp);
	tlb_load_root(vcpu, eptp);

	if (reg_dirty(vcpu, VCPU_EXREG_CR3))
		evmcs_write64(evmcs, guest_cr3, vcpu->arch.cr3);
	if (reg_dirty(vcpu, VCPU_EXREG_PDPTR) && guest_pae_paging(vcpu))
		pdptrs_load(vcpu);
}

/**
 * cr_use_tpr_shadow - the guest uses CR8: let it do so without exits
 * @vcpu: the vCPU, after an exit for a CR8 access
 *
 * A guest with a TPR shadow costs L0 a look at its virtual-APIC page at each
 * entry, and 64-bit Linux never touches CR8. So guests start with CR8 exits, and
 * the first of them turns the shadow on for good, where there is a local APIC in
 * the kernel whose page can serve.
 */
void cr_use_tpr_shadow(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	if (!guest_lapic_in_kernel(vcpu))
		return;
	evmcs_clear_bits32(evmcs, cpu_based_vm_exec_control,
			   CPU_BASED_CR8_LOAD_EXITING | CPU_BASED_CR8_STORE_EXITING);
	evmcs_set_bits32(evmcs, cpu_based_vm_exec_control, CPU_BASED_TPR_SHADOW);
	evmcs_write32(evmcs, tpr_threshold, 0);
	/* The threshold was of no use so far: have kvm.ko compute it. */
	kvm_make_request(KVM_REQ_EVENT, vcpu);
}

/**
 * dr_sync_dirty - take the debug registers back from a guest that owned them
 * @vcpu: the vCPU
 *
 * Interrupts off, right after an exit.
 */
void dr_sync_dirty(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	get_debugreg(vcpu->arch.db[0], 0);
	get_debugreg(vcpu->arch.db[1], 1);
	get_debugreg(vcpu->arch.db[2], 2);
	get_debugreg(vcpu->arch.db[3], 3);
	get_debugreg(vcpu->arch.dr6, 6);
	vcpu->arch.dr7 = evmcs_read64(evmcs, guest_dr7);

	vcpu->arch.switch_db_regs &= ~KVM_DEBUGREG_WONT_EXIT;
	evmcs_set_bits32(evmcs, cpu_based_vm_exec_control, CPU_BASED_MOV_DR_EXITING);

	/* The host's #DB handler expects no leftover of the guest's. */
	set_debugreg(DR6_RESERVED, 6);
}

/**
 * dr_set_dr7 - set DR7 as it is in force while the guest runs
 * @vcpu: the vCPU
 * @value: the new value
 */
void dr_set_dr7(struct kvm_vcpu *vcpu, unsigned long value)
{
	evmcs_write64(vcpu_evmcs_page(vcpu), guest_dr7, value);
}
