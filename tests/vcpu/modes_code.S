/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From real mode through all paging modes to 64-bit mode and back. At each station the guest hands
 * over what it reads from EFER. modes_efer: the bits of EFER, besides LME and LMA, that are set.
 */
#include "code32.h"
#include "machine32_tables.h"
#include "modes.h"

	.macro station
	mov $MSR_EFER, %ecx
	rdmsr
	sync_eax
	.endm

	.macro set_efer bits
	mov $MSR_EFER, %ecx
	mov modes_efer, %eax
	or $\bits, %eax
	xor %edx, %edx
	wrmsr
	.endm

	.macro cr_or reg, bits
	mov %\reg, %eax
	or $\bits, %eax
	mov %eax, %\reg
	.endm

	.macro cr_and reg, bits
	mov %\reg, %eax
	and $\bits, %eax
	mov %eax, %\reg
	.endm

	.section guest, "ax"

	.code16
	.global modes_round_trip
modes_round_trip:
	station				/* 0: real mode */
	mov $MSR_EFER, %ecx
	mov modes_efer - GUEST_VARS, %eax
	or $EFER_LME, %eax
	xor %edx, %edx
	wrmsr
	station				/* 1: real mode, LME set */

	lgdtl modes_gdtr - GUEST_VARS
	cr_or cr0, CR0_PE
	ljmpl $SEL_CODE32, $1f
	.code32
1:	mov $SEL_DATA, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	mov $GUEST_STACK, %esp
	station				/* 2: protected mode, LME set */
	set_efer 0
	station				/* 3: protected mode */

	mov $PSE_DIRECTORY, %eax
	mov %eax, %cr3
	cr_or cr4, CR4_PSE
	cr_or cr0, CR0_PG
	mov 0x400000 + MODES_MARK, %ebx	/* the test maps it to 0 */
	station				/* 4: 32-bit paging */
	cr_and cr0, 0x7fffffff

	mov $PAE_POINTERS, %eax
	mov %eax, %cr3
	cr_or cr4, CR4_PAE
	cr_or cr0, CR0_PG
	mov 0x1ff000 + (MODES_MARK & 0xfff), %ebx
	station				/* 5: PAE paging */
	cr_and cr0, 0x7fffffff

	set_efer EFER_LME
	mov $GUEST_PML4, %eax
	mov %eax, %cr3
	cr_or cr0, CR0_PG
	mov 0x1ff000 + (MODES_MARK & 0xfff), %ebx
	station				/* 6: compatibility mode */

	ljmpl $SEL_CODE64, $2f
	.code64
2:	mov $0x123456789abcdef0, %rbx
	station				/* 7: 64-bit mode */
	mov $GUEST_STACK, %rsp
	pushq $SEL_CODE32
	pushq $3f
	lretq
	.code32
3:	station				/* 8: compatibility mode again */

	cr_and cr0, 0x7fffffff
	station				/* 9: protected mode, LME set */
	set_efer 0
	cr_and cr4, ~(CR4_PAE | CR4_PSE)

	ljmpl $SEL_CODE16, $4f - GUEST_REAL
	.code16
4:	mov $SEL_DATA16, %eax
	mov %eax, %ds
	mov %eax, %es
	mov %eax, %ss
	cr_and cr0, ~CR0_PE
	ljmpw $(GUEST_REAL >> 4), $5f - GUEST_REAL
5:	mov $(GUEST_VARS >> 4), %eax
	mov %eax, %ds
	mov %eax, %ss
	mov $0xfff0, %esp
	lidtl modes_ivt - GUEST_VARS
	station				/* 10: real mode */
	int $0x21			/* 11: see below */
	done

	.global modes_int21
modes_int21:
	station				/* 11: a real-mode interrupt handler */
	iret

	/* Real mode with a data segment of 4 GiB, left over from protected mode */
	.code16
	.global modes_unreal
modes_unreal:
	lgdtl modes_gdtr - GUEST_VARS
	cr_or cr0, CR0_PE
	mov $SEL_DATA, %eax
	mov %eax, %es
	cr_and cr0, ~CR0_PE
	mov $0x1ff000, %edi
	movl $0x600df00d, %es:(%edi)
	sync 1
	mov %es:(%edi), %eax
	sync_eax
	done

	/* The same page with PTE bit 63 set: reserved, or no-execute */
	.code32
	.global modes_nx_pae, modes_nx_pae_read1, modes_nx_pae_read3
modes_nx_pae:
	movl $1f, trap32_resume
modes_nx_pae_read1:
	mov GUEST_SCRATCH + 0x8000, %eax
1:	set_efer EFER_NX
	invlpg GUEST_SCRATCH + 0x8000
	try mov GUEST_SCRATCH + 0x8000, %ebx
	mov $GUEST_SCRATCH + 0x8000, %edi
	try jmp *%edi
	station
	set_efer 0
	invlpg GUEST_SCRATCH + 0x8000
	movl $2f, trap32_resume
modes_nx_pae_read3:
	mov GUEST_SCRATCH + 0x8000, %eax
2:	done

	/* Virtual-8086 mode: INT n there goes to protected mode with IOPL 3, faults without */
	.global modes_v86, modes_v86_code, modes_v86_int
modes_v86:
	movl $1f, trap32_resume
	pushl $0			/* GS, FS, DS, ES */
	pushl $0
	pushl $(GUEST_VARS >> 4)
	pushl $0
	pushl $0			/* SS:ESP */
	pushl $0xfff0
	pushl $(FLAGS_VM | FLAGS_FIXED)
	pushl $(GUEST_REAL >> 4)
	pushl $modes_v86_code - GUEST_REAL
	iret
1:	sync 2				/* never: resume goes to ring 3 code */
	.code16
modes_v86_code:
	mov $0x1234, %ax
	mov %ax, modes_v86_word - GUEST_VARS
modes_v86_int:
	int $0x30			/* #GP(0), as IOPL is 0 */
	.global modes_v86_trap
	.code32
modes_v86_trap:				/* gate of #GP: at CPL 0, with the segments on the stack */
	mov (%esp), %eax
	sync_eax			/* error code */
	mov 4(%esp), %eax
	sync_eax			/* IP */
	mov 8(%esp), %eax
	sync_eax			/* CS */
	mov 12(%esp), %eax
	sync_eax			/* EFLAGS */
	mov 28(%esp), %eax
	sync_eax			/* DS */
	done

	/* void modes_syscall_entry: leaves what SYSCALL loaded, and goes back with SYSRET */
	.code64
	.global modes_syscall_entry
modes_syscall_entry:
	mov %rcx, modes_syscall_rcx
	mov %r11, modes_syscall_r11
	mov %cs, modes_syscall_cs
	mov %ss, modes_syscall_ss
	pushfq
	popq modes_syscall_flags
	sysretq

	.section guest_data, "aw"
	.balign 8
	.global modes_efer, modes_v86_word
modes_gdtr:
	.word 0xfff
	.long GUEST_GDT
modes_ivt:
	.word 0x3ff
	.long 0
	.balign 8
modes_efer:
	.quad 0
modes_v86_word:
	.long 0
	.global modes_syscall_rcx, modes_syscall_r11, modes_syscall_flags
	.global modes_syscall_cs, modes_syscall_ss
	.balign 8
modes_syscall_rcx:
	.quad 0
modes_syscall_r11:
	.quad 0
modes_syscall_flags:
	.quad 0
modes_syscall_cs:
	.quad 0
modes_syscall_ss:
	.quad 0

/* Reads MODES_MARK through PDPTR 1, which the VMM sets; then loads all PDPTRs from memory. */
	.code32
	.global modes_pdptrs
modes_pdptrs:
	sync 1
	mov 0x40000000 + MODES_MARK, %eax
	sync_eax
	mov %cr3, %eax
	mov %eax, %cr3
	sync 2
	done

	.section .note.GNU-stack, "", @progbits
