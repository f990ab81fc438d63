/* SPDX-License-Identifier: GPL-2.0 */
/*
 * l2_guest.S - the code the tiny L2 runs; contract in l2_guest.h
 *
 * The blob is data to hvbench. It is copied to L2_CODE_GPA and is position independent but for the
 * addresses in l2_guest.h. %esi counts, and a body may use every other register. `pre` runs
 * before each batch, outside the measured stretch.
 */
#include "l2_guest.h"

#define RFLAGS_IF		0x200
#define MSR_APIC_BASE		0x1b
#define APIC_BASE_X2APIC	0xc00		/* enabled, in x2APIC mode: reached from real mode */
#define MSR_X2APIC_EOI		0x80b
#define MSR_X2APIC_SPURIOUS	0x80f
#define APIC_SOFTWARE_ENABLE	0x1ff		/* spurious vector 0xff */
#define MSR_X2APIC_ICR		0x830
#define MSR_X2APIC_LVT_TIMER	0x832
#define LVT_TSC_DEADLINE	0x40000
#define MSR_X2APIC_SELF_IPI	0x83f
#define MSR_TSC_DEADLINE	0x6e0
#define SECOND_VCPU		1		/* its APIC id */

	.section .rodata, "a", @progbits
	.balign	16
	.globl	l2_guest_start
l2_guest_start:

/*
 * bits is 16 for real mode with all segment bases 0, where the 32-bit registers make the operand
 * size explicit, or 64 for flat, identity-mapped long mode.
 */
.macro routine bits, name
	.balign	16
	.code\bits
	.globl	l2_guest_\name
l2_guest_\name:
0:	pre_\name
	movl	L2_GP_COUNT, %esi
	rdtsc
	movl	%eax, L2_GP_START
	movl	%edx, L2_GP_START + 4
	testl	%esi, %esi
	jz	2f
1:	body_\name
	decl	%esi
	jnz	1b
2:	rdtsc
	movl	%eax, L2_GP_END
	movl	%edx, L2_GP_END + 4
	outb	%al, $L2_PORT_DONE
	jmp	0b
.endm

.macro pre_cpuid
.endm
.macro body_cpuid
	movl	$1, %eax
	cpuid
.endm
	routine 16 cpuid

/* Nothing exits here: what is left to count is what interrupts cost. */
.macro pre_spin
.endm
.macro body_spin
	movl	$L2_SPIN_INSNS / 2 - 1, %eax
3:	decl	%eax
	jnz	3b
.endm
	routine 16 spin

.macro pre_rdmsr
	movl	$L2_MSR, %ecx
.endm
.macro body_rdmsr
	rdmsr
.endm
	routine 16 rdmsr

/* Writes back what the register holds, so that no write changes anything. */
.macro pre_wrmsr
	movl	$L2_MSR, %ecx
	rdmsr
	movl	%eax, %edi
	movl	%edx, %ebp
.endm
.macro body_wrmsr
	movl	%edi, %eax
	movl	%ebp, %edx
	wrmsr
.endm
	routine 16 wrmsr

.macro pre_pio
.endm
.macro body_pio
	outb	%al, $L2_PORT_USER
.endm
	routine 16 pio

.macro pre_pio_kernel
.endm
.macro body_pio_kernel
	outb	%al, $L2_PORT_KERNEL
.endm
	routine 16 pio_kernel

.macro pre_mmio
	movw	$(L2_MMIO_GPA >> 4), %ax
	movw	%ax, %es
.endm
.macro body_mmio
	movl	%eax, %es:0
.endm
	routine 16 mmio

.macro pre_mmio_kernel
	movw	$(L2_MMIO_KERNEL_GPA >> 4), %ax
	movw	%ax, %es
.endm
.macro body_mmio_kernel
	movl	%eax, %es:0
.endm
	routine 16 mmio_kernel

.macro pre_hlt_user
.endm
.macro body_hlt_user
	hlt
.endm
	routine 16 hlt_user

/*
 * Each round sends itself an interrupt, which STI holds off until HLT has exited; so the interrupt is
 * there before the vCPU can fall asleep. The handler returns with interrupts off.
 */
.macro x2apic_on
	movl	$MSR_APIC_BASE, %ecx
	rdmsr
	orl	$APIC_BASE_X2APIC, %eax
	wrmsr
	movl	$MSR_X2APIC_SPURIOUS, %ecx
	movl	$APIC_SOFTWARE_ENABLE, %eax
	xorl	%edx, %edx
	wrmsr
.endm
.macro pre_hlt
	x2apic_on
.endm
.macro body_hlt
	movl	$MSR_X2APIC_SELF_IPI, %ecx
	movl	$L2_WAKE_VECTOR, %eax
	xorl	%edx, %edx
	wrmsr
	sti
	hlt
.endm
	routine 16 hlt

.macro pre_exit_mix
	x2apic_on
.endm
.macro body_exit_mix
	.rept	4
	movl	$1, %eax
	cpuid
	.endr
	movl	$L2_MSR, %ecx
	rdmsr
	wrmsr
	wrmsr
	outb	%al, $L2_PORT_KERNEL
	outb	%al, $L2_PORT_USER
	body_hlt
.endm
	routine 16 exit_mix

/* How late the handler begins, counted from the deadline, which is left in edi (low half). */
.macro pre_timer_wake
	x2apic_on
	movl	$MSR_X2APIC_LVT_TIMER, %ecx
	movl	$LVT_TSC_DEADLINE | L2_TIMER_VECTOR, %eax
	xorl	%edx, %edx
	wrmsr
.endm
.macro body_timer_wake
	rdtsc
	addl	$L2_TIMER_CYCLES, %eax
	adcl	$0, %edx
	movl	%eax, %edi
	movl	$MSR_TSC_DEADLINE, %ecx
	wrmsr
	sti
	hlt
	movl	L2_GP_NOW, %eax
	subl	%edi, %eax
	addl	%eax, L2_GP_SUM
	adcl	$0, L2_GP_SUM + 4
.endm
	routine 16 timer_wake

/* Sends an IPI to the second vCPU and waits for its answer. Keeps esi and ebx. */
.macro call_second
	movl	L2_GP_ANSWERS, %edi
	movl	$MSR_X2APIC_ICR, %ecx
	movl	$L2_CALL_VECTOR, %eax
	movl	$SECOND_VCPU, %edx
	wrmsr
4:	pause
	cmpl	L2_GP_ANSWERS, %edi
	je	4b
.endm

.macro second_ready
8:	pause
	cmpl	$0, L2_GP_READY
	je	8b
.endm

.macro pre_ipi
	x2apic_on
	second_ready
.endm
.macro body_ipi
	call_second
.endm
	routine 16 ipi

.macro pre_hlt_wake
	x2apic_on
	second_ready
.endm
.macro body_hlt_wake
	rdtsc
	movl	%eax, %edi
5:	pause
	rdtsc
	subl	%edi, %eax
	cmpl	$L2_SETTLE, %eax
	jb	5b
	rdtsc
	movl	%eax, %ebx
	call_second
	rdtsc
	subl	%ebx, %eax
	addl	%eax, L2_GP_SUM
	adcl	$0, L2_GP_SUM + 4
.endm
	routine 16 hlt_wake

	.balign	16
	.globl	l2_guest_busy
l2_guest_busy:
	x2apic_on
	movl	$1, L2_GP_READY
	sti
6:	pause
	jmp	6b

	.balign	16
	.globl	l2_guest_asleep
l2_guest_asleep:
	x2apic_on
	movl	$1, L2_GP_READY
7:	sti
	hlt
	jmp	7b

	.balign	16
	.globl	l2_guest_call
l2_guest_call:
	incl	L2_GP_ANSWERS
	movl	$MSR_X2APIC_EOI, %ecx
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr
	iretw

	.balign	16
	.code16
	.globl	l2_guest_timer
l2_guest_timer:
	rdtsc
	movl	%eax, L2_GP_NOW
	movl	%edx, L2_GP_NOW + 4

	.globl	l2_guest_wake
l2_guest_wake:
	incl	L2_GP_WAKEUPS
	movl	$MSR_X2APIC_EOI, %ecx
	xorl	%eax, %eax
	xorl	%edx, %edx
	wrmsr
	movw	%sp, %bp
	andw	$~RFLAGS_IF, 4(%bp)		/* of the interrupted code */
	iretw

/* One stub per exception: leave the vector where the host finds it, and stop. */
	.balign	16
	.globl	l2_guest_faults
l2_guest_faults:
	.set	vector, 0
	.rept	L2_FAULTS
	.balign	L2_FAULT_STUB
	movw	$vector, %ax
	jmp	l2_guest_fault
	.set	vector, vector + 1
	.endr
l2_guest_fault:
	movw	%ax, L2_GP_VECTOR
0:	outb	%al, $L2_PORT_FAULT
	jmp	0b

.macro pre_apic_eoi
	movl	$L2_APIC_EOI_GPA, %edi
	xorl	%eax, %eax
.endm
.macro body_apic_eoi
	movl	%eax, (%rdi)
.endm
	routine 64 apic_eoi

.macro pre_touch
	movq	L2_GP_ADDR, %rdi
.endm
.macro body_touch
	movb	$1, (%rdi)
	addq	$4096, %rdi
.endm
	routine 64 touch

	.globl	l2_guest_end
l2_guest_end:

	.section .note.GNU-stack, "", @progbits
