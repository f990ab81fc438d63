/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Long mode: flushes FLUSHES times, then gives the answer of the last call.
 */
#include "direct_flush.h"

	.section .rodata, "a", @progbits
	.globl	flush_code, flush_code_end
	.code64
flush_code:
	movq	$FLUSH_FLAGS, FLUSH_INPUT + 8
	movl	$FLUSHES, %esi
1:	movl	$HVCALL_FLUSH, %ecx
	movl	$FLUSH_INPUT, %edx
	xorl	%r8d, %r8d
	vmcall
	decl	%esi
	jnz	1b
	outl	%eax, $PORT_ANSWER
	hlt
flush_code_end:

	.section .note.GNU-stack, "", @progbits
