// SPDX-License-Identifier: GPL-2.0
/*
 * events.c - interrupts and NMIs: when they come, and that they come once
 */
#include "test.h"

/* events_code.S */
void events_sti(void);
void events_mov_ss(void);
void events_popf(void);
void events_sti_cpuid(void);
void events_sti_out(void);
void events_mov_ss_out(void);
void events_sti_hlt(void);
void events_window(void);
void events_nmi_wait(void);
extern const char events_sti_at[], events_mov_ss_at[], events_popf_at[], events_sti_cpuid_at[],
	events_sti_out_at[], events_mov_ss_out_at[], events_sti_hlt_at[], events_window_at[],
	events_nmi[], events_nmi_here[];
extern uint64_t events_nmi_frame, events_nmi_rip;
extern uint32_t events_nmis;

#define VECTOR		0x51
#define ICR_SELF	0x40000
#define ICR_NMI		0x00400

static inline void apic_enable(void)
{
	apic_write(APIC_SPIV, 0x1ff);
	trap_eoi = 1;
}

static inline void self_ipi(uint32_t vector)
{
	apic_write(APIC_ICR2, apic_read(APIC_ID));
	apic_write(APIC_ICR, ICR_SELF | vector);
}

/* One interrupt, at this address */
static inline void expect_irq(uint64_t vector, const char *at)
{
	const struct trap_record *trap = trap_take();

	GUEST_EQ(trap->vector, vector);
	GUEST_EQ(trap->rip, (uintptr_t)at);
	GUEST_EQ(trap->rflags & FLAGS_IF, FLAGS_IF);
}

static GUEST void shadows_guest(void)
{
	apic_enable();
	self_ipi(VECTOR);
	GUEST_EQ(trap_count, 0);
	events_sti();
	expect_irq(VECTOR, events_sti_at);
	self_ipi(VECTOR);
	events_mov_ss();
	expect_irq(VECTOR, events_mov_ss_at);
	self_ipi(VECTOR);
	events_popf();
	expect_irq(VECTOR, events_popf_at);
	self_ipi(VECTOR);
	events_sti_cpuid();
	expect_irq(VECTOR, events_sti_cpuid_at);
	self_ipi(VECTOR);
	events_sti_out();
	expect_irq(VECTOR, events_sti_out_at);
	self_ipi(VECTOR);
	events_mov_ss_out();
	expect_irq(VECTOR, events_mov_ss_out_at);
	self_ipi(VECTOR);
	events_sti_hlt();
	expect_irq(VECTOR, events_sti_hlt_at);
}

static void shadows(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);

	machine_start64(vcpu, shadows_guest);
	CHECK_EQ(run_to_sync(vcpu), 0x50);
	CHECK_EQ(get_events(vcpu).interrupt.shadow, 1 << 1);	/* STI, MOV SS: bits 1, 0 */
	CHECK_EQ(run_to_sync(vcpu), 0x51);
	CHECK_EQ(get_events(vcpu).interrupt.shadow, 1 << 0);
	run_to_done(vcpu);
}

static GUEST void priorities_guest(void)
{
	apic_enable();
	trap_eoi = 1;
	self_ipi(0x41);
	self_ipi(0x91);
	self_ipi(0x61);
	self_ipi(0x61);				/* merges */
	sti_nop_cli();
	sti_nop_cli();
	sti_nop_cli();
	sti_nop_cli();
	GUEST_EQ(trap_count, 3);
	GUEST_EQ(trap_log[0].vector, 0x91);
	GUEST_EQ(trap_log[1].vector, 0x61);
	GUEST_EQ(trap_log[2].vector, 0x41);
	trap_count = 0;
	/* Without EOI a lower or equal class waits, a higher one comes. */
	trap_eoi = 0;
	self_ipi(0x61);
	sti_nop_cli();
	self_ipi(0x62);
	sti_nop_cli();
	GUEST_EQ(trap_count, 1);
	self_ipi(0x71);
	sti_nop_cli();
	GUEST_EQ(trap_count, 2);
	apic_write(APIC_EOI, 0);
	apic_write(APIC_EOI, 0);
	sti_nop_cli();
	GUEST_EQ(trap_count, 3);
	GUEST_EQ(trap_log[2].vector, 0x62);
	apic_write(APIC_EOI, 0);
}

static void priorities(void)
{
	machine_run64(L2_IRQCHIP, priorities_guest);
}

static GUEST void window_guest(void)
{
	events_window();
	expect_irq(VECTOR, events_window_at);
	guest_sync(2);			/* interrupts are off: no window */
	sti();
	guest_sync(3);			/* the window is open at once */
	cli();
	GUEST_EQ(trap_take()->vector, VECTOR + 1);
}

/* No interrupt controller in the kernel: KVM_INTERRUPT */
static void window(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_interrupt irq = { .irq = VECTOR };

	machine_start64(vcpu, window_guest);
	vcpu->run->request_interrupt_window = 1;
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(vcpu->run->if_flag, 0);
	CHECK_EQ(vcpu->run->ready_for_interrupt_injection, 0);
	run_to_exit(vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	CHECK_EQ(vcpu->run->if_flag, 1);
	CHECK_EQ(vcpu->run->ready_for_interrupt_injection, 1);
	CHECK_EQ(get_regs(vcpu).rip, (uintptr_t)events_window_at);
	IOCTL(vcpu->fd, KVM_INTERRUPT, &irq);
	CHECK_EQ(get_events(vcpu).interrupt.injected, 1);
	CHECK_EQ(get_events(vcpu).interrupt.nr, VECTOR);
	vcpu->run->request_interrupt_window = 0;
	CHECK_EQ(run_to_sync(vcpu), 2);
	CHECK_EQ(vcpu->run->if_flag, 0);
	CHECK_EQ(run_to_sync(vcpu), 3);
	vcpu->run->request_interrupt_window = 1;
	run_to_exit(vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	vcpu->run->request_interrupt_window = 0;
	irq.irq = VECTOR + 1;
	IOCTL(vcpu->fd, KVM_INTERRUPT, &irq);
	run_to_done(vcpu);
}

static GUEST void msi_guest(void)
{
	apic_enable();
	guest_sync(1);
	GUEST_EQ(trap_count, 0);
	events_sti();
	expect_irq(VECTOR, events_sti_at);
	sti();
	guest_sync(2);
	cli();
	GUEST_EQ(trap_take()->vector, VECTOR);
}

static void msi(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);
	struct kvm_msi msg = { .address_lo = 0xfee00000, .data = VECTOR };

	machine_start64(vcpu, msi_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(IOCTL(vcpu->l2->vm_fd, KVM_SIGNAL_MSI, &msg), 1);
	CHECK_EQ(run_to_sync(vcpu), 2);
	CHECK_EQ(IOCTL(vcpu->l2->vm_fd, KVM_SIGNAL_MSI, &msg), 1);
	run_to_done(vcpu);
}

static uint64_t nmi_rip GUEST_DATA;

/* The first NMI hands over; the second must not come before its handler returns. */
static GUEST void nmi_hook(struct trap_frame *frame)
{
	if (frame->vector != NMI_VECTOR)
		return;
	if (trap_count == 1) {
		nmi_rip = frame->rip;
		guest_sync(2);
		GUEST_EQ(trap_count, 1);
		asm volatile("cpuid" : : "a"(0) : "rbx", "rcx", "rdx");
		GUEST_EQ(trap_count, 1);
	}
}

static GUEST void nmi_guest(void)
{
	trap_hook = nmi_hook;
	events_nmi_wait();
	GUEST_EQ(trap_count, 2);
	GUEST_EQ(trap_log[0].vector, NMI_VECTOR);
	GUEST_EQ(trap_log[0].rip, (uintptr_t)events_nmi_here);
	GUEST_EQ(trap_log[0].rflags & FLAGS_IF, 0);	/* IF does not matter */
	GUEST_EQ(trap_log[1].vector, NMI_VECTOR);
	GUEST_EQ(trap_log[1].rip, (uintptr_t)events_nmi_here);
	trap_hook = NULL;
	trap_count = 0;
	guest_sync(3);
	GUEST_EQ(trap_count, 1);
	GUEST_EQ(trap_log[0].vector, NMI_VECTOR);
	guest_sync(4);
}

static void nmi(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_vcpu_events events;

	machine_start64(vcpu, nmi_guest);
	CHECK_EQ(run_to_sync(vcpu), 0x100);
	IOCTL(vcpu->fd, KVM_NMI, 0);
	CHECK_EQ(run_to_sync(vcpu), 2);
	events = get_events(vcpu);
	CHECK_EQ(events.nmi.masked, 1);
	CHECK_EQ(events.nmi.injected, 0);
	IOCTL(vcpu->fd, KVM_NMI, 0);
	IOCTL(vcpu->fd, KVM_NMI, 0);			/* one too many: lost */
	CHECK_EQ(run_to_sync(vcpu), 3);
	CHECK_EQ(get_events(vcpu).nmi.masked, 0);
	IOCTL(vcpu->fd, KVM_NMI, 0);
	CHECK_EQ(run_to_sync(vcpu), 4);
	run_to_done(vcpu);
}

#define FRESH	(GUEST_SCRATCH + 0x20000)	/* pages no one has touched */

static GUEST void nmi_iret_guest(void)
{
	events_nmi_wait();
	GUEST_EQ(events_nmis, 2);
	/* The second came after the first was over, and not instead of its IRET. */
	GUEST_EQ(events_nmi_rip, (uintptr_t)events_nmi_here);
}

static void nmi_iret(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_regs regs;
	uint64_t frame[5];

	machine_start64(vcpu, nmi_iret_guest);
	idt_set(vcpu, NMI_VECTOR, (uintptr_t)events_nmi, SEL_CODE64, GATE_INTERRUPT, 0);
	IN_GUEST(vcpu, events_nmi_frame) = FRESH + 0x800;
	CHECK_EQ(run_to_sync(vcpu), 0x100);
	IOCTL(vcpu->fd, KVM_NMI, 0);
	CHECK_EQ(run_to_sync(vcpu), 1);
	regs = get_regs(vcpu);
	memcpy(frame, guest_pointer(vcpu, regs.rsp + 16, sizeof(frame)), sizeof(frame));
	CHECK_EQ(frame[0], (uintptr_t)events_nmi_here);
	memcpy(guest_pointer(vcpu, FRESH + 0x800, sizeof(frame)), frame, sizeof(frame));
	IOCTL(vcpu->fd, KVM_NMI, 0);
	CHECK_EQ(run_to_sync(vcpu), 2);
	run_to_done(vcpu);
}

static GUEST void int_user(void)
{
	asm volatile(TRY("int $0x90") : : : "r11", "memory");
	asm volatile(TRY("int $0x91") : : : "r11", "memory");
}

static GUEST void int_guest(void)
{
	const struct trap_record *trap;

	asm volatile(TRY("int $0x90") : : : "r11", "memory");
	trap = trap_take();
	GUEST_EQ(trap->vector, 0x90);
	GUEST_EQ(trap->rip, trap_at + 2);
	*(volatile uint8_t *)(GUEST_IDT + 0x91 * 16 + 5) = GATE_INTERRUPT | GATE_DPL3;
	user_call(int_user);
	GUEST_EQ(trap_count, 2);
	GUEST_EQ(trap_log[0].vector, GP_VECTOR);
	GUEST_EQ(trap_log[0].error, 0x90 * 8 + 2);
	GUEST_EQ(trap_log[1].vector, 0x91);
	GUEST_EQ(trap_log[1].rip, trap_at + 2);
	GUEST_EQ(trap_log[1].cs, SEL_USER_CODE64 | 3);
	GUEST_EQ(trap_log[1].ss, SEL_USER_DATA | 3);
	GUEST_EQ(trap_log[1].rsp & ~0xfffULL, GUEST_STACK3 - 0x1000);
}

static void int_n(void)
{
	machine_run64(0, int_guest);
}

/* The next event finds its stack on a page that the guest touches for the first time. */
static inline void fresh_stack(uint64_t vector, unsigned int n)
{
	*(volatile uint64_t *)(GUEST_TSS + 0x2c) = FRESH + n * 0x1000 + 0x800;	/* IST2 */
	*(volatile uint8_t *)(GUEST_IDT + vector * 16 + 4) = 2;
	trap_count = 0;
}

static inline void expect_fresh(uint64_t vector, uint64_t error, uint64_t rip)
{
	const struct trap_record *trap = trap_take();

	GUEST_EQ(trap->vector, vector);
	GUEST_EQ(trap->error, error);
	GUEST_EQ(trap->rip, rip);
	*(volatile uint8_t *)(GUEST_IDT + vector * 16 + 4) = 0;
}

static GUEST void first_touch_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (FRESH >> 12) + 30;
	unsigned int n = 0;

	apic_enable();
	fresh_stack(0x90, n++);
	asm volatile(TRY("int $0x90") : : : "r11", "memory");
	expect_fresh(0x90, 0, trap_at + 2);
	fresh_stack(BP_VECTOR, n++);
	asm volatile(TRY("int3") : : : "r11", "memory");
	expect_fresh(BP_VECTOR, 0, trap_at + 1);
	fresh_stack(BP_VECTOR, n++);
	asm volatile(TRY(".byte 0xcd, 3") : : : "r11", "memory");
	expect_fresh(BP_VECTOR, 0, trap_at + 2);
	fresh_stack(UD_VECTOR, n++);
	asm volatile(TRY("ud2") : : : "r11", "memory");
	expect_fresh(UD_VECTOR, 0, trap_at);
	fresh_stack(DE_VECTOR, n++);
	asm volatile(TRY("div %0") : : "r"(0) : "r11", "rax", "rdx", "memory");
	expect_fresh(DE_VECTOR, 0, trap_at);
	fresh_stack(NP_VECTOR, n++);
	asm volatile(TRY("mov %0, %%ds") : : "r"(SEL_ABSENT) : "r11", "memory");
	expect_fresh(NP_VECTOR, SEL_ABSENT, trap_at);
	fresh_stack(PF_VECTOR, n++);
	*pte = 0;
	asm volatile("invlpg (%0)" : : "r"((uint64_t)FRESH + 30 * 0x1000) : "memory");
	asm volatile(TRY("mov %%rax, (%0)") : : "r"((uint64_t)FRESH + 30 * 0x1000) :
		     "r11", "memory");
	expect_fresh(PF_VECTOR, PF_WRITE, trap_at);
	GUEST_EQ(trap_log[0].cr2, FRESH + 30 * 0x1000);
	fresh_stack(VECTOR, n++);
	self_ipi(VECTOR);
	events_sti();
	expect_fresh(VECTOR, 0, (uintptr_t)events_sti_at);
	fresh_stack(NMI_VECTOR, n++);
	events_nmi_wait();
	expect_fresh(NMI_VECTOR, 0, (uintptr_t)events_nmi_here);
	fresh_stack(NMI_VECTOR, n++);
	events_nmi_wait();			/* NMIs are not left blocked */
	expect_fresh(NMI_VECTOR, 0, (uintptr_t)events_nmi_here);
	fresh_stack(0x90, n++);
	user_call(int_user);
	/* #GP at CPL 3, on a stack that is known; then the gate for CPL 3 */
	GUEST_EQ(trap_count, 2);
	trap_count = 0;
	*(volatile uint8_t *)(GUEST_IDT + 0x90 * 16 + 5) = GATE_INTERRUPT | GATE_DPL3;
	fresh_stack(0x90, n++);
	user_call(int_user);
	GUEST_EQ(trap_log[0].vector, 0x90);
	GUEST_EQ(trap_count, 2);
}

/*
 * The page of the stack is not in the EPT yet when the event is delivered: the delivery exits, and
 * the event must be injected again, once.
 */
static void first_touch(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);
	unsigned int i;

	machine_start64(vcpu, first_touch_guest);
	for (i = 0; i < 2; i++) {
		CHECK_EQ(run_to_sync(vcpu), 0x100);
		IOCTL(vcpu->fd, KVM_NMI, 0);
	}
	run_to_done(vcpu);
}

static GUEST void idt_touch_guest(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) idtr = { 0xfff, FRESH };

	apic_enable();
	asm volatile("lidt %0" : : "m"(idtr));
	self_ipi(VECTOR);
	events_sti();
	expect_irq(VECTOR, events_sti_at);
}

static void idt_touch(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);

	machine_start64(vcpu, idt_touch_guest);
	memcpy(guest_pointer(vcpu, FRESH, 4096), guest_pointer(vcpu, GUEST_IDT, 4096), 4096);
	run_to_done(vcpu);
}

#define APIC_LVTT	0x320
#define APIC_TMICT	0x380
#define APIC_TDCR	0x3e0

static GUEST void timer_guest(void)
{
	apic_enable();
	apic_write(APIC_TDCR, 0xb);			/* divide by 1 */
	apic_write(APIC_LVTT, VECTOR);
	apic_write(APIC_TMICT, 100000);
	events_sti_hlt();
	GUEST_EQ(trap_take()->vector, VECTOR);
}

static void timer(void)
{
	machine_run64(L2_IRQCHIP, timer_guest);
}

static GUEST void hlt_guest(void)
{
	asm volatile("hlt");
	guest_sync(1);
	events_sti_hlt();
	expect_irq(VECTOR, events_sti_hlt_at);
}

static void hlt(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_interrupt irq = { .irq = VECTOR };

	machine_start64(vcpu, hlt_guest);
	run_to_exit(vcpu, KVM_EXIT_HLT);
	CHECK_EQ(run_to_sync(vcpu), 1);
	run_to_exit(vcpu, KVM_EXIT_HLT);
	CHECK_EQ(get_regs(vcpu).rip, (uintptr_t)events_sti_hlt_at);
	CHECK_EQ(vcpu->run->ready_for_interrupt_injection, 1);
	IOCTL(vcpu->fd, KVM_INTERRUPT, &irq);
	run_to_done(vcpu);
}

static GUEST void self_nmi_guest(void)
{
	apic_enable();
	trap_eoi = 0;
	apic_write(APIC_ICR, ICR_SELF | ICR_NMI);
	asm volatile("nop");
	GUEST_EQ(trap_take()->vector, NMI_VECTOR);
	/* A halted guest with interrupts off wakes. */
	guest_sync(1);
	asm volatile("hlt");
	GUEST_EQ(trap_take()->vector, NMI_VECTOR);
}

static void self_nmi(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);

	machine_start64(vcpu, self_nmi_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	/* Halted, with the NMI pending: as if it had come then */
	vcpu->run->immediate_exit = 1;
	CHECK_EQ(l2_run(vcpu), -EINTR);
	vcpu->run->immediate_exit = 0;
	IOCTL(vcpu->fd, KVM_SET_MP_STATE,
	      &(struct kvm_mp_state){ .mp_state = KVM_MP_STATE_HALTED });
	set_regs(vcpu, ({
		struct kvm_regs regs = get_regs(vcpu);

		CHECK_EQ(*(uint8_t *)guest_pointer(vcpu, regs.rip, 1), 0xf4);
		regs.rip++;
		regs;
	}));
	IOCTL(vcpu->fd, KVM_NMI, 0);
	run_to_done(vcpu);
}

const struct test events_tests[] = {
	{ "events/shadows", "STI, MOV SS, POPF, HLT: where a pending interrupt comes", shadows },
	{ "events/priorities", "interrupts in the order of their priority, EOI", priorities },
	{ "events/window", "KVM_INTERRUPT and request_interrupt_window", window },
	{ "events/msi", "KVM_SIGNAL_MSI with interrupts off and on", msi },
	{ "events/nmi", "KVM_NMI with IF clear; blocked until IRET, one kept", nmi },
	{ "events/nmi-iret", "an IRET that exits leaves NMIs blocked", nmi_iret },
	{ "events/self-nmi", "NMI by the local APIC; wakes from HLT", self_nmi },
	{ "events/int-n", "INT n at CPL 0 and 3, gate DPL", int_n },
	{ "events/first-touch", "events of each type whose stack is not in the EPT yet",
	  first_touch },
	{ "events/idt-touch", "an interrupt whose IDT is not in the EPT yet", idt_touch },
	{ "events/timer", "HLT until the local APIC's timer", timer },
	{ "events/hlt", "KVM_EXIT_HLT without a local APIC in the kernel", hlt },
	{ }
};
