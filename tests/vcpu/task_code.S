/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Hardware task switches. Task A runs this; B is entered in turn by JMP, by CALL, by an interrupt
 * through a task gate and by an exception with an error code. Selectors and TSS: task.h.
 */
#include "code32.h"
#include "task.h"

	.section guest, "ax"
	.code32
	.global task_a, task_b, task_gp, task_int_next
task_a:
	mov $SEL_TASK_A, %eax
	ltr %ax
	mov $0xa1a1a1a1, %ebx
	mov $0xa2a2a2a2, %esi
	ljmpl $SEL_TASK_B, $0
	sync 0x101			/* B has jumped back */
	mov %ebx, %eax
	sync_eax
	lcall $SEL_TASK_B, $0
	sync 0x102			/* B has returned */
	mov %esi, %eax
	sync_eax
	int $0x40
task_int_next:
	sync 0x103
task_gp:
	mov %eax, %cs:0			/* #GP(0): CS cannot be written */
	sync 0x104
	mov $0xff8, %eax
	.global task_gp_code
task_gp_code:
	mov %eax, %fs			/* #GP(0xff8), and B skips it */
	sync 0x105
	done

	/* First entered by JMP, then where it was left */
task_b:
	str %ax
	movzwl %ax, %eax
	sync_eax
	mov $0xb1b1b1b1, %ebx
	ljmpl $SEL_TASK_A, $0
	pushfl				/* by CALL: NT is set */
	popl %eax
	sync_eax
	mov %ebx, %eax
	sync_eax
	iret
	pushfl				/* by INT n */
	popl %eax
	sync_eax
	iret
	popl %eax			/* by #GP: the error code is on B's stack */
	sync_eax
	addl $6, TASK_A_TSS + TSS_EIP	/* over the faulting instruction */
	iret
	popl %eax
	sync_eax
	addl $2, TASK_A_TSS + TSS_EIP
	iret

	.section .note.GNU-stack, "", @progbits
