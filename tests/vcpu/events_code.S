/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Instructions between which an interrupt must or must not come, and an NMI handler whose IRET
 * reads a page the guest has not touched before.
 */
#include "code32.h"

	.section guest, "ax"

	/* Each: an interrupt is pending, IF is clear; the label is where it must come. */
	.global events_sti, events_sti_at
events_sti:
	sti
	nop
events_sti_at:
	nop
	cli
	ret

	.global events_mov_ss, events_mov_ss_at
events_mov_ss:
	mov %ss, %eax
	sti
	mov %eax, %ss
	nop
events_mov_ss_at:
	nop
	cli
	ret

	.global events_popf, events_popf_at
events_popf:
	pushfq
	orq $FLAGS_IF, (%rsp)
	popfq
events_popf_at:
	nop
	cli
	ret

	.global events_sti_cpuid, events_sti_cpuid_at
events_sti_cpuid:
	push %rbx
	xor %eax, %eax
	sti
	cpuid
events_sti_cpuid_at:
	nop
	cli
	pop %rbx
	ret

	.global events_sti_out, events_sti_out_at
events_sti_out:
	mov $PORT_SYNC, %edx
	mov $0x50, %eax
	sti
	out %eax, %dx
events_sti_out_at:
	nop
	cli
	ret

	.global events_mov_ss_out, events_mov_ss_out_at
events_mov_ss_out:
	mov $PORT_SYNC, %edx
	mov %ss, %ecx
	mov $0x51, %eax
	sti
	mov %ecx, %ss
	out %eax, %dx
events_mov_ss_out_at:
	nop
	cli
	ret

	.global events_sti_hlt, events_sti_hlt_at
events_sti_hlt:
	sti
	hlt
events_sti_hlt_at:
	nop
	cli
	ret

	/* The window the VMM asks for opens here */
	.global events_window, events_window_at
events_window:
	mov $PORT_SYNC, %edx
	mov $1, %eax
	out %eax, %dx
	nop
	sti
	nop
events_window_at:
	cli
	ret

	/* NMI handler: counts, hands over, and returns from a frame the VMM has made */
	.global events_nmi, events_nmi_iret
events_nmi:
	push %rax
	push %rdx
	incl events_nmis
	mov events_nmis, %eax
	sync_eax
	pop %rdx
	pop %rax
	cmpl $1, events_nmis
	jne 1f
	mov events_nmi_frame, %rsp
events_nmi_iret:
	iretq
1:	push %rax
	mov 8(%rsp), %rax
	mov %rax, events_nmi_rip
	pop %rax
	iretq

	.global events_nmi_wait, events_nmi_here
events_nmi_wait:
	mov $PORT_SYNC, %edx
	mov $0x100, %eax
	out %eax, %dx
events_nmi_here:
	nop
	ret

	.section guest_data, "aw"
	.balign 8
	.global events_nmis, events_nmi_frame, events_nmi_rip
events_nmi_frame:
	.quad 0
events_nmi_rip:
	.quad 0
events_nmis:
	.long 0

	.section .note.GNU-stack, "", @progbits
