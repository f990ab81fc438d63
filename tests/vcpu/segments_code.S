/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Segment checks of 32-bit code. What each instruction must raise is in segments.c.
 */
#include "code32.h"

	.macro at name
	.global segments_\name
segments_\name:
	.endm

	/* Instruction with a label: try_at name instruction */
	.macro try_at name, instruction:vararg
	movl $771f, trap32_resume
	at \name
	\instruction
771:	movl $0, trap32_resume
	.endm

	.section guest, "ax"
	.code32
	at limits
	mov $SEL_SMALL, %eax
	mov %eax, %fs
	mov %fs:0xffc, %eax		/* the last four bytes: good */
	try_at beyond_limit mov %fs:0xffd, %eax
	mov $SEL_DOWN, %eax
	mov %eax, %fs
	mov %fs:0x1000, %eax		/* good */
	try_at below_expand_down mov %fs:0xfff, %eax
	xor %eax, %eax
	mov %eax, %fs			/* the null selector loads */
	try_at null_selector mov %fs:0, %eax
	mov $SEL_READ_ONLY, %eax
	mov %eax, %fs
	mov %fs:GUEST_SCRATCH, %eax	/* good */
	try_at read_only mov %eax, %fs:GUEST_SCRATCH
	mov %cs:GUEST_SCRATCH, %eax	/* CS can be read: good */
	ljmpl $SEL_EXEC_ONLY, $1f
1:	try_at read_exec_only mov %cs:GUEST_SCRATCH, %eax
	ljmpl $SEL_CODE32, $1f
1:	mov $SEL_ABSENT, %eax
	try_at absent mov %eax, %fs
	try_at absent_ss mov %eax, %ss
	mov $SEL_CODE32, %eax
	try_at code_ss mov %eax, %ss
	xor %eax, %eax
	try_at null_ss mov %eax, %ss
	mov $0xff8, %eax		/* inside GDTR's limit, an empty descriptor */
	try_at empty mov %eax, %fs
	mov $0x1000, %eax
	try_at beyond_gdt mov %eax, %fs
	done

	.section .note.GNU-stack, "", @progbits
