/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Real mode: one port after another.
 */
	.section .rodata, "a", @progbits
	.globl	ports_code, ports_code_end
	.code16
ports_code:
	outb	%al, $0xf0
	outb	%al, $0xf1
	outb	%al, $0xf2
	hlt
ports_code_end:

	.section .note.GNU-stack, "", @progbits
