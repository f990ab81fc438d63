/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Code to be single-stepped: each label is where a #DB must be taken.
 */
#include "layout.h"

	.section guest, "ax"

	/* void debug_steps(void): sets TF, and clears it in the end */
	.global debug_steps, debug_step_list
debug_steps:
	push %rbx
	pushfq
	orq $FLAGS_TF, (%rsp)
	popfq
	nop				/* POPF sets TF: the trap is after the next instruction */
step1:	mov $0x40000000, %eax
step2:	cpuid
step3:	sti				/* blocks no trap */
step4:	nop
step5:	cli
step6:	mov %ss, %eax
step7:	mov %eax, %ss			/* holds back the trap for one instruction */
	nop
step8:	pushfq
step9:	andq $~FLAGS_TF, (%rsp)
step10:	popfq				/* clears TF, and traps once more */
step11:	pop %rbx
	ret

	/* void debug_targets(void): for breakpoints */
	.global debug_targets, debug_exec, debug_write, debug_write_next, debug_read
	.global debug_read_next, debug_io, debug_io_next
debug_targets:
	xor %eax, %eax
debug_exec:
	nop
	lea debug_word(%rip), %rdx
debug_write:
	movl $1, (%rdx)
debug_write_next:
	nop
debug_read:
	mov (%rdx), %eax
debug_read_next:
	nop
	ret

	.section guest_data, "aw"
	.balign 8
	.global debug_word
debug_word:
	.quad 0
debug_step_list:
	.quad step1, step2, step3, step4, step5, step6, step7, step8, step9, step10, step11, 0

	.section .note.GNU-stack, "", @progbits
