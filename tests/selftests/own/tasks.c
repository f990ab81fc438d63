// SPDX-License-Identifier: GPL-2.0
/*
 * 32-bit protected mode without paging: task switches by JMP, CALL, IRET, INT and faults, and UMIP at
 * CPL 3. All segments begin at the address of the guest's memory.
 */
#include "own.h"

#define CR4_UMIP	(1ul << 11)
#define FLAG_NT		(1 << 14)
#define PORT		0x80

/* Offsets in the guest's memory, which begins with the code. */
#define PAGES		5
#define GDT		0x1000
#define IDT		0x1400
#define TSS(task)	(0x1800 + 0x100 * (task))
#define STACK(task)	(0x3000 + 0x400 * ((task) + 1))
#define STACK_USER	0x4c00

enum { MAIN, OTHER, SOFT, FAULT, FAULT_WITH_CODE, TASKS };
enum { SEL_CODE = 0x08, SEL_DATA = 0x10, SEL_USER_CODE = 0x1b, SEL_USER_DATA = 0x23 };
#define SEL_TASK(task)	(0x28 + 8 * (task))
#define SEL_NOTHING	0x78
#define GDT_LIMIT	(SEL_TASK(TASKS) - 1)
#define VECTORS		0x22

/* STEP n tells the host: AL is n, CX the task register, EBX EFLAGS, EDX an error code. */
asm(".pushsection .rodata\n"
	".code32\n"
	".macro STEP n\n"
	"	pushf; pop %ebx; str %ecx; mov $\\n, %al; out %al, $0x80\n"
	".endm\n"
	"tasks_code:\n"
	"	STEP 1\n"
	"	ljmp $0x30, $0\n"
	"	STEP 3\n"
	"	lcall $0x30, $0\n"
	"	STEP 5\n"
	"	int $0x20\n"
	"	STEP 7\n"
	"	ud2\n"
	"	STEP 9\n"
	"	mov $0x78, %eax\n"
	"	mov %ax, %es\n"
	"	STEP 11\n"
	"	pushl $0x23; pushl $0x4c00; pushl $2; pushl $0x1b; pushl $(1f - tasks_code); iret\n"
	"1:	sgdt -64(%esp)\n"
	"	int $0x21\n"
	"tasks_back:\n"
	"	STEP 13\n"
	"tasks_other:\n"
	"	STEP 2\n"
	"	ljmp $0x28, $0\n"
	"	STEP 4\n"
	"	iret\n"
	"tasks_soft:\n"
	"	STEP 6\n"
	"	iret\n"
	"tasks_fault:\n"
	"	STEP 8\n"
	"	iret\n"
	"tasks_fault_with_code:\n"
	"	pop %edx\n"
	"	STEP 10\n"
	"	iret\n"
	"	jmp tasks_fault_with_code\n"
	"tasks_end:\n"
	".code64\n"
	".popsection\n");
extern const uint8_t tasks_code[], tasks_back[], tasks_other[], tasks_soft[], tasks_fault[],
		     tasks_fault_with_code[], tasks_end[];

struct step {
	uint8_t al, task;
	bool nested;
	uint16_t error;
	uint8_t skip;	/* bytes that the faulting task is moved on by */
};

/* The last but one comes with UMIP only. */
static const struct step steps[] = {
	{ 1, MAIN }, { 2, OTHER }, { 3, MAIN }, { 4, OTHER, true }, { 5, MAIN },
	{ 6, SOFT, true }, { 7, MAIN }, { 8, FAULT, true, 0, 2 }, { 9, MAIN },
	{ 10, FAULT_WITH_CODE, true, SEL_NOTHING, 2 }, { 11, MAIN },
	{ 10, FAULT_WITH_CODE, true, 0, 5 }, { 13, MAIN },
};
#define STEP_UMIP	11

struct tss {
	uint32_t link, esp0, ss0, ring12[4], cr3, eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	uint32_t es, cs, ss, ds, fs, gs, ldt;
	uint16_t trap, io_map;
};

static uint8_t *memory;
static uint64_t base;

static uint64_t descriptor(uint64_t at, uint32_t limit, uint32_t flags)
{
	return (limit & 0xffff) | (at & 0xffffff) << 16 | (uint64_t)(flags & 0xff) << 40 |
	       (uint64_t)(limit >> 16 & 0xf) << 48 | (uint64_t)(flags >> 8) << 52 |
	       (at >> 24 & 0xff) << 56;
}

static void gate(int vector, uint16_t selector, uint32_t offset, uint8_t type)
{
	((uint64_t *)(memory + IDT))[vector] = (offset & 0xffff) | (uint64_t)selector << 16 |
		(uint64_t)type << 40 | (uint64_t)(offset >> 16) << 48;
}

static void task(int n, const uint8_t *entry)
{
	struct tss *tss = (struct tss *)(memory + TSS(n));

	((uint64_t *)(memory + GDT))[SEL_TASK(n) / 8] =
		descriptor(base + TSS(n), 0x67, n == MAIN ? 0x8b : 0x89);
	tss->eip = entry - tasks_code;
	tss->eflags = 2;
	tss->esp = STACK(n);
	tss->esp0 = STACK(n);
	tss->cs = SEL_CODE;
	tss->ss0 = tss->ss = tss->ds = tss->es = SEL_DATA;
	tss->io_map = sizeof(*tss);
}

static void fill_memory(void)
{
	uint64_t *gdt = (uint64_t *)(memory + GDT);

	memcpy(memory, tasks_code, tasks_end - tasks_code);
	gdt[1] = descriptor(base, 0xfffff, 0xc9b);
	gdt[2] = descriptor(base, 0xfffff, 0xc93);
	gdt[3] = descriptor(base, 0xfffff, 0xcfb);
	gdt[4] = descriptor(base, 0xfffff, 0xcf3);
	task(MAIN, tasks_code);
	task(OTHER, tasks_other);
	task(SOFT, tasks_soft);
	task(FAULT, tasks_fault);
	task(FAULT_WITH_CODE, tasks_fault_with_code);
	gate(UD_VECTOR, SEL_TASK(FAULT), 0, 0x85);
	gate(GP_VECTOR, SEL_TASK(FAULT_WITH_CODE), 0, 0x85);
	gate(0x20, SEL_TASK(SOFT), 0, 0x85);
	gate(0x21, SEL_CODE, tasks_back - tasks_code, 0xee);
}

static struct kvm_segment segment(uint16_t selector, uint8_t type)
{
	return (struct kvm_segment) { .base = base, .limit = 0xffffffff, .selector = selector,
				      .type = type, .present = 1, .s = 1, .db = 1, .g = 1 };
}

static void power_up(struct kvm_vcpu *vcpu, bool umip)
{
	struct kvm_regs regs = { .rsp = STACK(MAIN), .rflags = 2 };
	struct kvm_sregs sregs;

	vcpu_sregs_get(vcpu, &sregs);
	sregs.cr0 = X86_CR0_PE | X86_CR0_ET | X86_CR0_NE;
	sregs.cr4 = umip ? CR4_UMIP : 0;
	sregs.efer = 0;
	sregs.cs = segment(SEL_CODE, 0xb);
	sregs.ds = sregs.es = sregs.ss = sregs.fs = sregs.gs = segment(SEL_DATA, 3);
	sregs.tr = (struct kvm_segment) { .base = base + TSS(MAIN), .limit = 0x67,
					  .selector = SEL_TASK(MAIN), .type = 0xb, .present = 1 };
	sregs.gdt.base = base + GDT;
	sregs.gdt.limit = GDT_LIMIT;
	sregs.idt.base = base + IDT;
	sregs.idt.limit = VECTORS * 8 - 1;
	vcpu_sregs_set(vcpu, &sregs);
	vcpu_regs_set(vcpu, &regs);
}

static void check_step(struct kvm_vcpu *vcpu, const struct step *want)
{
	struct tss *main_task = (struct tss *)(memory + TSS(MAIN));
	struct kvm_regs regs;

	vcpu_run(vcpu);
	TEST_ASSERT(vcpu->run->exit_reason == KVM_EXIT_IO, "before step %d: exit reason %s",
		    want->al, exit_reason_str(vcpu->run->exit_reason));
	vcpu_regs_get(vcpu, &regs);
	TEST_ASSERT_EQ(regs.rax & 0xff, want->al);
	TEST_ASSERT_EQ(regs.rcx & 0xffff, SEL_TASK(want->task));
	TEST_ASSERT_EQ(!!(regs.rbx & FLAG_NT), want->nested);
	if (want->task == FAULT_WITH_CODE)
		TEST_ASSERT_EQ(regs.rdx, want->error);
	if (want->nested)
		TEST_ASSERT_EQ(((struct tss *)(memory + TSS(want->task)))->link, SEL_TASK(MAIN));
	main_task->eip += want->skip;
}

int main(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, NULL);
	bool umip = vcpu_cpuid_has(vcpu, X86_FEATURE_UMIP);
	int i;

	pr_info("UMIP %d\n", umip);
	base = vm_phy_pages_alloc(vm, PAGES, 0x100000, 0);
	memory = addr_gpa2hva(vm, base);
	fill_memory();
	power_up(vcpu, umip);
	for (i = 0; i < ARRAY_SIZE(steps); i++)
		if (i != STEP_UMIP || umip)
			check_step(vcpu, &steps[i]);
	kvm_vm_free(vm);
	return 0;
}
