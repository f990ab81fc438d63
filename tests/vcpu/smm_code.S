/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The SMI handler, copied to SMBASE + 0x8000: hands over twice, and returns.
 */
#include "code32.h"

	.section guest, "ax"
	.code16
	.global smm_handler, smm_handler_end
smm_handler:
	mov %cr0, %eax
	sync_eax
	mov %cs, %eax
	sync_eax
	mov $0xdeadbeef, %ebx		/* RSM brings back what was there */
	rsm
smm_handler_end:

	.section .note.GNU-stack, "", @progbits
