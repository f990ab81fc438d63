/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exceptions that 64-bit code cannot raise: INTO, BOUND, and the like.
 */
#include "code32.h"

	.section guest, "ax"
	.code32
	.global exceptions_32, exceptions_into, exceptions_into_next, exceptions_bound
	.global exceptions_int3_next, exceptions_int_ud
exceptions_32:
	mov $0x7f, %al
	add $1, %al			/* OF */
	movl $1f, trap32_resume
exceptions_into:
	into
exceptions_into_next:
1:	mov $5, %eax
	movl $1f, trap32_resume
exceptions_bound:
	bound %eax, exceptions_bounds
1:	movl $1f, trap32_resume
	int3
exceptions_int3_next:
1:	movl $1f, trap32_resume
exceptions_int_ud:
	ud2
1:	done

	.section guest_data, "aw"
	.balign 4
exceptions_bounds:
	.long 0, 4

	.section .note.GNU-stack, "", @progbits
