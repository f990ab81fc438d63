// SPDX-License-Identifier: GPL-2.0
/*
 * One round: entry, exit, and what can be answered without leaving kvm.ko's inner
 * loop.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/context_tracking.h>
#include <linux/kvm_host.h>
#include <linux/smp.h>
#include <asm/debugreg.h>
#include <asm/desc.h>
#include <asm/fpu/api.h>
#include <asm/mmu_context.h>
#include <asm/tlbflush.h>
#include <trace/events/ipi.h>

#include "clock.h"
#include "cpu.h"
#include "cpuid.h"
#include "direct_flush.h"
#include "event.h"
#include "exception.h"
#include "exit.h"
#include "kvm_private.h"
#include "line.h"
#include "mitigation.h"
#include "msr.h"
#include "msr_bitmap.h"
#include "perf.h"
#include "regs.h"
#include "run.h"
#include "shadow.h"
#include "vcpu.h"

static_assert(offsetof(struct entry_state, regs) == ENTRY_REGS);
static_assert(offsetof(struct entry_state, evmcs) == ENTRY_EVMCS);
static_assert(offsetof(struct entry_state, spec_ctrl) == ENTRY_SPEC_CTRL);
static_assert(offsetof(struct hv_enlightened_vmcs, host_rsp) == EVMCS_OFFSET_HOST_RSP);
static_assert(offsetof(struct hv_enlightened_vmcs, hv_clean_fields) ==
	      EVMCS_OFFSET_CLEAN_FIELDS);
static_assert(BIT(EVMCS_CLEAN_HOST_POINTER_SHIFT) == EVMCS_GROUP_HOST_POINTER);

/**
 * run_pre - vcpu_pre_run(): may this vCPU run at all?
 * @vcpu: the vCPU
 *
 * Return: 1. With unrestricted guest no state has to be emulated.
 */
int run_pre(struct kvm_vcpu *vcpu)
{
	return 1;
}

/* What kvm.ko changed in its caches goes to the VMCS. */
static void flush_registers(struct kvm_vcpu *vcpu, u64 run_flags)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	if (reg_dirty(vcpu, VCPU_REGS_RSP))
		evmcs_write64(evmcs, guest_rsp, vcpu->arch.regs[VCPU_REGS_RSP]);
	if (reg_dirty(vcpu, VCPU_REGS_RIP))
		evmcs_write64(evmcs, guest_rip, guest_rip(vcpu));
	vcpu->arch.regs_dirty = 0;

	if (run_flags & KVM_RUN_LOAD_GUEST_DR6)
		set_debugreg(vcpu->arch.dr6, 6);
	if (run_flags & KVM_RUN_LOAD_DEBUGCTL)
		msr_reload_debugctl(vcpu);
	/* A user-space debugger steps over STI and MOV SS too. */
	if (vcpu->guest_debug & KVM_GUESTDBG_SINGLESTEP)
		event_set_shadow(vcpu, 0);

	/* The kernel may have gone to another address-space id since the last entry. */
	evmcs_write64(evmcs, host_cr3, __get_current_cr3_fast());
	evmcs_write64(evmcs, host_cr4, cr4_read_shadow());
}

static unsigned int entry_flags(struct kvm_vcpu *vcpu)
{
	unsigned int flags = 0;

	if (to_evmcs_vcpu(vcpu)->launched)
		flags |= BIT(ENTRY_RESUME_SHIFT);
	if (!msr_bitmap_write_intercepted(vcpu, MSR_IA32_SPEC_CTRL))
		flags |= BIT(ENTRY_SAVE_SPEC_CTRL_SHIFT);
	return flags;
}

/*
 * From here the kernel's context tracking says that a guest runs: no tracing, no
 * instrumentation until the exit is accounted for. An NMI that caused the exit is
 * handled here, before anything can unblock NMIs.
 */
static noinstr void enter_and_exit(struct kvm_vcpu *vcpu, unsigned int flags)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	guest_state_enter_irqoff();
	mitigation_before_entry(vcpu);
	if (vcpu->arch.cr2 != native_read_cr2())
		native_write_cr2(vcpu->arch.cr2);

	v->failed = evmcs_enter(&v->entry, flags);

	vcpu->arch.cr2 = native_read_cr2();
	vcpu->arch.regs_avail &= ~REGS_LAZY;
	vcpu->arch.regs[VCPU_REGS_RIP] = v->evmcs->guest_rip;
	mitigation_after_exit(vcpu);
	perf_after_exit(vcpu);

	v->idt_vectoring_info = 0;
	v->exit_reason = v->failed ? EXIT_REASON_NONE : v->evmcs->vm_exit_reason;
	if (!(v->exit_reason & VMX_EXIT_REASONS_FAILED_VMENTRY))
		v->idt_vectoring_info = v->evmcs->idt_vectoring_info_field;

	if (exit_reason_of(v) == EXIT_REASON_EXCEPTION_NMI &&
	    intr_info_is(v->evmcs->vm_exit_intr_info, INTR_TYPE_NMI_INTR)) {
		WRITE_ONCE(vcpu->arch.handling_intr_from_guest, KVM_HANDLING_NMI);
		entry_do_nmi();
		WRITE_ONCE(vcpu->arch.handling_intr_from_guest, 0);
	}
	guest_state_exit_irqoff();
}

/*
 * Every field is as L0 knows it now: a real exit proves that L0 read them. The
 * valid bit of the injected event was consumed; hardware clears it in a VMCS,
 * and not every L0 writes the cleared bit back to the page.
 */
static void mark_clean(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	evmcs->vm_entry_intr_info_field &= ~INTR_INFO_VALID_MASK;
	evmcs->hv_clean_fields |= HV_VMX_ENLIGHTENED_CLEAN_FIELD_ALL;
	shadow_save(vcpu);
}

/*
 * A failed entry proves nothing about what L0 has read, whatever clean bits it may
 * have set in the page (KVM as L0 sets them before it checks the guest's state).
 */
static void mark_unknown(struct kvm_vcpu *vcpu)
{
	vcpu_evmcs_page(vcpu)->hv_clean_fields = 0;
}

/* Exits that can be answered with interrupts off. */
static fastpath_t fast_exit(struct kvm_vcpu *vcpu)
{
	/* With the flag of a bus lock it is not for here: user space must hear of it. */
	switch (to_evmcs_vcpu(vcpu)->exit_reason) {
	case EXIT_REASON_CPUID:
		return cpuid_fast(vcpu) ? EXIT_FASTPATH_REENTER_GUEST : EXIT_FASTPATH_NONE;
	case EXIT_REASON_MSR_WRITE:
		return handle_fastpath_set_msr_irqoff(vcpu);
	case EXIT_REASON_HLT:
		return handle_fastpath_hlt(vcpu);
	default:
		return EXIT_FASTPATH_NONE;
	}
}

/* The guest's registers are in the VMCS and DR6 in the CPU: kvm.ko goes on from there. */
static fastpath_t back_out(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	event_cancel_injection(vcpu);
	v->failed = 0;
	v->exit_reason = EXIT_REASON_NONE;
	v->idt_vectoring_info = 0;
	return EXIT_FASTPATH_EXIT_HANDLED;
}

/**
 * run_vcpu - enter the guest once
 * @vcpu: the vCPU, loaded
 * @run_flags: KVM_RUN_* bits
 *
 * Interrupts off, vcpu->mode is IN_GUEST_MODE. kvm.ko calls again after
 * EXIT_FASTPATH_REENTER_GUEST, once it has looked at pending requests; there is
 * no loop here.
 *
 * Return: what is left to do.
 */
fastpath_t run_vcpu(struct kvm_vcpu *vcpu, u64 run_flags)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	bool immediate_exit = run_flags & KVM_RUN_FORCE_IMMEDIATE_EXIT;

	flush_registers(vcpu, run_flags);
	if (unlikely(!clock_may_enter(&v->clock) || !line_holds(vcpu)))
		return back_out(vcpu);
	trace_kvm_entry(vcpu, immediate_exit);
	kvm_load_guest_xsave_state(vcpu);
	/* There is no preemption timer in an enlightened VMCS: an IPI to ourselves. */
	if (immediate_exit)
		smp_send_reschedule(vcpu->cpu);
	kvm_wait_lapic_expire(vcpu);
	tlb_flush_before_entry(vcpu);
	direct_flush_before_entry(vcpu);

	if (shadow_intact(vcpu)) {
		perf_before_entry(vcpu);
		enter_and_exit(vcpu, entry_flags(vcpu));
	}

	if (vcpu->arch.host_debugctl)
		update_debugctlmsr(vcpu->arch.host_debugctl);
	kvm_load_host_xsave_state(vcpu);

	if (unlikely(v->failed)) {
		mark_unknown(vcpu);
		return EXIT_FASTPATH_NONE;
	}
	if (unlikely(EXIT_REASON_BASIC(v->exit_reason) == EXIT_REASON_MCE_DURING_VMENTRY))
		exit_host_machine_check();

	trace_kvm_exit(vcpu, KVM_ISA_VMX);
	if (unlikely(v->exit_reason & VMX_EXIT_REASONS_FAILED_VMENTRY)) {
		mark_unknown(vcpu);
		return EXIT_FASTPATH_NONE;
	}

	v->launched = true;
	mark_clean(vcpu);
	event_after_exit(vcpu);
	return fast_exit(vcpu);
}

static void handle_interrupt(struct kvm_vcpu *vcpu)
{
	u32 info = evmcs_read32(vcpu_evmcs_page(vcpu), vm_exit_intr_info);
	const gate_desc *gate;

	if (KVM_BUG_ON(!intr_info_is(info, INTR_TYPE_EXT_INTR), vcpu->kvm))
		return;
	gate = (const gate_desc *)cpu_idt_base() + (info & INTR_INFO_VECTOR_MASK);
	WRITE_ONCE(vcpu->arch.handling_intr_from_guest, KVM_HANDLING_IRQ);
	entry_do_irq(gate_offset(gate));
	WRITE_ONCE(vcpu->arch.handling_intr_from_guest, 0);
	vcpu->arch.at_instruction_boundary = true;
}

/**
 * run_handle_exit_irqoff - what an exit needs before interrupts come on
 * @vcpu: the vCPU
 *
 * The exit acknowledged the interrupt that caused it: its handler is called as if
 * the interrupt had come here.
 */
void run_handle_exit_irqoff(struct kvm_vcpu *vcpu)
{
	switch (exit_reason_of(to_evmcs_vcpu(vcpu))) {
	case EXIT_REASON_EXTERNAL_INTERRUPT:
		handle_interrupt(vcpu);
		break;
	case EXIT_REASON_EXCEPTION_NMI:
		exception_handle_irqoff(vcpu);
		break;
	}
}
