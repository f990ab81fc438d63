/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The way of an application processor from SIPI to 64-bit mode. The first part is copied to the
 * page that the SIPI names.
 */
#include "code32.h"

	.section guest, "ax"
	.code16
	.global smp_trampoline, smp_trampoline_end
smp_trampoline:
	mov $(GUEST_VARS >> 4), %ax
	mov %ax, %ds
	mov %edx, smp_edx - GUEST_VARS
	mov %cr0, %eax
	mov %eax, smp_cr0 - GUEST_VARS
	mov %cs, smp_cs - GUEST_VARS
	mov %sp, smp_sp - GUEST_VARS
	lgdtl smp_gdtr - GUEST_VARS
	mov $(CR0_PE | CR0_NE), %eax
	mov %eax, %cr0
	ljmpl $SEL_CODE32, $1f
smp_trampoline_end:
	.code32
1:	mov $SEL_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $CR4_PAE, %eax
	mov %eax, %cr4
	mov $GUEST_PML4, %eax
	mov %eax, %cr3
	mov $MSR_EFER, %ecx
	mov $EFER_LME, %eax
	xor %edx, %edx
	wrmsr
	mov %cr0, %eax
	or $CR0_PG, %eax
	mov %eax, %cr0
	ljmpl $SEL_CODE64, $2f
	.code64
2:	lidt smp_idtr
	mov $(GUEST_STACK - 0x1000), %rsp
	call smp_second
	jmp guest_return

	.section guest_data, "aw"
	.balign 8
smp_gdtr:
	.word 0xfff
	.long GUEST_GDT
	.balign 8
smp_idtr:
	.word 0xfff
	.quad GUEST_IDT
	.balign 8
	.global smp_edx, smp_cr0, smp_cs, smp_sp
smp_edx:
	.long 0
smp_cr0:
	.long 0
smp_cs:
	.long 0
smp_sp:
	.long 0

	.section .note.GNU-stack, "", @progbits
