/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guests' trap entries, 16 bytes each, and the way to CPL 3 and back.
 */
#include "layout.h"

	.section guest, "ax"

	.balign 16
	.global trap_vectors
trap_vectors:
	.set vector, 0
	.rept 256
	.balign 16
	.if vector != 8 && vector != 17 && vector != 21 && (vector < 10 || vector > 14)
	pushq $0
	.endif
	pushq $vector
	.if vector == USER_VECTOR
	jmp user_back
	.else
	jmp trap_common
	.endif
	.set vector, vector + 1
	.endr

trap_common:
	push %rax
	push %rbx
	push %rcx
	push %rdx
	push %rsi
	push %rdi
	push %rbp
	push %r8
	push %r9
	push %r10
	push %r11
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, %rdi
	cld
	call trap_handle
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %r11
	pop %r10
	pop %r9
	pop %r8
	pop %rbp
	pop %rdi
	pop %rsi
	pop %rdx
	pop %rcx
	pop %rbx
	pop %rax
	add $16, %rsp
	.global trap_iret
trap_iret:
	iretq

	/* void user_call(void (*function)(void)) */
	.global user_call
user_call:
	push %rbx
	push %rbp
	push %r12
	push %r13
	push %r14
	push %r15
	mov %rsp, user_caller
	pushq $SEL_USER_DATA | 3
	pushq $GUEST_STACK3 - 8
	pushfq
	pushq $SEL_USER_CODE64 | 3
	push %rdi
	movq $user_return, GUEST_STACK3 - 8
	iretq
user_return:
	int $USER_VECTOR
user_back:
	mov user_caller, %rsp
	mov $SEL_DATA, %eax
	mov %eax, %ss
	pop %r15
	pop %r14
	pop %r13
	pop %r12
	pop %rbp
	pop %rbx
	ret

	.global guest_return
guest_return:
	mov $PORT_DONE, %dx
	xor %eax, %eax
	out %eax, %dx
	jmp guest_return

	.section guest_data, "aw"
	.balign 8
user_caller:
	.quad 0

	.section .note.GNU-stack, "", @progbits
