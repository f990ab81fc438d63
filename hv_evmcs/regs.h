/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest registers as kvm.ko caches them in struct kvm_vcpu_arch: "available"
 * means the cached value is current, "dirty" that it is newer than the VMCS.
 */
#ifndef HV_EVMCS_REGS_H
#define HV_EVMCS_REGS_H

#include <linux/kvm_host.h>

#include "vcpu.h"

/* Bits of CR0 and CR4 kvm.ko lets a backend give to the guest. */
#define CR0_GUEST_OWNED		(X86_CR0_TS | X86_CR0_WP)
#define CR4_POSSIBLE_GUEST_OWNED						\
	(X86_CR4_PVI | X86_CR4_DE | X86_CR4_PCE | X86_CR4_OSFXSR |		\
	 X86_CR4_OSXMMEXCPT | X86_CR4_PGE | X86_CR4_TSD | X86_CR4_FSGSBASE)

/* Registers that an exit leaves in the VMCS until somebody asks. RIP is copied at once. */
#define REGS_LAZY								\
	(BIT(VCPU_REGS_RSP) | BIT(VCPU_EXREG_PDPTR) | BIT(VCPU_EXREG_CR0) |	\
	 BIT(VCPU_EXREG_CR3) | BIT(VCPU_EXREG_CR4))

static inline bool reg_available(struct kvm_vcpu *vcpu, enum kvm_reg reg)
{
	return vcpu->arch.regs_avail & BIT(reg);
}

static inline bool reg_dirty(struct kvm_vcpu *vcpu, enum kvm_reg reg)
{
	return vcpu->arch.regs_dirty & BIT(reg);
}

static inline void reg_mark_available(struct kvm_vcpu *vcpu, enum kvm_reg reg)
{
	vcpu->arch.regs_avail |= BIT(reg);
}

static inline void reg_mark_dirty(struct kvm_vcpu *vcpu, enum kvm_reg reg)
{
	vcpu->arch.regs_avail |= BIT(reg);
	vcpu->arch.regs_dirty |= BIT(reg);
}

void regs_cache(struct kvm_vcpu *vcpu, enum kvm_reg reg);

static inline void reg_make_available(struct kvm_vcpu *vcpu, enum kvm_reg reg)
{
	if (!reg_available(vcpu, reg))
		regs_cache(vcpu, reg);
}

static inline unsigned long guest_cr0(struct kvm_vcpu *vcpu)
{
	reg_make_available(vcpu, VCPU_EXREG_CR0);
	return vcpu->arch.cr0;
}

static inline unsigned long guest_cr3(struct kvm_vcpu *vcpu)
{
	reg_make_available(vcpu, VCPU_EXREG_CR3);
	return vcpu->arch.cr3;
}

static inline unsigned long guest_cr4(struct kvm_vcpu *vcpu)
{
	reg_make_available(vcpu, VCPU_EXREG_CR4);
	return vcpu->arch.cr4;
}

static inline unsigned long guest_rip(struct kvm_vcpu *vcpu)
{
	return vcpu->arch.regs[VCPU_REGS_RIP];
}

static inline void guest_set_rip(struct kvm_vcpu *vcpu, unsigned long rip)
{
	vcpu->arch.regs[VCPU_REGS_RIP] = rip;
	reg_mark_dirty(vcpu, VCPU_REGS_RIP);
}

static inline bool guest_long_mode(struct kvm_vcpu *vcpu)
{
	return vcpu->arch.efer & EFER_LMA;
}

static inline bool guest_64bit_mode(struct kvm_vcpu *vcpu)
{
	return guest_long_mode(vcpu) &&
	       (evmcs_read32(vcpu_evmcs_page(vcpu), guest_cs_ar_bytes) & VMX_AR_L_MASK);
}

static inline bool guest_pae_paging(struct kvm_vcpu *vcpu)
{
	return !guest_long_mode(vcpu) && (guest_cr4(vcpu) & X86_CR4_PAE) &&
	       (guest_cr0(vcpu) & X86_CR0_PG);
}

static inline unsigned long guest_rflags(struct kvm_vcpu *vcpu)
{
	return evmcs_read64(vcpu_evmcs_page(vcpu), guest_rflags);
}

static inline int guest_cpl(struct kvm_vcpu *vcpu)
{
	return VMX_AR_DPL(evmcs_read32(vcpu_evmcs_page(vcpu), guest_ss_ar_bytes));
}

/* A general register as an instruction sees it: 32 bits outside 64-bit mode. */
static inline unsigned long guest_gpr(struct kvm_vcpu *vcpu, int reg)
{
	if (reg == VCPU_REGS_RSP)
		reg_make_available(vcpu, VCPU_REGS_RSP);
	return guest_64bit_mode(vcpu) ? vcpu->arch.regs[reg] : (u32)vcpu->arch.regs[reg];
}

static inline void guest_set_gpr(struct kvm_vcpu *vcpu, int reg, unsigned long value)
{
	vcpu->arch.regs[reg] = guest_64bit_mode(vcpu) ? value : (u32)value;
	reg_mark_dirty(vcpu, reg);
}

static inline bool guest_lapic_in_kernel(struct kvm_vcpu *vcpu)
{
	if (static_branch_unlikely(&kvm_has_noapic_vcpu))
		return vcpu->arch.apic;
	return true;
}

void cr_set_cr0(struct kvm_vcpu *vcpu, unsigned long cr0);
void cr_set_cr4(struct kvm_vcpu *vcpu, unsigned long cr4);
bool cr_is_valid_cr0(struct kvm_vcpu *vcpu, unsigned long cr0);
bool cr_is_valid_cr4(struct kvm_vcpu *vcpu, unsigned long cr4);
int cr_set_efer(struct kvm_vcpu *vcpu, u64 efer);
void cr_update_cr4_mask(struct kvm_vcpu *vcpu);
void cr_load_mmu_pgd(struct kvm_vcpu *vcpu, hpa_t root_hpa, int root_level);
void cr_use_tpr_shadow(struct kvm_vcpu *vcpu);
void dr_sync_dirty(struct kvm_vcpu *vcpu);
void dr_set_dr7(struct kvm_vcpu *vcpu, unsigned long value);
unsigned long regs_get_rflags(struct kvm_vcpu *vcpu);
void regs_set_rflags(struct kvm_vcpu *vcpu, unsigned long rflags);
bool regs_get_if_flag(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_REGS_H */
