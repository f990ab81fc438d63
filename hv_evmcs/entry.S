/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VM entry and exit, and the way of a host interrupt or NMI that ended a guest's
 * turn to the host's own handler.
 */
#include <linux/linkage.h>
#include <asm/asm.h>
#include <asm/kvm_vcpu_regs.h>
#include <asm/msr-index.h>
#include <asm/nospec-branch.h>
#include <asm/percpu.h>
#include <asm/segment.h>
#include <asm/unwind_hints.h>

#include "entry.h"

#define REG(r)	(__VCPU_REGS_##r * 8)

/* Every register but RAX (which holds the base) and RSP (switched by the VMCS). */
.macro LOAD_GUEST_REGS base
	mov REG(RCX)(\base), %rcx
	mov REG(RDX)(\base), %rdx
	mov REG(RBX)(\base), %rbx
	mov REG(RBP)(\base), %rbp
	mov REG(RSI)(\base), %rsi
	mov REG(RDI)(\base), %rdi
	mov REG(R8)(\base), %r8
	mov REG(R9)(\base), %r9
	mov REG(R10)(\base), %r10
	mov REG(R11)(\base), %r11
	mov REG(R12)(\base), %r12
	mov REG(R13)(\base), %r13
	mov REG(R14)(\base), %r14
	mov REG(R15)(\base), %r15
.endm

.macro STORE_GUEST_REGS base
	mov %rcx, REG(RCX)(\base)
	mov %rdx, REG(RDX)(\base)
	mov %rbx, REG(RBX)(\base)
	mov %rbp, REG(RBP)(\base)
	mov %rsi, REG(RSI)(\base)
	mov %rdi, REG(RDI)(\base)
	mov %r8,  REG(R8)(\base)
	mov %r9,  REG(R9)(\base)
	mov %r10, REG(R10)(\base)
	mov %r11, REG(R11)(\base)
	mov %r12, REG(R12)(\base)
	mov %r13, REG(R13)(\base)
	mov %r14, REG(R14)(\base)
	mov %r15, REG(R15)(\base)
.endm

.section .noinstr.text, "ax"

/**
 * evmcs_enter - run the guest until its next VM exit
 * @entry: (rdi) struct entry_state
 * @flags: (esi) ENTRY_*_SHIFT bits
 *
 * Interrupts off, the enlightened VMCS current on this CPU. HOST_RIP is
 * evmcs_exit_label; HOST_RSP is written here, its group dirtied on change only.
 *
 * No return and no indirect branch may stand between the write of the guest's
 * SPEC_CTRL and the entry, nor between the exit and the refill of the return
 * buffer.
 *
 * Return: (eax) ENTRY_EXITED, ENTRY_VMFAIL or ENTRY_FAULTED.
 */
SYM_FUNC_START(evmcs_enter)
	push %rbp
	mov  %rsp, %rbp
	push %r15
	push %r14
	push %r13
	push %r12
	push %rbx
	push %rsi			/* flags, for restore_host_spec_ctrl() */
	push %rdi			/* entry, likewise */
	push ENTRY_REGS(%rdi)		/* where the guest's registers go at the exit */

	mov  %esi, %ebx

	mov  ENTRY_EVMCS(%rdi), %rdx
	cmp  %rsp, EVMCS_OFFSET_HOST_RSP(%rdx)
	je   .Lhost_rsp_done
	mov  %rsp, EVMCS_OFFSET_HOST_RSP(%rdx)
	btrl $EVMCS_CLEAN_HOST_POINTER_SHIFT, EVMCS_OFFSET_CLEAN_FIELDS(%rdx)
.Lhost_rsp_done:

	ALTERNATIVE "jmp .Lspec_ctrl_done", "", X86_FEATURE_MSR_SPEC_CTRL
	mov  ENTRY_SPEC_CTRL(%rdi), %eax
	cmp  PER_CPU_VAR(x86_spec_ctrl_current), %eax
	je   .Lspec_ctrl_done
	mov  $MSR_IA32_SPEC_CTRL, %ecx
	xor  %edx, %edx
	wrmsr
.Lspec_ctrl_done:

	mov  (%rsp), %rax
	bt   $ENTRY_RESUME_SHIFT, %ebx	/* CF survives the loads and VERW below */
	LOAD_GUEST_REGS %rax
	mov  REG(RAX)(%rax), %rax

	CLEAR_CPU_BUFFERS		/* clobbers ZF alone */
	jnc  .Lvmlaunch

	/* A successful entry comes back at evmcs_exit_label, with this frame. */
	UNWIND_HINT_SAVE

.Lvmresume:
	vmresume
	jmp  .Lvmfail
.Lvmlaunch:
	vmlaunch
	jmp  .Lvmfail

	_ASM_EXTABLE(.Lvmresume, .Lfaulted)
	_ASM_EXTABLE(.Lvmlaunch, .Lfaulted)

SYM_INNER_LABEL_ALIGN(evmcs_exit_label, SYM_L_GLOBAL)
	UNWIND_HINT_RESTORE
	ENDBR

	push %rax
	mov  8(%rsp), %rax		/* the guest's register array */
	pop  REG(RAX)(%rax)
	STORE_GUEST_REGS %rax
	mov  $ENTRY_EXITED, %ebx

.Lclear_regs:
	pop  %rax			/* drop the register array */

	/* Nothing of the guest's stays in a register for the host to speculate with. */
	xor  %eax, %eax
	xor  %ecx, %ecx
	xor  %edx, %edx
	xor  %ebp, %ebp
	xor  %esi, %esi
	xor  %edi, %edi
	xor  %r8d, %r8d
	xor  %r9d, %r9d
	xor  %r10d, %r10d
	xor  %r11d, %r11d
	xor  %r12d, %r12d
	xor  %r13d, %r13d
	xor  %r14d, %r14d
	xor  %r15d, %r15d

	FILL_RETURN_BUFFER %rcx, RSB_CLEAR_LOOPS, X86_FEATURE_RSB_VMEXIT, \
			   X86_FEATURE_RSB_VMEXIT_LITE

	pop  %rdi			/* entry */
	pop  %rsi			/* flags */
	call entry_restore_host_spec_ctrl

	CLEAR_BRANCH_HISTORY_VMEXIT

	mov  %ebx, %eax
	pop  %rbx
	pop  %r12
	pop  %r13
	pop  %r14
	pop  %r15
	pop  %rbp
	RET

.Lfaulted:
	mov  $ENTRY_FAULTED, %ebx
	jmp  .Lclear_regs
.Lvmfail:
	mov  $ENTRY_VMFAIL, %ebx
	jmp  .Lclear_regs
SYM_FUNC_END(evmcs_enter)

/*
 * Build the frame the CPU would have pushed for an event in kernel mode and call
 * the handler, whose IRET comes back here.
 */
.macro DO_EVENT insn target
	push %rbp
	mov  %rsp, %rbp
	and  $-16, %rsp
	push $__KERNEL_DS
	push %rbp
	pushf
	push $__KERNEL_CS
	\insn \target
	/* IRET already restored RSP; this tells objtool. */
	mov  %rbp, %rsp
	pop  %rbp
	RET
.endm

/**
 * entry_do_nmi - hand the NMI that caused the exit to the host's handler
 *
 * NMIs are still blocked from the exit; the handler's IRET unblocks them.
 */
SYM_FUNC_START(entry_do_nmi)
	DO_EVENT call asm_exc_nmi_kvm_vmx
SYM_FUNC_END(entry_do_nmi)

.section .text, "ax"

/**
 * entry_do_irq - hand the interrupt that caused the exit to the host's handler
 * @handler: (rdi) address from the host's IDT
 *
 * Interrupts off.
 */
SYM_FUNC_START(entry_do_irq)
	DO_EVENT CALL_NOSPEC rdi
SYM_FUNC_END(entry_do_irq)
