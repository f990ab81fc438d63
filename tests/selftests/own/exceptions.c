// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions that the guest's own instructions raise: vector, error code, CR2, DR6, RIP. Most never
 * exit; those that do (#UD, #DB, and whatever the backend chose) have to look the same.
 */
#include "own.h"

#define MXCSR_NO_DIVIDE_TRAP	0x1f80		/* reset value: all masked */
#define MXCSR_DIVIDE_TRAP	(MXCSR_NO_DIVIDE_TRAP & ~0x200)
#define NOT_MAPPED		0x700000000000ul

#define RFLAGS_TF	(1ul << 8)

#define DR6_RESET		0xffff0ff0ul
#define DR7_RESET		0x400ul

#define SELECTOR_BEYOND_GDT	0x1230
#define SELECTOR_NOT_PRESENT	0xa0
#define DATA_NOT_PRESENT	0x00cf12000000fffful

static volatile uint64_t hits[32], last_rip, last_dr6, skip_bytes;

static uint64_t read_dr6(void)
{
	uint64_t value;

	asm volatile("mov %%dr6, %0" : "=r"(value));
	return value;
}

static void write_dr6(uint64_t value)
{
	asm volatile("mov %0, %%dr6" : : "r"(value));
}

static uint64_t read_dr7(void)
{
	uint64_t value;

	asm volatile("mov %%dr7, %0" : "=r"(value));
	return value;
}

static void write_dr7(uint64_t value)
{
	asm volatile("mov %0, %%dr7" : : "r"(value));
}

static void count(struct ex_regs *regs)
{
	hits[regs->vector]++;
	last_rip = regs->rip;
	regs->rip += skip_bytes;
}

static void on_not_available(struct ex_regs *regs)
{
	asm volatile("clts");
	hits[NM_VECTOR]++;
}

static void debug_trap(struct ex_regs *regs)
{
	hits[DB_VECTOR]++;
	last_rip = regs->rip;
	last_dr6 = read_dr6();
	write_dr6(DR6_RESET);
	write_dr7(DR7_RESET);
	regs->rflags &= ~RFLAGS_TF;
}

static void descriptors(void)
{
	uint64_t *gdt = (uint64_t *)get_gdt().address;
	uint64_t error;

	gdt[SELECTOR_NOT_PRESENT / 8] = DATA_NOT_PRESENT;
	GUEST_ASSERT_EQ(kvm_asm_safe_ec("mov %%ax, %%es", error, "a"(SELECTOR_BEYOND_GDT)), GP_VECTOR);
	GUEST_ASSERT_EQ(error, SELECTOR_BEYOND_GDT);
	GUEST_ASSERT_EQ(kvm_asm_safe_ec("mov %%ax, %%es", error, "a"(SELECTOR_NOT_PRESENT)), NP_VECTOR);
	GUEST_ASSERT_EQ(error, SELECTOR_NOT_PRESENT);
	GUEST_ASSERT_EQ(kvm_asm_safe_ec("mov %%ax, %%ss", error, "a"(SELECTOR_NOT_PRESENT)), SS_VECTOR);
	GUEST_ASSERT_EQ(error, SELECTOR_NOT_PRESENT);
}

static void page_faults(void)
{
	uint64_t error, cr2;

	GUEST_ASSERT_EQ(kvm_asm_safe_ec("mov (%%rax), %%dl", error, "a"(NOT_MAPPED + 5)), PF_VECTOR);
	asm volatile("mov %%cr2, %0" : "=r"(cr2));
	GUEST_ASSERT_EQ(error, 0);
	GUEST_ASSERT_EQ(cr2, NOT_MAPPED + 5);
	GUEST_ASSERT_EQ(kvm_asm_safe_ec("movb $1, (%%rax)", error, "a"(NOT_MAPPED + 9)), PF_VECTOR);
	asm volatile("mov %%cr2, %0" : "=r"(cr2));
	GUEST_ASSERT_EQ(error, 2);
	GUEST_ASSERT_EQ(cr2, NOT_MAPPED + 9);
}

static void floating_point(void)
{
	uint32_t mxcsr = MXCSR_DIVIDE_TRAP;
	uint16_t control = 0x37b;	/* divide by zero not masked */
	uint64_t cr0 = get_cr0(), found;
	float zero = 0, one = 1;

	/* C code may use SSE, so assertions have to wait until TS is clear. */
	asm volatile("mov %1, %%cr0; mov %%cr0, %0; fnop" : "=&r"(found) : "r"(cr0 | X86_CR0_TS));
	GUEST_ASSERT(found & X86_CR0_TS);
	GUEST_ASSERT_EQ(hits[NM_VECTOR], 1);
	GUEST_ASSERT(!(get_cr0() & X86_CR0_TS));

	/* LMSW sets TS and MP, and cannot leave protected mode. */
	asm volatile("lmsw %w1; mov %%cr0, %0; mov %2, %%cr0" : "=&r"(found) : "r"(0xa), "r"(cr0));
	GUEST_ASSERT_EQ(found & 0xf, 0xb);

	set_cr4(get_cr4() | X86_CR4_OSXMMEXCPT);
	asm volatile("ldmxcsr %0; movss %1, %%xmm0" : : "m"(mxcsr), "m"(one));
	GUEST_ASSERT_EQ(kvm_asm_safe("divss (%%rax), %%xmm0", "a"(&zero)), XM_VECTOR);
	mxcsr = MXCSR_NO_DIVIDE_TRAP;
	asm volatile("ldmxcsr %0" : : "m"(mxcsr));

	asm volatile("fninit; fldcw %0; fld1; fdivs %1" : : "m"(control), "m"(zero));
	GUEST_ASSERT_EQ(kvm_asm_safe("fwait"), MF_VECTOR);
	asm volatile("fnclex; fninit");
}

static void traps(void)
{
	uint64_t next;

	asm volatile("lea 1f(%%rip), %0; int3; 1:" : "=r"(next));
	GUEST_ASSERT_EQ(hits[BP_VECTOR], 1);
	GUEST_ASSERT_EQ(last_rip, next);

	asm volatile("lea 1f(%%rip), %0; .byte 0xf1; 1:" : "=r"(next));
	GUEST_ASSERT_EQ(hits[DB_VECTOR], 1);
	GUEST_ASSERT_EQ(last_rip, next);

	/* A trap after the instruction behind POPF. */
	asm volatile("lea 1f(%%rip), %0; pushf; orl $0x100, (%%rsp); popf; nop; 1: nop" : "=r"(next));
	GUEST_ASSERT_EQ(hits[DB_VECTOR], 2);
	GUEST_ASSERT_EQ(last_rip, next);
	GUEST_ASSERT_EQ(last_dr6, DR6_RESET | 1ul << 14);

	/* The same over an instruction that exits. */
	asm volatile("lea 1f(%%rip), %0; pushf; orl $0x100, (%%rsp); popf; cpuid; 1: nop"
		     : "=&r"(next) : "a"(0), "c"(0) : "rbx", "rdx");
	GUEST_ASSERT_EQ(hits[DB_VECTOR], 3);
	GUEST_ASSERT_EQ(last_rip, next);
	GUEST_ASSERT_EQ(last_dr6, DR6_RESET | 1ul << 14);
}

static void breakpoints(void)
{
	static volatile uint64_t watched;
	uint64_t value;

	GUEST_ASSERT_EQ(read_dr7(), DR7_RESET);
	GUEST_ASSERT_EQ(read_dr6(), DR6_RESET);

	/* Execution, a fault: debug_trap() clears DR7, so the instruction runs then. */
	asm volatile("lea 1f(%%rip), %0; mov %0, %%dr1; mov %1, %%dr7; 1: nop"
		     : "=&r"(value) : "r"(DR7_RESET | 1 << 2));
	GUEST_ASSERT_EQ(hits[DB_VECTOR], 4);
	GUEST_ASSERT_EQ(last_rip, value);
	GUEST_ASSERT_EQ(last_dr6, DR6_RESET | 1 << 1);

	/* Data written, four bytes, a trap. */
	asm volatile("mov %0, %%dr3" : : "r"(&watched));
	write_dr7(DR7_RESET | 1 << 6 | 0xdul << 28);
	watched = 1;
	GUEST_ASSERT_EQ(hits[DB_VECTOR], 5);
	GUEST_ASSERT_EQ(last_dr6, DR6_RESET | 1 << 3);
	asm volatile("mov %%dr3, %0" : "=r"(value));
	GUEST_ASSERT_EQ(value, (uint64_t)&watched);

	/* General detect: the access does not happen, the handler clears GD with DR7. */
	write_dr7(DR7_RESET | 1 << 13);
	asm volatile("mov %%dr0, %0" : "=r"(value));
	GUEST_ASSERT_EQ(hits[DB_VECTOR], 6);
	GUEST_ASSERT_EQ(last_dr6, DR6_RESET | 1 << 13);

	/* Across an exit to user space the registers are the guest's. */
	asm volatile("mov %0, %%dr2" : : "r"(0x123456789abul));
	GUEST_SYNC(1);
	asm volatile("mov %%dr2, %0" : "=r"(value));
	GUEST_ASSERT_EQ(value, 0x123456789ab);
	GUEST_ASSERT_EQ(kvm_asm_safe("mov %%rax, %%dr7", "a"(1ul << 32)), GP_VECTOR);
}

/* A fault whose handler is not present faults again, in a contributory way: #DF. */
static void double_fault(void)
{
	struct idt_entry *gate = (struct idt_entry *)get_idt().address + GP_VECTOR;
	uint64_t error;

	gate->p = 0;
	GUEST_ASSERT_EQ(kvm_asm_safe_ec("wrmsr", error, "c"(0xdeadbeef)), DF_VECTOR);
	gate->p = 1;
	GUEST_ASSERT_EQ(error, 0);
}

static void guest(void)
{
	uint64_t error = 0;

	GUEST_ASSERT_EQ(kvm_asm_safe("ud2"), UD_VECTOR);
	GUEST_ASSERT_EQ(kvm_asm_safe_ec("wrmsr", error, "c"(0xdeadbeef)), GP_VECTOR);
	GUEST_ASSERT_EQ(error, 0);
	GUEST_ASSERT_EQ(kvm_asm_safe_ec("mov (%%rax), %%dl", error, "a"(1ul << 62)), GP_VECTOR);

	skip_bytes = 2;
	asm volatile("xor %%edx, %%edx; xor %%ecx, %%ecx; div %%ecx" : : "a"(1) : "rcx", "rdx");
	GUEST_ASSERT_EQ(hits[DE_VECTOR], 1);
	skip_bytes = 0;

	descriptors();
	page_faults();
	floating_point();
	traps();
	breakpoints();
	double_fault();
	GUEST_DONE();
}

int main(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest);

	vm_install_exception_handler(vm, DE_VECTOR, count);
	vm_install_exception_handler(vm, NM_VECTOR, on_not_available);
	vm_install_exception_handler(vm, BP_VECTOR, count);
	vm_install_exception_handler(vm, DB_VECTOR, debug_trap);
	run_to_end(vcpu);
	kvm_vm_free(vm);
	return 0;
}
