/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Real mode: says that it runs, and each time a timer expires, that it has.
 */
#include "vmm_sets.h"

	.section .rodata, "a", @progbits
	.globl	sets_code, sets_expired, sets_code_end
	.code16
sets_code:
	outb	%al, $PORT_RUNS
	sti
1:	hlt
	jmp	1b
sets_expired:
	outb	%al, $PORT_EXPIRED
	iretw
sets_code_end:

	.section .note.GNU-stack, "", @progbits
