/* SPDX-License-Identifier: GPL-2.0 */
/*
 * layout.h - guest memory, selectors, ports and architectural constants; for C and assembly
 */
#ifndef VCPU_LAYOUT_H
#define VCPU_LAYOUT_H

#ifdef __ASSEMBLER__
#define BIT_(n)		(1 << (n))
#else
#define BIT_(n)		(1ULL << (n))
#endif

/* Guest memory. The first 4 GiB are identity mapped, the first 2 MiB of them in 4 KiB pages. */
#define GUEST_GDT	0x1000
#define GUEST_IDT	0x2000
#define GUEST_TSS	0x3000		/* one TSS every 256 bytes, one a vCPU */
#define GUEST_TABLES	0x4000		/* PML4, PDPT, 4 page directories, 1 page table */
#define GUEST_PML4	(GUEST_TABLES)
#define GUEST_PDPT	(GUEST_TABLES + 0x1000)
#define GUEST_PD	(GUEST_TABLES + 0x2000)
#define GUEST_PT	(GUEST_TABLES + 0x6000)
#define GUEST_TABLES_END (GUEST_TABLES + 0x7000)
#define GUEST_REAL	0x20000		/* segment base of real-mode code: the same as GUEST_CODE */
#define GUEST_CODE	0x20000		/* section guest; the Makefile has these two as well */
#define GUEST_VARS	0x30000		/* section guest_data */
#define GUEST_STACK	0x48000		/* top; one every 0x1000 bytes below, one a vCPU */
#define GUEST_STACK_IST	0x4b000		/* top: double faults */
#define GUEST_STACK0	0x4c000		/* top: entered from CPL 3 */
#define GUEST_STACK3	0x4d000		/* top: CPL 3 */
#define GUEST_SCRATCH	0x50000		/* for the tests, to the end of RAM */
#define GUEST_RAM	0x200000
#define GUEST_MMIO	0xd0000000	/* nothing is there */

/* Selectors. SYSCALL takes SEL_CODE64 and SEL_DATA, SYSRET SEL_USER_BASE + 16 and + 8. */
#define SEL_CODE64	0x08
#define SEL_DATA	0x10
#define SEL_CODE32	0x18
#define SEL_USER_BASE	0x20		/* 32-bit code, DPL 3 */
#define SEL_USER_DATA	0x28
#define SEL_USER_CODE64	0x30
#define SEL_CODE16	0x38
#define SEL_DATA16	0x40
#define SEL_ABSENT	0x48		/* data, not present */
#define SEL_SMALL	0x50		/* data, limit 0xfff, base GUEST_SCRATCH */
#define SEL_DOWN	0x58		/* expand-down above offset 0x1000, base GUEST_SCRATCH */
#define SEL_EXEC_ONLY	0x60		/* 32-bit code that cannot be read */
#define SEL_READ_ONLY	0x68		/* data that cannot be written */
#define SEL_LDT		0x70		/* 16 bytes */
#define SEL_TSS		0x80		/* 16 bytes, one a vCPU */
#define SEL_FREE	0xc0		/* for the tests */

/* Ports on which guest and test speak */
#define PORT_SYNC	0xe0
#define PORT_DONE	0xe4
#define PORT_FAIL	0xe8
#define PORT_TRAP	0xec

/* Vectors */
#define DE_VECTOR	0
#define DB_VECTOR	1
#define NMI_VECTOR	2
#define BP_VECTOR	3
#define OF_VECTOR	4
#define BR_VECTOR	5
#define UD_VECTOR	6
#define NM_VECTOR	7
#define DF_VECTOR	8
#define TS_VECTOR	10
#define NP_VECTOR	11
#define SS_VECTOR	12
#define GP_VECTOR	13
#define PF_VECTOR	14
#define MF_VECTOR	16
#define AC_VECTOR	17
#define XM_VECTOR	19
#define USER_VECTOR	0x70		/* ends user_call() */

/* Page-fault error code */
#define PF_PRESENT	0x01
#define PF_WRITE	0x02
#define PF_USER		0x04
#define PF_RESERVED	0x08
#define PF_FETCH	0x10
#define PF_PKEY		0x20

#define PTE_PRESENT	0x001
#define PTE_WRITE	0x002
#define PTE_USER	0x004
#define PTE_ACCESSED	0x020
#define PTE_DIRTY	0x040
#define PTE_LARGE	0x080
#define PTE_GLOBAL	0x100
#define PTE_NX		BIT_(63)

#define CR0_PE		BIT_(0)
#define CR0_MP		BIT_(1)
#define CR0_EM		BIT_(2)
#define CR0_TS		BIT_(3)
#define CR0_ET		BIT_(4)
#define CR0_NE		BIT_(5)
#define CR0_WP		BIT_(16)
#define CR0_AM		BIT_(18)
#define CR0_NW		BIT_(29)
#define CR0_CD		BIT_(30)
#define CR0_PG		BIT_(31)

#define CR4_VME		BIT_(0)
#define CR4_PVI		BIT_(1)
#define CR4_TSD		BIT_(2)
#define CR4_DE		BIT_(3)
#define CR4_PSE		BIT_(4)
#define CR4_PAE		BIT_(5)
#define CR4_MCE		BIT_(6)
#define CR4_PGE		BIT_(7)
#define CR4_PCE		BIT_(8)
#define CR4_OSFXSR	BIT_(9)
#define CR4_OSXMMEXCPT	BIT_(10)
#define CR4_UMIP	BIT_(11)
#define CR4_VMXE	BIT_(13)
#define CR4_SMXE	BIT_(14)
#define CR4_FSGSBASE	BIT_(16)
#define CR4_PCIDE	BIT_(17)
#define CR4_OSXSAVE	BIT_(18)
#define CR4_SMEP	BIT_(20)
#define CR4_SMAP	BIT_(21)
#define CR4_PKE		BIT_(22)

#define EFER_SCE	BIT_(0)
#define EFER_LME	BIT_(8)
#define EFER_LMA	BIT_(10)
#define EFER_NX		BIT_(11)

#define FLAGS_FIXED	BIT_(1)
#define FLAGS_CF	BIT_(0)
#define FLAGS_ZF	BIT_(6)
#define FLAGS_TF	BIT_(8)
#define FLAGS_IF	BIT_(9)
#define FLAGS_NT	BIT_(14)
#define FLAGS_RF	BIT_(16)
#define FLAGS_VM	BIT_(17)
#define FLAGS_AC	BIT_(18)

#define DR6_FIXED	0xffff0ff0
#define DR6_BD		(1 << 13)
#define DR6_BS		(1 << 14)
#define DR7_FIXED	0x400
#define DR7_GD		(1 << 13)

#define MSR_TSC		0x10
#define MSR_APIC_BASE	0x1b
#define MSR_TSC_ADJUST	0x3b
#define MSR_SYSENTER_CS	0x174
#define MSR_SYSENTER_ESP 0x175
#define MSR_SYSENTER_EIP 0x176
#define MSR_PAT		0x277
#define MSR_XSS		0xda0
#define MSR_EFER	0xc0000080
#define MSR_STAR	0xc0000081
#define MSR_LSTAR	0xc0000082
#define MSR_CSTAR	0xc0000083
#define MSR_SFMASK	0xc0000084
#define MSR_FS_BASE	0xc0000100
#define MSR_GS_BASE	0xc0000101
#define MSR_KERNEL_GS_BASE 0xc0000102
#define MSR_TSC_AUX	0xc0000103

/* Local APIC registers */
#define APIC_ID		0x20
#define APIC_TPR	0x80
#define APIC_EOI	0xb0
#define APIC_SPIV	0xf0
#define APIC_ICR	0x300
#define APIC_ICR2	0x310

#define NONCANONICAL	BIT_(63)

#endif /* VCPU_LAYOUT_H */
