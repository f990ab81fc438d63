// SPDX-License-Identifier: GPL-2.0
/*
 * exceptions.c - exceptions raised by the guest and by the VMM
 */
#include "machine32.h"
#include "test.h"

/* exceptions_code.S */
extern const char exceptions_32[], exceptions_into_next[], exceptions_bound[],
	exceptions_int3_next[], exceptions_int_ud[];

#define PAGE	(GUEST_SCRATCH + 0x4000)

static inline void invlpg(uintptr_t address)
{
	asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static GUEST void faults_guest(void)
{
	uint64_t value = 0, cr0 = read_cr0();
	const struct trap_record *trap;

	asm volatile(TRY("div %0") : "+r"(value) : : "r11", "rax", "rdx", "memory");
	EXPECT_TRAP(DE_VECTOR, 0);
	asm volatile(TRY("ud2") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("mov (%0), %%rax") : : "r"(NONCANONICAL) : "r11", "rax", "memory");
	EXPECT_TRAP(GP_VECTOR, 0);
	asm volatile(TRY("mov %0, %%ds") : : "r"(SEL_ABSENT) : "r11", "memory");
	EXPECT_TRAP(NP_VECTOR, SEL_ABSENT);
	asm volatile(TRY("mov %0, %%ss") : : "r"(SEL_ABSENT) : "r11", "memory");
	EXPECT_TRAP(SS_VECTOR, SEL_ABSENT);
	asm volatile(TRY("mov %0, %%ds") : : "r"(0xff8) : "r11", "memory");
	EXPECT_TRAP(GP_VECTOR, 0xff8);
	asm volatile(TRY("int $0x90") : : : "r11", "memory");
	trap = trap_take();				/* a gate that is there */
	GUEST_EQ(trap->vector, 0x90);

	write_cr0(cr0 | CR0_TS);
	asm volatile(TRY("fninit") : : : "r11", "memory");
	EXPECT_TRAP(NM_VECTOR, 0);
	asm volatile(TRY("movaps %%xmm0, %%xmm1") : : : "r11", "memory");
	EXPECT_TRAP(NM_VECTOR, 0);
	write_cr0(cr0);
}

/* #SS(0) of a stack access: RBP is the base, and its address is not canonical. */
static GUEST void stack_fault_guest(void)
{
	asm volatile("mov %%rbp, %%rbx; mov %0, %%rbp\n\t" TRY("mov (%%rbp), %%rax") "\n\t"
		     "mov %%rbx, %%rbp" : : "r"(NONCANONICAL) : "r11", "rax", "rbx", "memory");
	EXPECT_TRAP(SS_VECTOR, 0);
}

static void faults(void)
{
	machine_run64(0, stack_fault_guest);
	machine_run64(0, faults_guest);
}

static GUEST void pf_user(void)
{
	asm volatile(TRY("mov (%0), %%rax") : : "r"((uint64_t)PAGE) : "r11", "rax", "memory");
	asm volatile(TRY("mov %%rax, (%0)") : : "r"((uint64_t)PAGE) : "r11", "rax", "memory");
}

static GUEST void page_faults_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (PAGE >> 12);
	uint64_t good = *pte;

	*pte = 0;
	invlpg(PAGE);
	asm volatile(TRY("mov 8(%0), %%rax") : : "r"((uint64_t)PAGE) : "r11", "rax", "memory");
	EXPECT_TRAP(PF_VECTOR, 0);
	GUEST_EQ(trap_log[0].cr2, PAGE + 8);
	asm volatile(TRY("mov %%rax, (%0)") : : "r"((uint64_t)PAGE) : "r11", "memory");
	EXPECT_TRAP(PF_VECTOR, PF_WRITE);
	asm volatile(TRY("mov %%rax, (%0)") : : "r"((uint64_t)PAGE - 4) : "r11", "memory");
	EXPECT_TRAP(PF_VECTOR, PF_WRITE);
	GUEST_EQ(trap_log[0].cr2, PAGE);

	*pte = good & ~(uint64_t)PTE_WRITE;
	asm volatile(TRY("mov %%rax, (%0)") : : "r"((uint64_t)PAGE) : "r11", "memory");
	EXPECT_TRAP(PF_VECTOR, PF_PRESENT | PF_WRITE);

	*pte = good & ~(uint64_t)PTE_USER;
	invlpg(PAGE);
	user_call(pf_user);
	GUEST_EQ(trap_count, 2);
	GUEST_EQ(trap_log[0].error, PF_PRESENT | PF_USER);
	GUEST_EQ(trap_log[1].error, PF_PRESENT | PF_USER | PF_WRITE);
	trap_count = 0;

	*pte = good | 1ULL << 51;			/* above any MAXPHYADDR here */
	invlpg(PAGE);
	asm volatile(TRY("mov (%0), %%rax") : : "r"((uint64_t)PAGE) : "r11", "rax", "memory");
	EXPECT_TRAP(PF_VECTOR, PF_PRESENT | PF_RESERVED);
	*pte = good & ~(uint64_t)(PTE_ACCESSED | PTE_DIRTY);
	invlpg(PAGE);
	read8(PAGE);
	GUEST_EQ(*pte & (PTE_ACCESSED | PTE_DIRTY), PTE_ACCESSED);
	write8(PAGE, 0);
	GUEST_EQ(*pte & (PTE_ACCESSED | PTE_DIRTY), PTE_ACCESSED | PTE_DIRTY);
}

static void page_faults(void)
{
	machine_run64(0, page_faults_guest);
}

/* Instructions after which the saved RIP is behind them */
static GUEST void traps_guest(void)
{
	const struct trap_record *trap;

	asm volatile(TRY("int3") : : : "r11", "memory");
	trap = trap_take();
	GUEST_EQ(trap->vector, BP_VECTOR);
	GUEST_EQ(trap->rip, trap_at + 1);
	asm volatile(TRY("int $3") : : : "r11", "memory");
	trap = trap_take();
	GUEST_EQ(trap->vector, BP_VECTOR);
	GUEST_EQ(trap->rip, trap_at + 1);		/* as assembled: the one-byte form */
	asm volatile(TRY(".byte 0xcd, 3") : : : "r11", "memory");
	trap = trap_take();
	GUEST_EQ(trap->vector, BP_VECTOR);
	GUEST_EQ(trap->rip, trap_at + 2);
	asm volatile(TRY(".byte 0xcd, 4") : : : "r11", "memory");
	trap = trap_take();
	GUEST_EQ(trap->vector, OF_VECTOR);
	GUEST_EQ(trap->rip, trap_at + 2);
	asm volatile(TRY(".byte 0xf1") : : : "r11", "memory");	/* INT1 */
	trap = trap_take();
	GUEST_EQ(trap->vector, DB_VECTOR);
	GUEST_EQ(trap->rip, trap_at + 1);
}

static void traps(void)
{
	machine_run64(0, traps_guest);
}

static void code32(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start32(vcpu, exceptions_32, PAGING_PSE);
	run_to_done(vcpu);
	trap32_check(vcpu, 0, OF_VECTOR, 0, exceptions_into_next);
	trap32_check(vcpu, 1, BR_VECTOR, 0, exceptions_bound);
	trap32_check(vcpu, 2, BP_VECTOR, 0, exceptions_int3_next);
	trap32_check(vcpu, 3, UD_VECTOR, 0, exceptions_int_ud);
}

static GUEST void ac_user(void)
{
	asm volatile("pushfq; orq %0, (%%rsp); popfq" : : "i"(FLAGS_AC) : "memory");
	asm volatile(TRY("mov 1(%0), %%eax") : : "r"((uint64_t)PAGE) : "r11", "rax", "memory");
	asm volatile("pushfq; andq %0, (%%rsp); popfq" : : "i"(~FLAGS_AC) : "memory");
}

static GUEST void ac_guest(void)
{
	user_call(ac_user);
	EXPECT_NO_TRAP();				/* CR0.AM is clear */
	write_cr0(read_cr0() | CR0_AM);
	user_call(ac_user);
	EXPECT_TRAP(AC_VECTOR, 0);
	GUEST_EQ(trap_log[0].cs, SEL_USER_CODE64 | 3);
	asm volatile("pushfq; orq %0, (%%rsp); popfq" : : "i"(FLAGS_AC) : "memory");
	asm volatile(TRY("mov 1(%0), %%eax") : : "r"((uint64_t)PAGE) : "r11", "rax", "memory");
	asm volatile("pushfq; andq %0, (%%rsp); popfq" : : "i"(~FLAGS_AC) : "memory");
	EXPECT_NO_TRAP();				/* not at CPL 0 */
}

static void alignment(void)
{
	machine_run64(0, ac_guest);
}

static uint16_t fcw GUEST_DATA;
static uint32_t mxcsr GUEST_DATA;

static GUEST void fp_guest(void)
{
	fcw = 0x37b;					/* zero divide is not masked */
	asm volatile("fninit; fldcw %0; fld1; fldz; .byte 0xde, 0xf9" : : "m"(fcw));	/* 1 / 0 */
	asm volatile(TRY("fwait") : : : "r11", "memory");
	EXPECT_TRAP(MF_VECTOR, 0);
	asm volatile("fninit");

	mxcsr = 0x1d80;					/* zero divide is not masked */
	asm volatile("ldmxcsr %0" : : "m"(mxcsr));
	asm volatile("xorps %%xmm0, %%xmm0; pcmpeqd %%xmm1, %%xmm1; psrld $25, %%xmm1; "
		     "pslld $23, %%xmm1" : : : "memory");	/* 1.0 in each */
	asm volatile(TRY("divps %%xmm0, %%xmm1") : : : "r11", "memory");
	EXPECT_TRAP(XM_VECTOR, 0);
	write_cr4(read_cr4() & ~CR4_OSXMMEXCPT);
	asm volatile(TRY("divps %%xmm0, %%xmm1") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	write_cr4(read_cr4() & ~CR4_OSFXSR);
	asm volatile(TRY("movaps %%xmm0, %%xmm1") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

static void fp(void)
{
	machine_run64(0, fp_guest);
}

static GUEST void injected_guest(void)
{
	static uint8_t vectors[] GUEST_DATA = {
		DE_VECTOR, BR_VECTOR, UD_VECTOR, NM_VECTOR, NP_VECTOR, SS_VECTOR, GP_VECTOR,
		PF_VECTOR, AC_VECTOR,
	};
	const struct trap_record *trap;
	unsigned int i;

	for (i = 0; i < sizeof(vectors); i++) {
		/* When the test injects, OUT is done: RIP is behind it. */
		asm volatile("leaq 1f(%%rip), %%r11; movq %%r11, trap_resume; "
			     "leaq 1f(%%rip), %%r11; movq %%r11, trap_at; outl %0, %1; 1:" : :
			     "a"((uint32_t)vectors[i]), "Nd"((uint16_t)PORT_SYNC) :
			     "r11", "memory");
		trap_resume = 0;
		trap = trap_take();
		GUEST_EQ(trap->vector, vectors[i]);
		GUEST_EQ(trap->error, vectors[i] >= NP_VECTOR ? 0x1230 + vectors[i] : 0);
		GUEST_EQ(trap->rip, trap_at);
	}
}

/*
 * The OUT must be completed first: it is by the next KVM_RUN, before the event. With a signal
 * pending that KVM_RUN does nothing else.
 */
static void complete_io(struct l2_vcpu *vcpu)
{
	vcpu->run->immediate_exit = 1;
	CHECK_EQ(l2_run(vcpu), -EINTR);
	vcpu->run->immediate_exit = 0;
}

static void inject(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_vcpu_events events;
	unsigned int i;

	machine_start64(vcpu, injected_guest);
	for (i = 0; i < 9; i++) {
		uint32_t vector = run_to_sync(vcpu);

		complete_io(vcpu);
		events = get_events(vcpu);
		CHECK_EQ(events.exception.injected, 0);
		events.exception.injected = 1;
		events.exception.nr = vector;
		events.exception.has_error_code = vector >= NP_VECTOR;
		events.exception.error_code = vector >= NP_VECTOR ? 0x1230 + vector : 0;
		set_events(vcpu, events);
		events = get_events(vcpu);
		CHECK_EQ(events.exception.injected, 1);
		CHECK_EQ(events.exception.nr, vector);
	}
	run_to_done(vcpu);
	CHECK_EQ(get_events(vcpu).exception.injected, 0);
}

#define ABSENT	(GATE_INTERRUPT & ~GDT_PRESENT)

static GUEST void double_fault_guest(void)
{
	const struct trap_record *trap;

	/* #GP without a gate to take it: #NP while delivering it, both contributory */
	*(volatile uint8_t *)(GUEST_IDT + GP_VECTOR * 16 + 5) = ABSENT;
	asm volatile(TRY("mov (%0), %%rax") : : "r"(NONCANONICAL) : "r11", "rax", "memory");
	EXPECT_TRAP(DF_VECTOR, 0);
	*(volatile uint8_t *)(GUEST_IDT + GP_VECTOR * 16 + 5) = 0x8e;

	/* A benign one gives the second: #NP with the bits IDT and EXT. */
	*(volatile uint8_t *)(GUEST_IDT + UD_VECTOR * 16 + 5) = ABSENT;
	asm volatile(TRY("ud2") : : : "r11", "memory");
	EXPECT_TRAP(NP_VECTOR, UD_VECTOR * 8 + 3);
	/* INT n without a gate: not an external event */
	*(volatile uint8_t *)(GUEST_IDT + 0x90 * 16 + 5) = ABSENT;
	asm volatile(TRY("int $0x90") : : : "r11", "memory");
	EXPECT_TRAP(NP_VECTOR, 0x90 * 8 + 2);

	/* #PF while a #PF is delivered: its stack is not mapped */
	((volatile uint64_t *)GUEST_PT)[PAGE >> 12] = 0;
	invlpg(PAGE);
	asm volatile("mov %%rsp, %%rbx; mov %0, %%rsp\n\t" TRY("mov (%0), %%rax") "\n\t"
		     "mov %%rbx, %%rsp" : : "r"((uint64_t)PAGE + 0x800) :
		     "r11", "rax", "rbx", "memory");
	trap = trap_take();
	GUEST_EQ(trap->vector, DF_VECTOR);
	GUEST_EQ(trap->error, 0);
	GUEST_EQ(trap->rip, trap_at);
}

static void double_fault(void)
{
	machine_run64(0, double_fault_guest);
}

static GUEST void triple_fault_guest(void)
{
	*(volatile uint8_t *)(GUEST_IDT + GP_VECTOR * 16 + 5) = 0;
	*(volatile uint8_t *)(GUEST_IDT + DF_VECTOR * 16 + 5) = 0;
	asm volatile("mov (%0), %%rax" : : "r"(NONCANONICAL) : "rax", "memory");
}

static void triple_fault(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, triple_fault_guest);
	run_to_exit(vcpu, KVM_EXIT_SHUTDOWN);
}

const struct test exceptions_tests[] = {
	{ "exceptions/faults", "#DE #UD #GP #SS #NP #NM: vector, error code, RIP", faults },
	{ "exceptions/page-faults", "#PF: error code, CR2, accessed and dirty bits", page_faults },
	{ "exceptions/traps", "INT3, INT 3, INT 4, INT1: RIP behind them", traps },
	{ "exceptions/code32", "INTO, BOUND, INT3, UD2 in 32-bit code", code32 },
	{ "exceptions/alignment", "#AC at CPL 3 with CR0.AM and EFLAGS.AC, else not", alignment },
	{ "exceptions/fp", "#MF and #XM", fp },
	{ "exceptions/inject", "KVM_SET_VCPU_EVENTS, with and without an error code", inject },
	{ "exceptions/double-fault", "contributory and page faults while delivering",
	  double_fault },
	{ "exceptions/triple-fault", "ends in KVM_EXIT_SHUTDOWN", triple_fault },
	{ }
};
