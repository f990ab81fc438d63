/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Trap entries of 32-bit guests, 16 bytes each. They record the trap in trap32_log; an exception
 * goes on at trap32_resume, or ends the test if that is 0. Interrupts return.
 */
#include "layout.h"

	.section guest, "ax"
	.code32

	.balign 16
	.global trap32_vectors
trap32_vectors:
	.set vector, 0
	.rept 256
	.balign 16
	.if vector != 8 && vector != 17 && vector != 21 && (vector < 10 || vector > 14)
	pushl $0
	.endif
	pushl $vector
	jmp trap32_common
	.set vector, vector + 1
	.endr

trap32_common:
	pusha
	mov trap32_count, %edi
	incl trap32_count
	and $63, %edi
	shl $4, %edi
	mov 32(%esp), %eax		/* vector */
	mov %eax, trap32_log(%edi)
	mov 36(%esp), %ecx		/* error code */
	mov %ecx, trap32_log + 4(%edi)
	mov 40(%esp), %ecx		/* EIP */
	mov %ecx, trap32_log + 8(%edi)
	xor %ecx, %ecx
	cmp $PF_VECTOR, %eax
	jne 1f
	mov %cr2, %ecx
1:	mov %ecx, trap32_log + 12(%edi)
	cmp $32, %eax
	jae 2f
	mov trap32_resume, %ecx
	test %ecx, %ecx
	jz 3f
	mov %ecx, 40(%esp)
	movl $0, trap32_resume
2:	popa
	add $8, %esp
	iret
3:	mov %eax, trap_log		/* as the 64-bit handler leaves it */
	mov 36(%esp), %eax
	mov %eax, trap_log + 8
	mov 40(%esp), %eax
	mov %eax, trap_log + 16
	movl $1, trap_count
	mov $PORT_TRAP, %dx
	out %eax, %dx
	jmp 3b

	.section guest_data, "aw"
	.balign 8
	.global trap32_log
trap32_log:
	.zero 64 * 16
	.global trap32_count
trap32_count:
	.long 0
	.global trap32_resume
trap32_resume:
	.long 0

	.section .note.GNU-stack, "", @progbits
