/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Real mode: reads an MSR MSR_READS times, says so, begins again.
 */
#include "msr_filter.h"

	.section .rodata, "a", @progbits
	.globl	msr_code, msr_code_end
	.code16
msr_code:
	movw	$MSR_READS, %si
1:	movl	$MSR, %ecx
	rdmsr
	decw	%si
	jnz	1b
	outb	%al, $PORT_DONE
	jmp	msr_code
msr_code_end:

	.section .note.GNU-stack, "", @progbits
