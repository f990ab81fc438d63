/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The backend's view of a VM and of a vCPU.
 */
#ifndef HV_EVMCS_VCPU_H
#define HV_EVMCS_VCPU_H

#include <linux/kvm_host.h>
#include <asm/vmx.h>

#include "clock.h"
#include "cpuid.h"
#include "entry.h"
#include "evmcs.h"
#include "host_state.h"
#include "kvm_private.h"
#include "msr_bitmap.h"
#include "perf.h"
#include "timers.h"
#include "tlb.h"
#include "uret.h"

/* Exit reasons (SDM 3C, 25.9.1). Bit 28 marks Hyper-V's synthetic reasons. */
#define EXIT_REASON_BASIC(reason)	((u16)(reason))
#define EXIT_REASON_BUS_LOCK_BIT	BIT(26)
#define EXIT_REASON_SYNTHETIC_BIT	BIT(28)

/* Our own answer where no VM exit took place; no hardware reason has this value. */
#define EXIT_REASON_NONE		0xffff

/**
 * struct vm_evmcs - a VM
 * @kvm: first, as kvm.ko demands
 * @tlb: EPT roots and where they are still cached
 * @clock: when the TSC of the machine changes
 * @direct_flush_id: identifies the VM to L0 for direct virtual flush; 0 if unused
 */
struct vm_evmcs {
	struct kvm kvm;
	struct vm_tlb tlb;
	struct vm_clock clock;
	u64 direct_flush_id;
};

/**
 * struct vcpu_evmcs - a vCPU
 * @vcpu: first, as kvm.ko demands
 * @evmcs: one page, active on at most one CPU
 * @entry: what the entry code needs
 * @cpu: CPU on which @evmcs is active, -1 if none; see cpu.c
 * @active_link: on that CPU's list of active enlightened VMCSs
 * @launched: VMRESUME, not VMLAUNCH, is next
 * @failed: ENTRY_VMFAIL or ENTRY_FAULTED from the last attempt, else 0
 * @exit_reason: of the last exit, all 32 bits; EXIT_REASON_NONE if none took place
 * @idt_vectoring_info: event delivery that the last exit interrupted
 * @dumped: this vCPU's VMCS was logged already
 * @tlb: what must be flushed before the next entry
 * @clock: changes of the machine's TSC that it has taken note of
 * @timers: those that kvm.ko sets for it
 * @host: host state to put back when the vCPU is put
 * @guest_kernel_gs_base: while not in the register
 * @uret: user-return MSRs, by kvm.ko's slot
 * @uret_loaded: @uret is in the registers
 * @msr: the MSR bitmap and what it lets through
 * @cpuid: entries for the CPUID fast path
 * @perf: counter MSRs to put back after the exit
 * @disable_fb_clear: keep VERW from clearing buffers in the guest
 * @mcu_opt_ctrl: the host's IA32_MCU_OPT_CTRL while @disable_fb_clear
 * @umwait_control: the guest's IA32_UMWAIT_CONTROL
 * @feature_control: the guest's IA32_FEAT_CTL
 * @feature_control_valid: bits the guest may set in it
 * @shadow: copy of @evmcs as of the last exit (test builds)
 * @check: books of tlb_check.c (test builds)
 */
struct vcpu_evmcs {
	struct kvm_vcpu vcpu;

	struct hv_enlightened_vmcs *evmcs;
	struct entry_state entry;
	int cpu;
	struct list_head active_link;
	bool launched;
	u8 failed;
	bool dumped;
	u32 exit_reason;
	u32 idt_vectoring_info;

	struct vcpu_tlb tlb;
	struct vcpu_clock clock;
	struct vcpu_timers timers;
	struct host_state host;
	u64 guest_kernel_gs_base;
	struct uret_msr uret[NR_URET_MSRS];
	bool uret_loaded;
	struct vcpu_msr_bitmap msr;
	struct vcpu_cpuid cpuid;
	struct vcpu_perf perf;

	bool disable_fb_clear;
	u64 mcu_opt_ctrl;
	u64 umwait_control;
	u64 feature_control;
	u64 feature_control_valid;
#ifdef HV_EVMCS_TEST
	struct hv_enlightened_vmcs *shadow;
	struct {
		u64 generation;
		u64 entered;
		int cpu;
	} check;
#endif
};

static_assert(offsetof(struct vm_evmcs, kvm) == 0);
static_assert(offsetof(struct vcpu_evmcs, vcpu) == 0);

static inline struct vm_evmcs *to_vm(struct kvm *kvm)
{
	return container_of(kvm, struct vm_evmcs, kvm);
}

static inline struct vcpu_evmcs *to_evmcs_vcpu(struct kvm_vcpu *vcpu)
{
	return container_of(vcpu, struct vcpu_evmcs, vcpu);
}

static inline struct hv_enlightened_vmcs *vcpu_evmcs_page(struct kvm_vcpu *vcpu)
{
	return to_evmcs_vcpu(vcpu)->evmcs;
}

/**
 * exit_reason_of - the last exit's reason, to be compared with EXIT_REASON_*
 * @v: the vCPU
 *
 * Not cut down to its low 16 bits: a synthetic reason shares those with another.
 * Only the flag of a bus lock, which any exit may carry, is taken off.
 *
 * Return: the reason.
 */
static __always_inline u32 exit_reason_of(const struct vcpu_evmcs *v)
{
	return v->exit_reason & ~EXIT_REASON_BUS_LOCK_BIT;
}

int vm_init(struct kvm *kvm);
void vm_destroy(struct kvm *kvm);
int vcpu_create(struct kvm_vcpu *vcpu);
void vcpu_free(struct kvm_vcpu *vcpu);
void vcpu_reset(struct kvm_vcpu *vcpu, bool init_event);
void vcpu_after_set_cpuid(struct kvm_vcpu *vcpu);
void vcpu_evmcs_dump(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_VCPU_H */
