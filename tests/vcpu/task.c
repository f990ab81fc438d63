// SPDX-License-Identifier: GPL-2.0
/*
 * task.c - hardware task switches, which KVM emulates
 */
#include "machine32.h"
#include "task.h"
#include "test.h"

/* task_code.S */
extern const char task_a[], task_b[], task_gp[], task_gp_code[], task_int_next[];

/* A 32-bit TSS: SDM 3A, figure 8-2 */
struct tss {
	uint32_t link, esp0, ss0, esp1, ss1, esp2, ss2, cr3, eip, eflags;
	uint32_t eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt, trap_map;
};

static void switches(enum paging paging)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_sregs sregs;
	struct tss *a, *b;
	uint32_t b_flags;

	machine_start32(vcpu, task_a, paging);
	a = guest_pointer(vcpu, TASK_A_TSS, sizeof(*a));
	b = guest_pointer(vcpu, TASK_B_TSS, sizeof(*b));
	gdt_set(vcpu, SEL_TASK_A, TASK_A_TSS, 0x67, 0x89);
	gdt_set(vcpu, SEL_TASK_B, TASK_B_TSS, 0x67, 0x89);
	*b = (struct tss){
		.cr3 = get_sregs(vcpu).cr3, .eip = (uintptr_t)task_b, .eflags = FLAGS_FIXED,
		.esp = GUEST_STACK0, .ebp = 0xbbbb, .es = SEL_DATA, .cs = SEL_CODE32,
		.ss = SEL_DATA, .ds = SEL_DATA, .fs = SEL_USER_DATA, .gs = SEL_SMALL,
	};
	a->cr3 = b->cr3;
	idt32_set(vcpu, 0x40, 0, SEL_TASK_B, 0x85);
	idt32_set(vcpu, GP_VECTOR, 0, SEL_TASK_B, 0x85);

	/* JMP */
	CHECK_EQ(run_to_sync(vcpu), SEL_TASK_B);
	sregs = get_sregs(vcpu);
	CHECK_EQ(sregs.tr.selector, SEL_TASK_B);
	CHECK_EQ(sregs.tr.base, TASK_B_TSS);
	CHECK_EQ(sregs.fs.selector, SEL_USER_DATA);
	CHECK_EQ(sregs.gs.base, GUEST_SCRATCH);
	CHECK_EQ(sregs.cr0 & CR0_TS, CR0_TS);
	CHECK_EQ(get_regs(vcpu).rbp, 0xbbbb);
	CHECK_EQ(a->ebx, 0xa1a1a1a1);
	CHECK_EQ(a->cs, SEL_CODE32);
	CHECK_EQ(run_to_sync(vcpu), 0x101);
	CHECK_EQ(run_to_sync(vcpu), 0xa1a1a1a1);
	CHECK_EQ(get_sregs(vcpu).tr.selector, SEL_TASK_A);
	/* CALL, and IRET back */
	b_flags = run_to_sync(vcpu);
	CHECK_EQ(b_flags & FLAGS_NT, FLAGS_NT);
	CHECK_EQ(b->link, SEL_TASK_A);
	CHECK_EQ(run_to_sync(vcpu), 0xb1b1b1b1);
	CHECK_EQ(run_to_sync(vcpu), 0x102);
	CHECK_EQ(run_to_sync(vcpu), 0xa2a2a2a2);
	CHECK_EQ(get_regs(vcpu).rflags & FLAGS_NT, 0);
	/* INT n through a task gate */
	b_flags = run_to_sync(vcpu);
	CHECK_EQ(b_flags & FLAGS_NT, FLAGS_NT);
	CHECK_EQ(a->eip, (uintptr_t)task_int_next);
	CHECK_EQ(run_to_sync(vcpu), 0x103);
	/* An exception through a task gate, its error code on the new task's stack */
	CHECK_EQ(run_to_sync(vcpu), 0);
	CHECK_EQ(a->eip, (uintptr_t)task_gp);
	CHECK_EQ(run_to_sync(vcpu), 0x104);
	CHECK_EQ(run_to_sync(vcpu), 0xff8);
	CHECK_EQ(a->eip, (uintptr_t)task_gp_code);
	CHECK_EQ(run_to_sync(vcpu), 0x105);
	run_to_done(vcpu);
}

static void without_paging(void)
{
	switches(PAGING_OFF);
}

static void with_paging(void)
{
	switches(PAGING_PSE);
}

static void with_pae(void)
{
	switches(PAGING_PAE);
}

const struct test task_tests[] = {
	{ "task/flat", "JMP, CALL, IRET, task gates, without paging", without_paging },
	{ "task/paged", "the same with 32-bit paging", with_paging },
	{ "task/pae", "the same with PAE paging", with_pae },
	{ }
};
