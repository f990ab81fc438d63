// SPDX-License-Identifier: GPL-2.0
/*
 * What is done about each exit reason (SDM 3D, appendix C) that the controls allow;
 * any other is unexpected and goes to user space. A handler returns 1 to
 * go on in the guest, 0 to return to user space with vcpu->run filled in. Process
 * context, interrupts on.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>
#include <linux/ratelimit.h>
#include <asm/debugreg.h>
#include <asm/mce.h>
#include <asm/ptrace.h>

#include "clock.h"
#include "cpuid.h"
#include "event.h"
#include "exception.h"
#include "exit.h"
#include "guest_cpuid.h"
#include "knobs.h"
#include "kvm_private.h"
#include "regs.h"
#include "segment.h"
#include "vcpu.h"

/**
 * exit_host_machine_check - run the host's machine-check handler
 *
 * Interrupts off, on the CPU the machine check happened on. To the handler the
 * guest counts as user space, whatever mode it was in.
 */
void exit_host_machine_check(void)
{
	struct pt_regs regs = { .cs = 3, .flags = X86_EFLAGS_IF };

	do_machine_check(&regs);
}

/**
 * exit_get_info - the last exit, for tracepoints and statistics
 * @vcpu: the vCPU
 * @reason: exit reason, all 32 bits
 * @info1: exit qualification
 * @info2: IDT-vectoring information
 * @intr_info: interruption information
 * @error_code: its error code, 0 if it has none
 */
void exit_get_info(struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
		   u32 *intr_info, u32 *error_code)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	*reason = v->exit_reason;
	*info1 = evmcs_read64(v->evmcs, exit_qualification);
	*info2 = 0;
	*intr_info = 0;
	*error_code = 0;
	if (v->exit_reason & VMX_EXIT_REASONS_FAILED_VMENTRY)
		return;
	*info2 = v->idt_vectoring_info;
	*intr_info = evmcs_read32(v->evmcs, vm_exit_intr_info);
	if (intr_info_has_error_code(*intr_info))
		*error_code = evmcs_read32(v->evmcs, vm_exit_intr_error_code);
}

/**
 * exit_skip_instruction - move RIP over the instruction that caused the exit
 * @vcpu: the vCPU
 *
 * The SDM leaves the length undefined for EPT misconfigurations, and Hyper-V does
 * not set it: there the emulator finds it.
 *
 * Return: 1, or 0 if user space must see to an emulation failure.
 */
int exit_skip_instruction(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	unsigned long rip = guest_rip(vcpu), next;

	if (EXIT_REASON_BASIC(v->exit_reason) == EXIT_REASON_EPT_MISCONFIG) {
		if (!kvm_emulate_instruction(vcpu, EMULTYPE_SKIP))
			return 0;
	} else {
		next = rip + evmcs_read32(v->evmcs, vm_exit_instruction_len);
		/* Outside 64-bit mode RIP wraps at 4 GB; asked only if it may have. */
		if (unlikely((rip ^ next) >> 31 == 3) && !guest_64bit_mode(vcpu))
			next = (u32)next;
		guest_set_rip(vcpu, next);
	}
	event_set_shadow(vcpu, 0);
	return 1;
}

static int handle_external_interrupt(struct kvm_vcpu *vcpu)
{
	++vcpu->stat.irq_exits;		/* the handler has run already */
	return 1;
}

static int handle_triple_fault(struct kvm_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_SHUTDOWN;
	vcpu->mmio_needed = 0;
	return 0;
}

static int handle_io(struct kvm_vcpu *vcpu)
{
	unsigned long qual = evmcs_read64(vcpu_evmcs_page(vcpu), exit_qualification);

	++vcpu->stat.io_exits;
	if (qual & BIT(4))	/* INS, OUTS */
		return kvm_emulate_instruction(vcpu, 0);
	return kvm_fast_pio(vcpu, (qual & 7) + 1, qual >> 16, qual & BIT(3));
}

/* Without a local APIC in the kernel, user space must hear of a lowered TPR. */
static int write_cr8(struct kvm_vcpu *vcpu, u8 cr8)
{
	u8 before = kvm_get_cr8(vcpu);
	int r = kvm_complete_insn_gp(vcpu, kvm_set_cr8(vcpu, cr8));

	if (guest_lapic_in_kernel(vcpu) || before <= cr8)
		return r;
	vcpu->run->exit_reason = KVM_EXIT_SET_TPR;
	return 0;
}

static int write_cr(struct kvm_vcpu *vcpu, int cr, unsigned long value)
{
	trace_kvm_cr(1, cr, value);
	switch (cr) {
	case 0:
		return kvm_complete_insn_gp(vcpu, kvm_set_cr0(vcpu, value));
	case 4:
		return kvm_complete_insn_gp(vcpu, kvm_set_cr4(vcpu, value));
	case 8:
		return write_cr8(vcpu, value);
	default:
		return -EIO;
	}
}

/* Only CR8 exits when it is read. */
static int read_cr8(struct kvm_vcpu *vcpu, int reg)
{
	unsigned long value = kvm_get_cr8(vcpu);

	guest_set_gpr(vcpu, reg, value);
	trace_kvm_cr(0, 8, value);
	return kvm_skip_emulated_instruction(vcpu);
}

static int lmsw(struct kvm_vcpu *vcpu, unsigned long msw)
{
	trace_kvm_cr(1, 0, (guest_cr0(vcpu) & ~0xful) | msw);
	kvm_lmsw(vcpu, msw);
	return kvm_skip_emulated_instruction(vcpu);
}

/* CLTS never exits, the guest owns CR0.TS; nor does CR3, under EPT. */
static int handle_cr(struct kvm_vcpu *vcpu)
{
	unsigned long qual = evmcs_read64(vcpu_evmcs_page(vcpu), exit_qualification);
	int cr = qual & 15, reg = qual >> 8 & 15;

	if (cr == 8)
		cr_use_tpr_shadow(vcpu);

	switch (qual >> 4 & 3) {
	case 0:
		return write_cr(vcpu, cr, guest_gpr(vcpu, reg));
	case 1:
		return cr == 8 ? read_cr8(vcpu, reg) : -EIO;
	case 3:
		return lmsw(vcpu, qual >> LMSW_SOURCE_DATA_SHIFT & 0xf);
	default:
		return -EIO;
	}
}

/* A debug trap on debug-register access loses to the exit and is made up for. */
static int general_detect(struct kvm_vcpu *vcpu, unsigned long dr7)
{
	if (!(vcpu->guest_debug & KVM_GUESTDBG_USE_HW_BP)) {
		kvm_queue_exception_p(vcpu, DB_VECTOR, DR6_BD);
		return 1;
	}
	vcpu->run->debug.arch.dr6 = DR6_BD | DR6_ACTIVE_LOW;
	vcpu->run->debug.arch.dr7 = dr7;
	vcpu->run->debug.arch.pc = kvm_get_linear_rip(vcpu);
	vcpu->run->debug.arch.exception = DB_VECTOR;
	vcpu->run->exit_reason = KVM_EXIT_DEBUG;
	return 0;
}

static int handle_dr(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	unsigned long qual = evmcs_read64(evmcs, exit_qualification);
	unsigned long dr7 = evmcs_read64(evmcs, guest_dr7);
	int dr = qual & DEBUG_REG_ACCESS_NUM, reg = DEBUG_REG_ACCESS_REG(qual), err;

	if (!kvm_require_dr(vcpu, dr))
		return 1;
	if (guest_cpl(vcpu) > 0)
		return kvm_complete_insn_gp(vcpu, 1);
	if (dr7 & DR7_GD)
		return general_detect(vcpu, dr7);

	if (!vcpu->guest_debug) {
		/* The guest gets the registers; the next exit takes them back. */
		evmcs_clear_bits32(evmcs, cpu_based_vm_exec_control, CPU_BASED_MOV_DR_EXITING);
		vcpu->arch.switch_db_regs |= KVM_DEBUGREG_WONT_EXIT;
		return 1;
	}
	if (qual & TYPE_MOV_FROM_DR) {
		guest_set_gpr(vcpu, reg, kvm_get_dr(vcpu, dr));
		err = 0;
	} else {
		err = kvm_set_dr(vcpu, dr, guest_gpr(vcpu, reg));
	}
	return kvm_complete_insn_gp(vcpu, err);
}

static int handle_interrupt_window(struct kvm_vcpu *vcpu)
{
	evmcs_clear_bits32(vcpu_evmcs_page(vcpu), cpu_based_vm_exec_control,
			   CPU_BASED_INTR_WINDOW_EXITING);
	kvm_make_request(KVM_REQ_EVENT, vcpu);
	++vcpu->stat.irq_window_exits;
	return 1;
}

static int handle_nmi_window(struct kvm_vcpu *vcpu)
{
	evmcs_clear_bits32(vcpu_evmcs_page(vcpu), cpu_based_vm_exec_control,
			   CPU_BASED_NMI_WINDOW_EXITING);
	kvm_make_request(KVM_REQ_EVENT, vcpu);
	++vcpu->stat.nmi_window_exits;
	return 1;
}

static int handle_tpr_below_threshold(struct kvm_vcpu *vcpu)
{
	kvm_apic_update_ppr(vcpu);
	return 1;
}

static int handle_undefined(struct kvm_vcpu *vcpu)
{
	kvm_queue_exception(vcpu, UD_VECTOR);
	return 1;
}

/* A task gate interrupted the delivery of an event: the switch delivers it. */
static void task_gate_took_event(struct kvm_vcpu *vcpu, u32 type)
{
	switch (type) {
	case INTR_TYPE_NMI_INTR:
		vcpu->arch.nmi_injected = false;
		event_set_nmi_mask(vcpu, true);
		break;
	case INTR_TYPE_EXT_INTR:
	case INTR_TYPE_SOFT_INTR:
		vcpu->arch.interrupt.injected = false;
		break;
	case INTR_TYPE_HARD_EXCEPTION:
	case INTR_TYPE_SOFT_EXCEPTION:
		vcpu->arch.exception.pending = false;
		vcpu->arch.exception.injected = false;
		vcpu->arch.exception_vmexit.pending = false;
		break;
	}
}

static int handle_task_switch(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	unsigned long qual = evmcs_read64(v->evmcs, exit_qualification);
	u32 info = v->idt_vectoring_info, type = info & VECTORING_INFO_TYPE_MASK;
	bool in_event = info & VECTORING_INFO_VALID_MASK;
	int reason = (u32)qual >> 30;
	bool has_error_code = false;
	u32 error_code = 0;

	if (reason == TASK_SWITCH_GATE && in_event) {
		if (type == INTR_TYPE_HARD_EXCEPTION && (info & VECTORING_INFO_DELIVER_CODE_MASK)) {
			has_error_code = true;
			error_code = evmcs_read32(v->evmcs, idt_vectoring_error_code);
		}
		task_gate_took_event(vcpu, type);
	}
	/* An instruction, and not an event, caused it: the task resumes after that. */
	if (!in_event || (type != INTR_TYPE_HARD_EXCEPTION && type != INTR_TYPE_EXT_INTR &&
			  type != INTR_TYPE_NMI_INTR))
		exit_skip_instruction(vcpu);

	return kvm_task_switch(vcpu, (u16)qual,
			       type == INTR_TYPE_SOFT_INTR ?
			       (int)(info & VECTORING_INFO_VECTOR_MASK) : -1,
			       reason, has_error_code, error_code);
}

/* "NMI unblocking due to IRET" in the qualification: see recover_nmi_blocking(). */
static void nmi_unblocked_by_iret(struct kvm_vcpu *vcpu, unsigned long qual)
{
	if ((qual & INTR_INFO_UNBLOCK_NMI) &&
	    !(to_evmcs_vcpu(vcpu)->idt_vectoring_info & VECTORING_INFO_VALID_MASK))
		event_set_nmi_mask(vcpu, true);
}

static int handle_ept_violation(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	unsigned long qual = evmcs_read64(evmcs, exit_qualification);
	gpa_t gpa = evmcs_read64(evmcs, guest_physical_address);
	u64 error = 0;

	nmi_unblocked_by_iret(vcpu, qual);
	trace_kvm_page_fault(vcpu, gpa, qual);

	/* In kvm.ko's terms of a page fault; a read counts as a user access there. */
	if (qual & EPT_VIOLATION_ACC_READ)
		error |= PFERR_USER_MASK;
	if (qual & EPT_VIOLATION_ACC_WRITE)
		error |= PFERR_WRITE_MASK;
	if (qual & EPT_VIOLATION_ACC_INSTR)
		error |= PFERR_FETCH_MASK;
	if (qual & EPT_VIOLATION_RWX_MASK)
		error |= PFERR_PRESENT_MASK;
	if (qual & EPT_VIOLATION_GVA_IS_VALID)
		error |= qual & EPT_VIOLATION_GVA_TRANSLATED ? PFERR_GUEST_FINAL_MASK :
							       PFERR_GUEST_PAGE_MASK;
	return kvm_mmu_page_fault(vcpu, gpa, error, NULL, 0);
}

/* kvm.ko marks MMIO by misconfigured entries; a write to an eventfd needs no decoding. */
static int handle_ept_misconfig(struct kvm_vcpu *vcpu)
{
	gpa_t gpa = evmcs_read64(vcpu_evmcs_page(vcpu), guest_physical_address);

	if (!kvm_io_bus_write(vcpu, KVM_FAST_MMIO_BUS, gpa, 0, NULL)) {
		trace_kvm_fast_mmio(gpa);
		return kvm_skip_emulated_instruction(vcpu);
	}
	return kvm_mmu_page_fault(vcpu, gpa, PFERR_RSVD_MASK, NULL, 0);
}

static int handle_bus_lock(struct kvm_vcpu *vcpu)
{
	/* The flag need not be set beside the reason. */
	to_evmcs_vcpu(vcpu)->exit_reason |= EXIT_REASON_BUS_LOCK_BIT;
	return 1;
}

static int unexpected(struct kvm_vcpu *vcpu)
{
	u32 reason = to_evmcs_vcpu(vcpu)->exit_reason;

	pr_err_ratelimited("vCPU %d: unexpected VM-exit reason 0x%x\n", vcpu->vcpu_id, reason);
	vcpu_evmcs_dump(vcpu);
	vcpu->run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	vcpu->run->internal.suberror = KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON;
	vcpu->run->internal.ndata = 2;
	vcpu->run->internal.data[0] = reason;
	vcpu->run->internal.data[1] = vcpu->arch.last_vmentry_cpu;
	return 0;
}

static int dispatch(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	v->exit_reason = knob_exit_reason(v->exit_reason);
	switch (exit_reason_of(v)) {
	case EXIT_REASON_EXCEPTION_NMI:
		return exception_handle(vcpu);
	case EXIT_REASON_EXTERNAL_INTERRUPT:
		return handle_external_interrupt(vcpu);
	case EXIT_REASON_TRIPLE_FAULT:
		return handle_triple_fault(vcpu);
	case EXIT_REASON_INTERRUPT_WINDOW:
		return handle_interrupt_window(vcpu);
	case EXIT_REASON_NMI_WINDOW:
		return handle_nmi_window(vcpu);
	case EXIT_REASON_TASK_SWITCH:
		return handle_task_switch(vcpu);
	case EXIT_REASON_CPUID:
		return cpuid_slow(vcpu);
	case EXIT_REASON_HLT:
		return kvm_emulate_halt(vcpu);
	case EXIT_REASON_INVD:
		return kvm_emulate_invd(vcpu);
	case EXIT_REASON_RDPMC:
		return kvm_emulate_rdpmc(vcpu);
	case EXIT_REASON_VMCALL:
		return kvm_emulate_hypercall(vcpu);
	case EXIT_REASON_CR_ACCESS:
		return handle_cr(vcpu);
	case EXIT_REASON_DR_ACCESS:
		return handle_dr(vcpu);
	case EXIT_REASON_IO_INSTRUCTION:
		return handle_io(vcpu);
	case EXIT_REASON_MSR_READ:
		return kvm_emulate_rdmsr(vcpu);
	case EXIT_REASON_MSR_WRITE:
		return kvm_emulate_wrmsr(vcpu);
	case EXIT_REASON_MWAIT_INSTRUCTION:
		return kvm_emulate_mwait(vcpu);
	case EXIT_REASON_MCE_DURING_VMENTRY:
		return 1;	/* the host's handler has run */
	case EXIT_REASON_MONITOR_INSTRUCTION:
		return kvm_emulate_monitor(vcpu);
	case EXIT_REASON_TPR_BELOW_THRESHOLD:
		return handle_tpr_below_threshold(vcpu);
	case EXIT_REASON_GDTR_IDTR:
	case EXIT_REASON_LDTR_TR:
		return kvm_emulate_instruction(vcpu, 0);	/* UMIP is emulated */
	case EXIT_REASON_EPT_VIOLATION:
		return handle_ept_violation(vcpu);
	case EXIT_REASON_EPT_MISCONFIG:
		return handle_ept_misconfig(vcpu);
	case HV_VMX_SYNTHETIC_EXIT_REASON_TRAP_AFTER_FLUSH:
		return 1;	/* the flush is done; RIP is behind the hypercall */
	case EXIT_REASON_WBINVD:
		return kvm_emulate_wbinvd(vcpu);
	case EXIT_REASON_XSETBV:
		return kvm_emulate_xsetbv(vcpu);
	case EXIT_REASON_BUS_LOCK:
		return handle_bus_lock(vcpu);
	case EXIT_REASON_RDRAND:
	case EXIT_REASON_RDSEED:
		return kvm_handle_invalid_op(vcpu);
	/* No nested VMX and no SGX for guests. */
	case EXIT_REASON_VMCLEAR ... EXIT_REASON_VMON:
	case EXIT_REASON_INVEPT:
	case EXIT_REASON_INVVPID:
	case EXIT_REASON_VMFUNC:
	case EXIT_REASON_ENCLS:
		return handle_undefined(vcpu);
	default:
		return unexpected(vcpu);
	}
}

static int failed_entry(struct kvm_vcpu *vcpu, u64 reason)
{
	vcpu_evmcs_dump(vcpu);
	vcpu->run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	vcpu->run->fail_entry.hardware_entry_failure_reason = reason;
	vcpu->run->fail_entry.cpu = vcpu->arch.last_vmentry_cpu;
	return 0;
}

/* Exits that may come in the middle of an event's delivery and be resumed. */
static bool may_interrupt_delivery(u16 reason)
{
	return reason == EXIT_REASON_EXCEPTION_NMI || reason == EXIT_REASON_EPT_VIOLATION ||
	       reason == EXIT_REASON_TASK_SWITCH;
}

/*
 * MMIO while an event is delivered (its stack or descriptor tables lie there): the
 * same exit would come again and again.
 */
static int delivery_error(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	u64 *data = vcpu->run->internal.data;
	int n = 0;

	vcpu->run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	vcpu->run->internal.suberror = KVM_INTERNAL_ERROR_DELIVERY_EV;
	data[n++] = v->idt_vectoring_info;
	data[n++] = v->exit_reason;
	data[n++] = evmcs_read64(v->evmcs, exit_qualification);
	if (EXIT_REASON_BASIC(v->exit_reason) == EXIT_REASON_EPT_MISCONFIG)
		data[n++] = evmcs_read64(v->evmcs, guest_physical_address);
	data[n++] = vcpu->arch.last_vmentry_cpu;
	vcpu->run->internal.ndata = n;
	return 0;
}

static int handle(struct kvm_vcpu *vcpu, fastpath_t fastpath)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	/* The fast path owes user space something, a debug exit for one. */
	if (unlikely(fastpath == EXIT_FASTPATH_EXIT_USERSPACE))
		return 0;
	if (unlikely(v->failed))
		return failed_entry(vcpu, evmcs_read32(v->evmcs, vm_instruction_error));
	if (unlikely(v->exit_reason & VMX_EXIT_REASONS_FAILED_VMENTRY))
		return failed_entry(vcpu, v->exit_reason);
	if (unlikely((v->idt_vectoring_info & VECTORING_INFO_VALID_MASK) &&
		     !may_interrupt_delivery(EXIT_REASON_BASIC(v->exit_reason))))
		return delivery_error(vcpu);
	if (fastpath != EXIT_FASTPATH_NONE) {
		if (unlikely(v->exit_reason == EXIT_REASON_NONE))
			clock_wait(vcpu);
		return 1;
	}
	return dispatch(vcpu);
}

/**
 * exit_handle - handle the last exit
 * @vcpu: the vCPU
 * @fastpath: what run_vcpu() made of it
 *
 * Return: 1 to go on in the guest, 0 to return to user space, or a negative errno.
 */
int exit_handle(struct kvm_vcpu *vcpu, fastpath_t fastpath)
{
	int r = handle(vcpu, fastpath);

	if (unlikely(!to_evmcs_vcpu(vcpu)->failed &&
		     (to_evmcs_vcpu(vcpu)->exit_reason & EXIT_REASON_BUS_LOCK_BIT))) {
		if (r > 0) {
			vcpu->run->exit_reason = KVM_EXIT_X86_BUS_LOCK;
			r = 0;
		}
		vcpu->run->flags |= KVM_RUN_X86_BUS_LOCK;
	}
	return r;
}
