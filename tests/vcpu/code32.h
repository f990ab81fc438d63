/* SPDX-License-Identifier: GPL-2.0 */
/*
 * code32.h - macros for the assembly of 16-bit and 32-bit guests
 */
#ifndef VCPU_CODE32_H
#define VCPU_CODE32_H

#include "layout.h"

/* Hand EAX to the test, which is in run_to_sync(). */
	.macro sync_eax
	mov $PORT_SYNC, %dx
	out %eax, %dx
	.endm

	.macro sync value
	mov $\value, %eax
	sync_eax
	.endm

	.macro done
	mov $PORT_DONE, %dx
770:	out %eax, %dx
	jmp 770b
	.endm

/* An instruction that may fault; the trap goes to trap32_log. */
	.macro try instruction:vararg
	movl $771f, trap32_resume
	\instruction
771:	movl $0, trap32_resume
	.endm

#endif /* VCPU_CODE32_H */
