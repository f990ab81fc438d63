// SPDX-License-Identifier: GPL-2.0
/*
 * debug.c - debug registers, breakpoints and single steps of the guest, and breakpoints of the VMM
 */
#include "test.h"

/* debug_code.S */
void debug_steps(void);
void debug_targets(void);
extern const char debug_exec[], debug_write[], debug_write_next[], debug_read[], debug_read_next[];
extern uint64_t debug_word, debug_step_list[];

#define DEFINE_DR(n)								\
static inline uint64_t read_dr##n(void)						\
{										\
	uint64_t value;								\
										\
	asm volatile("mov %%dr" #n ", %0" : "=r"(value) : : "memory");		\
	return value;								\
}										\
static inline void write_dr##n(uint64_t value)					\
{										\
	asm volatile("mov %0, %%dr" #n : : "r"(value) : "memory");		\
}

DEFINE_DR(0)
DEFINE_DR(1)
DEFINE_DR(2)
DEFINE_DR(3)
DEFINE_DR(6)
DEFINE_DR(7)

#define DR7_G(n)	(2ULL << 2 * (n))
#define DR7_RW(n, rw)	((uint64_t)(rw) << (16 + 4 * (n)))
#define DR7_LEN(n, len)	((uint64_t)(len) << (18 + 4 * (n)))

static GUEST void registers_guest(void)
{
	uint64_t value;

	write_dr0(0x1111111111111111);
	write_dr1(0x2222222222222222);
	write_dr2(0x3333333333333333);
	write_dr3(0x4444444444444444);
	write_dr6(0xffffffff);
	write_dr7(0xffff0000);
	GUEST_EQ(read_dr0(), 0x1111111111111111);
	GUEST_EQ(read_dr3(), 0x4444444444444444);
	guest_sync(read_dr6());
	guest_sync(read_dr7());
	/* The VMM has changed them. */
	GUEST_EQ(read_dr0(), 0x5555);
	GUEST_EQ(read_dr1(), 0x6666);
	GUEST_EQ(read_dr2(), 0x7777);
	GUEST_EQ(read_dr3(), 0x8888);
	GUEST_EQ(read_dr6(), DR6_FIXED | DR6_BS);
	GUEST_EQ(read_dr7(), DR7_FIXED | 0x300);

	/* DR4 and DR5 are DR6 and DR7, or do not exist. */
	asm volatile(TRY("mov %%dr4, %0") : "=r"(value) : : "r11", "memory");
	EXPECT_NO_TRAP();
	GUEST_EQ(value, DR6_FIXED | DR6_BS);
	write_cr4(read_cr4() | CR4_DE);
	asm volatile(TRY("mov %%dr4, %0") : "=r"(value) : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("mov %0, %%dr5") : : "r"(0x400UL) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("mov %0, %%dr6") : : "r"(1UL << 32) : "r11", "memory");
	EXPECT_TRAP(GP_VECTOR, 0);
	asm volatile(TRY("mov %0, %%dr7") : : "r"(1UL << 32) : "r11", "memory");
	EXPECT_TRAP(GP_VECTOR, 0);
}

static void registers(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_debugregs regs;

	machine_start64(vcpu, registers_guest);
	CHECK_EQ(run_to_sync(vcpu) & 0xf00f, 0xe00f);
	IOCTL(vcpu->fd, KVM_GET_DEBUGREGS, &regs);
	CHECK_EQ(regs.db[0], 0x1111111111111111);
	CHECK_EQ(regs.db[1], 0x2222222222222222);
	CHECK_EQ(regs.db[2], 0x3333333333333333);
	CHECK_EQ(regs.db[3], 0x4444444444444444);
	CHECK_EQ(regs.dr6 & 0xf00f, 0xe00f);
	CHECK_EQ(regs.dr7, 0xffff0400);
	CHECK_EQ(run_to_sync(vcpu), 0xffff0400);
	regs.db[0] = 0x5555;
	regs.db[1] = 0x6666;
	regs.db[2] = 0x7777;
	regs.db[3] = 0x8888;
	regs.dr6 = DR6_FIXED | DR6_BS;
	regs.dr7 = DR7_FIXED | 0x300;
	IOCTL(vcpu->fd, KVM_SET_DEBUGREGS, &regs);
	run_to_done(vcpu);
}

static GUEST void general_detect_guest(void)
{
	const struct trap_record *trap;
	uint64_t value;

	write_dr6(DR6_FIXED);
	write_dr7(DR7_FIXED | DR7_GD);
	asm volatile(TRY("mov %%dr0, %0") : "=r"(value) : : "r11", "memory");
	trap = trap_take();
	GUEST_EQ(trap->vector, DB_VECTOR);
	GUEST_EQ(trap->rip, trap_at);			/* a fault */
	GUEST_EQ(trap->dr6, DR6_FIXED | DR6_BD);
	GUEST_EQ(read_dr7(), DR7_FIXED);		/* GD was cleared */
	write_dr6(DR6_FIXED);
	write_dr7(DR7_FIXED | DR7_GD);
	asm volatile(TRY("mov %0, %%dr7") : : "r"(0x400UL) : "r11", "memory");
	EXPECT_TRAP(DB_VECTOR, 0);
}

static void general_detect(void)
{
	machine_run64(0, general_detect_guest);
}

static GUEST void set_rf(struct trap_frame *frame)
{
	frame->rflags |= FLAGS_RF;
}

static GUEST void breakpoints_guest(void)
{
	trap_hook = set_rf;
	write_dr0((uintptr_t)debug_exec);
	write_dr1((uintptr_t)&debug_word);
	write_dr2((uintptr_t)&debug_word);
	write_dr6(DR6_FIXED);
	write_dr7(DR7_FIXED | DR7_G(0) | DR7_G(1) | DR7_RW(1, 1) | DR7_LEN(1, 3));
	debug_targets();
	GUEST_EQ(trap_count, 2);
	GUEST_EQ(trap_log[0].vector, DB_VECTOR);
	GUEST_EQ(trap_log[0].rip, (uintptr_t)debug_exec);	/* a fault */
	GUEST_EQ(trap_log[0].dr6, DR6_FIXED | 1);
	GUEST_EQ(trap_log[1].vector, DB_VECTOR);
	GUEST_EQ(trap_log[1].rip, (uintptr_t)debug_write_next);	/* a trap */
	GUEST_EQ(trap_log[1].dr6 & 2, 2);

	/* Reads and writes, set up anew after an exit to user space */
	guest_sync(1);
	trap_count = 0;
	write_dr6(DR6_FIXED);
	write_dr7(DR7_FIXED | DR7_G(2) | DR7_RW(2, 3) | DR7_LEN(2, 3));
	guest_sync(2);
	debug_targets();
	write_dr7(DR7_FIXED);
	GUEST_EQ(trap_count, 2);
	GUEST_EQ(trap_log[0].rip, (uintptr_t)debug_write_next);
	GUEST_EQ(trap_log[1].rip, (uintptr_t)debug_read_next);
	GUEST_EQ(trap_log[1].dr6 & 0xf, 4);
	debug_targets();
	GUEST_EQ(trap_count, 2);
}

static void breakpoints(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, breakpoints_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(run_to_sync(vcpu), 2);
	run_to_done(vcpu);
}

static GUEST void step_hook(struct trap_frame *frame)
{
	(void)frame;		/* TF is clear in the handler and is restored by IRET */
}

static GUEST void steps_guest(void)
{
	unsigned int i;

	trap_hook = step_hook;
	write_dr6(DR6_FIXED);
	debug_steps();
	for (i = 0; debug_step_list[i]; i++) {
		GUEST_EQ(trap_log[i].vector, DB_VECTOR);
		GUEST_EQ(trap_log[i].rip, debug_step_list[i]);
		GUEST_EQ(trap_log[i].dr6 & DR6_BS, DR6_BS);
	}
	GUEST_EQ(trap_count, i);
}

static void steps(void)
{
	machine_run64(0, steps_guest);
}

static GUEST void io_step_guest(void)
{
	trap_hook = step_hook;
	write_dr6(DR6_FIXED);
	asm volatile("pushfq; orq %0, (%%rsp); popfq; outl %%eax, %1; 1: nop; pushfq; "
		     "andq %2, (%%rsp); popfq; leaq 1b(%%rip), %%rax; movq %%rax, trap_at" : :
		     "i"(FLAGS_TF), "Nd"((uint16_t)PORT_SYNC), "i"(~FLAGS_TF) : "rax", "memory");
	/* OUT, NOP, PUSHF, AND, POPF */
	GUEST_EQ(trap_count, 5);
	GUEST_EQ(trap_log[0].rip, trap_at);
	GUEST_EQ(trap_log[0].dr6, DR6_FIXED | DR6_BS);
	GUEST_EQ(trap_log[1].rip, trap_at + 1);
}

/* The single-step trap of an instruction that user space completes */
static void io_step(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, io_step_guest);
	run_to_sync(vcpu);
	run_to_done(vcpu);
}

static void debug_control(struct l2_vcpu *vcpu, uint32_t control, uint64_t address)
{
	struct kvm_guest_debug debug = { .control = control };

	if (control & KVM_GUESTDBG_USE_HW_BP) {
		debug.arch.debugreg[0] = address;
		debug.arch.debugreg[7] = DR7_FIXED | DR7_G(0);
	}
	IOCTL(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug);
}

static GUEST void vmm_breakpoint_guest(void)
{
	/* What the guest has in its registers does not matter, and is not changed. */
	write_dr0(0x1234);
	write_dr7(DR7_FIXED);
	guest_sync(1);
	debug_targets();
	GUEST_EQ(read_dr0(), 0x1234);
	GUEST_EQ(read_dr7(), DR7_FIXED);
	asm volatile("int3" : : : "memory");
	asm volatile(TRY("int3") : : : "r11", "memory");
	GUEST_EQ(trap_take()->vector, BP_VECTOR);
}

static void vmm_breakpoint(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_regs regs;

	machine_start64(vcpu, vmm_breakpoint_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	debug_control(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP |
			    KVM_GUESTDBG_USE_SW_BP, (uintptr_t)debug_write);
	run_to_exit(vcpu, KVM_EXIT_DEBUG);
	CHECK_EQ(vcpu->run->debug.arch.pc, (uintptr_t)debug_write);
	CHECK_EQ(vcpu->run->debug.arch.exception, DB_VECTOR);
	CHECK_EQ(vcpu->run->debug.arch.dr7, DR7_FIXED | DR7_G(0));
	/* On without the hardware breakpoint; the guest's registers are still hidden from it */
	debug_control(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP, 0);
	run_to_exit(vcpu, KVM_EXIT_DEBUG);
	CHECK_EQ(vcpu->run->debug.arch.exception, BP_VECTOR);
	regs = get_regs(vcpu);
	CHECK_EQ(vcpu->run->debug.arch.pc, regs.rip);
	regs.rip++;
	set_regs(vcpu, regs);
	debug_control(vcpu, 0, 0);
	run_to_done(vcpu);
}

const struct test debug_tests[] = {
	{ "debug/registers", "MOV DR, seen by the VMM and set by it; DR4, DR5, CR4.DE", registers },
	{ "debug/general-detect", "DR7.GD", general_detect },
	{ "debug/breakpoints", "execution and data breakpoints of the guest", breakpoints },
	{ "debug/single-step", "RFLAGS.TF over CPUID, STI, MOV SS", steps },
	{ "debug/single-step-io", "RFLAGS.TF over an OUT that user space completes", io_step },
	{ "debug/vmm-breakpoints", "KVM_GUESTDBG_USE_HW_BP and USE_SW_BP", vmm_breakpoint },
	{ }
};
