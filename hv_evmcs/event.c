// SPDX-License-Identifier: GPL-2.0
/*
 * Events for the guest: interrupts, NMIs, exceptions, and the windows in which it
 * can take them (SDM 3C, 27.6).
 */
#include <linux/kvm_host.h>
#include <asm/apicdef.h>
#include <asm/debugreg.h>
#include <asm/trapnr.h>

#include "event.h"
#include "exception.h"
#include "kvm_private.h"
#include "regs.h"

/**
 * event_clear_hlt - wake a guest that halted without an exit
 * @vcpu: the vCPU
 *
 * A guest that was left halted must not be entered halted with an event: its
 * activity state would hold the event back (HLT exits may be off for it).
 */
void event_clear_hlt(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	if (vcpu->kvm->arch.hlt_in_guest &&
	    evmcs_read32(evmcs, guest_activity_state) == GUEST_ACTIVITY_HLT)
		evmcs_write32(evmcs, guest_activity_state, GUEST_ACTIVITY_ACTIVE);
}

static void inject(struct kvm_vcpu *vcpu, u32 intr_info)
{
	evmcs_inject_event(vcpu_evmcs_page(vcpu), intr_info | INTR_INFO_VALID_MASK);
	event_clear_hlt(vcpu);
}

/* INT n, INT3 and INTO are injected with the length the guest's RIP moves by. */
static void set_soft_length(struct kvm_vcpu *vcpu)
{
	evmcs_write32(vcpu_evmcs_page(vcpu), vm_entry_instruction_len,
		      vcpu->arch.event_exit_inst_len);
}

/**
 * event_inject_irq - inject the queued interrupt
 * @vcpu: the vCPU
 * @reinjected: it was on its way when the last exit came
 */
void event_inject_irq(struct kvm_vcpu *vcpu, bool reinjected)
{
	u8 vector = vcpu->arch.interrupt.nr;
	bool soft = vcpu->arch.interrupt.soft;

	trace_kvm_inj_virq(vector, soft, reinjected);
	++vcpu->stat.irq_injections;
	if (soft)
		set_soft_length(vcpu);
	inject(vcpu, vector | (soft ? INTR_TYPE_SOFT_INTR : INTR_TYPE_EXT_INTR));
}

/**
 * event_inject_nmi - inject an NMI
 * @vcpu: the vCPU
 */
void event_inject_nmi(struct kvm_vcpu *vcpu)
{
	++vcpu->stat.nmi_injections;
	inject(vcpu, NMI_VECTOR | INTR_TYPE_NMI_INTR);
}

/**
 * event_inject_exception - inject the queued exception
 * @vcpu: the vCPU
 *
 * The entry checks (SDM 3C, 27.3.1.5) want a pending single-step trap recorded
 * when RFLAGS.TF is set under STI or MOV-SS blocking, even when that very #DB is
 * what is injected. Error codes have 16 bits in hardware; a VMM may hand in more.
 */
void event_inject_exception(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	struct kvm_queued_exception *ex = &vcpu->arch.exception;
	u32 info = ex->vector;

	if (ex->vector == DB_VECTOR && (guest_rflags(vcpu) & X86_EFLAGS_TF) &&
	    event_get_shadow(vcpu))
		evmcs_write64(evmcs, guest_pending_dbg_exceptions,
			      evmcs_read64(evmcs, guest_pending_dbg_exceptions) | DR6_BS);

	kvm_deliver_exception_payload(vcpu, ex);
	if (ex->has_error_code) {
		evmcs_write32(evmcs, vm_entry_exception_error_code, (u16)ex->error_code);
		info |= INTR_INFO_DELIVER_CODE_MASK;
	}
	if (ex->vector == BP_VECTOR || ex->vector == OF_VECTOR) {
		set_soft_length(vcpu);
		info |= INTR_TYPE_SOFT_EXCEPTION;
	} else {
		info |= INTR_TYPE_HARD_EXCEPTION;
	}
	inject(vcpu, info);
}

/* Put an event that did not reach the guest back into kvm.ko's queues. */
static void requeue(struct kvm_vcpu *vcpu, u32 info, u32 error_code, u32 insn_len)
{
	u8 vector = info & VECTORING_INFO_VECTOR_MASK;

	vcpu->arch.nmi_injected = false;
	vcpu->arch.exception.pending = false;
	vcpu->arch.exception.injected = false;
	vcpu->arch.exception_vmexit.pending = false;
	vcpu->arch.interrupt.injected = false;

	if (!(info & VECTORING_INFO_VALID_MASK))
		return;
	kvm_make_request(KVM_REQ_EVENT, vcpu);

	switch (info & VECTORING_INFO_TYPE_MASK) {
	case INTR_TYPE_NMI_INTR:
		vcpu->arch.nmi_injected = true;
		/* It was never delivered, so it does not block others. */
		event_set_nmi_mask(vcpu, false);
		break;
	case INTR_TYPE_SOFT_EXCEPTION:
		vcpu->arch.event_exit_inst_len = insn_len;
		fallthrough;
	case INTR_TYPE_HARD_EXCEPTION:
		if (info & VECTORING_INFO_DELIVER_CODE_MASK)
			kvm_requeue_exception_e(vcpu, vector, error_code);
		else
			kvm_requeue_exception(vcpu, vector);
		break;
	case INTR_TYPE_SOFT_INTR:
		vcpu->arch.event_exit_inst_len = insn_len;
		fallthrough;
	case INTR_TYPE_EXT_INTR:
		vcpu->arch.interrupt.injected = true;
		vcpu->arch.interrupt.soft =
			(info & VECTORING_INFO_TYPE_MASK) == INTR_TYPE_SOFT_INTR;
		vcpu->arch.interrupt.nr = vector;
		break;
	}
}

/**
 * event_cancel_injection - the entry an event was meant for is called off
 * @vcpu: the vCPU
 */
void event_cancel_injection(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	requeue(vcpu, evmcs_read32(evmcs, vm_entry_intr_info_field),
		evmcs_read32(evmcs, vm_entry_exception_error_code),
		evmcs_read32(evmcs, vm_entry_instruction_len));
	evmcs_write32(evmcs, vm_entry_intr_info_field, 0);
}

/*
 * An IRET that faulted has ended NMI blocking although the guest is still in its
 * handler (SDM 3C, 28.2.3). The exit says so, unless it interrupted an event
 * delivery or came from a double fault.
 */
static void recover_nmi_blocking(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	u32 info = evmcs_read32(evmcs, vm_exit_intr_info);

	if ((info & INTR_INFO_VALID_MASK) && (info & INTR_INFO_UNBLOCK_NMI) &&
	    (info & INTR_INFO_VECTOR_MASK) != DF_VECTOR &&
	    !(to_evmcs_vcpu(vcpu)->idt_vectoring_info & VECTORING_INFO_VALID_MASK))
		event_set_nmi_mask(vcpu, true);
}

/**
 * event_after_exit - take stock of events after a VM exit
 * @vcpu: the vCPU
 *
 * Interrupts off, before any handler of the exit.
 */
void event_after_exit(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	recover_nmi_blocking(vcpu);
	requeue(vcpu, v->idt_vectoring_info, evmcs_read32(v->evmcs, idt_vectoring_error_code),
		evmcs_read32(v->evmcs, vm_exit_instruction_len));
}

/**
 * event_get_shadow - blocking by STI or MOV SS
 * @vcpu: the vCPU
 *
 * Return: KVM_X86_SHADOW_INT_* bits.
 */
u32 event_get_shadow(struct kvm_vcpu *vcpu)
{
	u32 state = evmcs_read32(vcpu_evmcs_page(vcpu), guest_interruptibility_info);

	return (state & GUEST_INTR_STATE_STI ? KVM_X86_SHADOW_INT_STI : 0) |
	       (state & GUEST_INTR_STATE_MOV_SS ? KVM_X86_SHADOW_INT_MOV_SS : 0);
}

/**
 * event_set_shadow - set blocking by STI or MOV SS
 * @vcpu: the vCPU
 * @mask: KVM_X86_SHADOW_INT_* bits; both at once is no legal state, MOV SS wins
 */
void event_set_shadow(struct kvm_vcpu *vcpu, int mask)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	u32 state = evmcs_read32(evmcs, guest_interruptibility_info);

	state &= ~(GUEST_INTR_STATE_STI | GUEST_INTR_STATE_MOV_SS);
	if (mask & KVM_X86_SHADOW_INT_MOV_SS)
		state |= GUEST_INTR_STATE_MOV_SS;
	else if (mask & KVM_X86_SHADOW_INT_STI)
		state |= GUEST_INTR_STATE_STI;
	evmcs_write32(evmcs, guest_interruptibility_info, state);
}

/**
 * event_interrupt_allowed - can the guest take an interrupt now?
 * @vcpu: the vCPU
 * @for_injection: unused; it matters to nested guests only
 *
 * Return: 1 or 0.
 */
int event_interrupt_allowed(struct kvm_vcpu *vcpu, bool for_injection)
{
	return (guest_rflags(vcpu) & X86_EFLAGS_IF) && !event_get_shadow(vcpu);
}

/**
 * event_nmi_allowed - can the guest take an NMI now?
 * @vcpu: the vCPU
 * @for_injection: unused; it matters to nested guests only
 *
 * Return: 1 or 0.
 */
int event_nmi_allowed(struct kvm_vcpu *vcpu, bool for_injection)
{
	return !(evmcs_read32(vcpu_evmcs_page(vcpu), guest_interruptibility_info) &
		 (GUEST_INTR_STATE_MOV_SS | GUEST_INTR_STATE_STI | GUEST_INTR_STATE_NMI));
}

/**
 * event_get_nmi_mask - is the guest in an NMI handler?
 * @vcpu: the vCPU
 *
 * Return: true if so, and NMIs are blocked.
 */
bool event_get_nmi_mask(struct kvm_vcpu *vcpu)
{
	return evmcs_read32(vcpu_evmcs_page(vcpu), guest_interruptibility_info) &
	       GUEST_INTR_STATE_NMI;
}

/**
 * event_set_nmi_mask - set or end blocking by NMI
 * @vcpu: the vCPU
 * @masked: the new state
 */
void event_set_nmi_mask(struct kvm_vcpu *vcpu, bool masked)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	if (masked)
		evmcs_set_bits32(evmcs, guest_interruptibility_info, GUEST_INTR_STATE_NMI);
	else
		evmcs_clear_bits32(evmcs, guest_interruptibility_info, GUEST_INTR_STATE_NMI);
}

/**
 * event_enable_irq_window - exit as soon as the guest can take an interrupt
 * @vcpu: the vCPU
 */
void event_enable_irq_window(struct kvm_vcpu *vcpu)
{
	evmcs_set_bits32(vcpu_evmcs_page(vcpu), cpu_based_vm_exec_control,
			 CPU_BASED_INTR_WINDOW_EXITING);
}

/**
 * event_enable_nmi_window - exit as soon as the guest can take an NMI
 * @vcpu: the vCPU
 *
 * Under STI blocking CPUs differ on whether an NMI window is open; an interrupt
 * window opens after the next instruction on all of them.
 */
void event_enable_nmi_window(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	if (evmcs_read32(evmcs, guest_interruptibility_info) & GUEST_INTR_STATE_STI)
		event_enable_irq_window(vcpu);
	else
		evmcs_set_bits32(evmcs, cpu_based_vm_exec_control, CPU_BASED_NMI_WINDOW_EXITING);
}

/**
 * event_update_cr8_intercept - say below which TPR the guest must exit
 * @vcpu: the vCPU
 * @tpr: the guest's task priority, bits 7:4
 * @irr: priority class of the highest pending interrupt, -1 if none
 */
void event_update_cr8_intercept(struct kvm_vcpu *vcpu, int tpr, int irr)
{
	evmcs_write32(vcpu_evmcs_page(vcpu), tpr_threshold, irr == -1 || tpr < irr ? 0 : irr);
}

/**
 * event_deliver_interrupt - a vector arrives at a vCPU's local APIC
 * @apic: the APIC
 * @delivery_mode: unused; it matters to posted interrupts only
 * @trig_mode: likewise
 * @vector: the vector
 *
 * Any context. The order is a contract with kvm.ko: irr_pending promises that
 * IRR may be non-empty, so it is set after the bit (lapic.c clears it before it
 * looks at IRR again).
 */
void event_deliver_interrupt(struct kvm_lapic *apic, int delivery_mode, int trig_mode,
			     int vector)
{
	set_bit(vector % 32, apic->regs + APIC_IRR + vector / 32 * 16);
	apic->irr_pending = true;
	kvm_make_request(KVM_REQ_EVENT, apic->vcpu);
	kvm_vcpu_kick(apic->vcpu);
}
