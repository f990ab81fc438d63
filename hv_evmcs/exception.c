// SPDX-License-Identifier: GPL-2.0
/*
 * Guest exceptions that exit: which, and what is done about them.
 */
#include <linux/kvm_host.h>
#include <asm/cpu.h>
#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/mce.h>
#include <asm/msr.h>
#include <asm/trapnr.h>

#include "exception.h"
#include "exit.h"
#include "kvm_private.h"
#include "regs.h"

/**
 * exception_update_bitmap - choose the exceptions that exit
 * @vcpu: the vCPU; its debugging state or XFD use may have changed
 *
 * #PF never exits: guests are given the host's physical-address width, and page
 * faults are the guest's own business under EPT.
 */
void exception_update_bitmap(struct kvm_vcpu *vcpu)
{
	const u32 sw_bp = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP;
	u32 bitmap = BIT(UD_VECTOR) | BIT(MC_VECTOR) | BIT(DB_VECTOR) | BIT(AC_VECTOR);

	if (enable_vmware_backdoor)
		bitmap |= BIT(GP_VECTOR);
	if ((vcpu->guest_debug & sw_bp) == sw_bp)
		bitmap |= BIT(BP_VECTOR);
	if (vcpu->arch.xfd_no_write_intercept)
		bitmap |= BIT(NM_VECTOR);
	evmcs_write32(vcpu_evmcs_page(vcpu), exception_bitmap, bitmap);
}

/**
 * exception_handle_irqoff - what must be done before interrupts come on again
 * @vcpu: the vCPU that exited for an exception or NMI
 *
 * Interrupts off. #NM: XFD_ERR would be lost to the host's own use. #MC: the
 * machine check is the host's and is handled on the CPU it happened on.
 */
void exception_handle_irqoff(struct kvm_vcpu *vcpu)
{
	u32 info = evmcs_read32(vcpu_evmcs_page(vcpu), vm_exit_intr_info);

	if (intr_info_is_exception(info, NM_VECTOR)) {
		if (vcpu->arch.guest_fpu.fpstate->xfd)
			rdmsrl(MSR_IA32_XFD_ERR, vcpu->arch.guest_fpu.xfd_err);
	} else if (intr_info_is_exception(info, MC_VECTOR)) {
		exit_host_machine_check();
	}
}

static void simultaneous(struct kvm_vcpu *vcpu, u32 info, u32 error_code)
{
	vcpu->run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	vcpu->run->internal.suberror = KVM_INTERNAL_ERROR_SIMUL_EX;
	vcpu->run->internal.ndata = 4;
	vcpu->run->internal.data[0] = to_evmcs_vcpu(vcpu)->idt_vectoring_info;
	vcpu->run->internal.data[1] = info;
	vcpu->run->internal.data[2] = error_code;
	vcpu->run->internal.data[3] = vcpu->arch.last_vmentry_cpu;
}

static int debug_exit(struct kvm_vcpu *vcpu, u8 vector)
{
	/* User space may want the event reinjected: it needs the length. */
	vcpu->arch.event_exit_inst_len =
		evmcs_read32(vcpu_evmcs_page(vcpu), vm_exit_instruction_len);
	vcpu->run->exit_reason = KVM_EXIT_DEBUG;
	vcpu->run->debug.arch.pc = kvm_get_linear_rip(vcpu);
	vcpu->run->debug.arch.exception = vector;
	return 0;
}

static int handle_db(struct kvm_vcpu *vcpu, u32 info)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	unsigned long dr6 = evmcs_read64(evmcs, exit_qualification);

	if (!(vcpu->guest_debug & (KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_HW_BP))) {
		/* INT1 exits as a fault would, but is a trap to the guest. */
		if (intr_info_is(info, INTR_TYPE_PRIV_SW_EXCEPTION))
			exit_skip_instruction(vcpu);
		kvm_queue_exception_p(vcpu, DB_VECTOR, dr6);
		return 1;
	}
	vcpu->run->debug.arch.dr6 = dr6 | DR6_ACTIVE_LOW;
	vcpu->run->debug.arch.dr7 = evmcs_read64(evmcs, guest_dr7);
	return debug_exit(vcpu, DB_VECTOR);
}

/*
 * #AC may be the host's split-lock detection. It is the guest's own if the CPU
 * has no such detection, or if the guest asked for alignment checks.
 */
static bool ac_is_guests(struct kvm_vcpu *vcpu)
{
	return !boot_cpu_has(X86_FEATURE_SPLIT_LOCK_DETECT) ||
	       (guest_cpl(vcpu) == 3 && (guest_cr0(vcpu) & X86_CR0_AM) &&
		(kvm_get_rflags(vcpu) & X86_EFLAGS_AC));
}

static int to_user_space(struct kvm_vcpu *vcpu, u8 vector, u32 error_code)
{
	vcpu->run->exit_reason = KVM_EXIT_EXCEPTION;
	vcpu->run->ex.exception = vector;
	vcpu->run->ex.error_code = error_code;
	return 0;
}

static int handle_ac(struct kvm_vcpu *vcpu, u32 error_code)
{
	if (ac_is_guests(vcpu)) {
		kvm_queue_exception_e(vcpu, AC_VECTOR, error_code);
		return 1;
	}
	if (handle_guest_split_lock(guest_rip(vcpu)))
		return 1;
	return to_user_space(vcpu, AC_VECTOR, error_code);
}

/* VMware's backdoor I/O faults without an error code; others are the guest's. */
static int handle_gp(struct kvm_vcpu *vcpu, u32 error_code)
{
	if (error_code) {
		kvm_queue_exception_e(vcpu, GP_VECTOR, error_code);
		return 1;
	}
	return kvm_emulate_instruction(vcpu, EMULTYPE_VMWARE_GP);
}

/**
 * exception_handle - exit reason 0: exception or NMI
 * @vcpu: the vCPU
 *
 * Process context. NMIs and machine checks were dealt with before interrupts came
 * on.
 *
 * Return: 1 to go on in the guest, 0 to return to user space.
 */
int exception_handle(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	u32 info = evmcs_read32(evmcs, vm_exit_intr_info);
	u8 vector = info & INTR_INFO_VECTOR_MASK;
	u32 error_code = 0;

	if (intr_info_is_exception(info, MC_VECTOR) || intr_info_is(info, INTR_TYPE_NMI_INTR))
		return 1;
	if (intr_info_is_exception(info, NM_VECTOR)) {
		kvm_queue_exception(vcpu, NM_VECTOR);
		return 1;
	}
	if (intr_info_is_exception(info, UD_VECTOR))
		return handle_ud(vcpu);

	if (intr_info_has_error_code(info))
		error_code = evmcs_read32(evmcs, vm_exit_intr_error_code);
	if (intr_info_is_exception(info, GP_VECTOR))
		return handle_gp(vcpu, error_code);
	if (to_evmcs_vcpu(vcpu)->idt_vectoring_info & VECTORING_INFO_VALID_MASK) {
		simultaneous(vcpu, info, error_code);
		return 0;
	}

	switch (vector) {
	case DB_VECTOR:
		return handle_db(vcpu, info);
	case BP_VECTOR:
		return debug_exit(vcpu, BP_VECTOR);
	case AC_VECTOR:
		return handle_ac(vcpu, error_code);
	default:
		return to_user_space(vcpu, vector, error_code);
	}
}
