/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Long mode, %rdi = mailbox. A round maps another frame at WINDOW, invalidates by INVLPG or by MOV to
 * CR3, and looks what is there; then it looks at the host's two windows: they must show what the
 * host has announced, or something newer.
 */
#include "tlb_move.h"

	.section .rodata, "a", @progbits
	.globl	tlb_code, tlb_code_end
	.code64
tlb_code:
	movl	$ROUNDS, %esi
	movl	$WINDOW, %r9d
	movq	MB_PTE(%rdi), %r8
	movq	MB_RANDOM(%rdi), %rbx
round:
	movq	%rbx, %rax			/* xorshift64 */
	shlq	$13, %rax
	xorq	%rax, %rbx
	movq	%rbx, %rax
	shrq	$7, %rax
	xorq	%rax, %rbx
	movq	%rbx, %rax
	shlq	$17, %rax
	xorq	%rax, %rbx

	movl	%ebx, %ecx
	andl	$(NR_FRAMES - 1), %ecx
	shll	$12, %ecx
	addl	$FRAMES, %ecx			/* the frame */
	leal	0x63(%rcx), %eax		/* present, writable, accessed, dirty */
	movq	%rax, (%r8)
	testl	$0x100, %ebx
	jz	1f
	invlpg	(%r9)
	jmp	2f
1:	movq	%cr3, %rax
	movq	%rax, %cr3
2:	movq	(%r9), %rdx
	movq	%r9, MB_WHERE(%rdi)
	cmpq	%rcx, %rdx
	je	3f
	call	stale
3:
	movl	$HOST_WINDOWS, %r10d
	movl	$SHARED, %r11d
4:	movq	(%r11), %rcx			/* announced: first */
	movq	(%r10), %rdx			/* there: second */
	movq	%r10, MB_WHERE(%rdi)
	cmpq	%rcx, %rdx
	jae	5f
	call	stale
5:	addq	$8, %r11
	addq	$0x1000, %r10
	cmpl	$(SHARED + 16), %r11d
	jne	4b

	decl	%esi
	jnz	round
	movq	%rbx, MB_RANDOM(%rdi)
	outb	%al, $PORT_ROUNDS
	jmp	tlb_code

stale:
	movq	%rcx, MB_WANT(%rdi)
	movq	%rdx, MB_GOT(%rdi)
	outb	%al, $PORT_STALE
	ret
tlb_code_end:

	.section .note.GNU-stack, "", @progbits
