// SPDX-License-Identifier: GPL-2.0
/*
 * tpr.c - the task priority: CR8 and the local APIC's register
 */
#include "test.h"

#define VECTOR	0x51

static inline void apic_enable(void)
{
	apic_write(APIC_SPIV, 0x1ff);
	trap_eoi = 1;
}

static inline void self_ipi(uint32_t vector)
{
	apic_write(APIC_ICR, 0x40000 | vector);
}

#define APIC_PPR	0xa0

static GUEST void agree_guest(void)
{
	unsigned int i;

	apic_enable();
	for (i = 0; i < 16; i++) {
		write_cr8(i);
		GUEST_EQ(apic_read(APIC_TPR), i << 4);
		GUEST_EQ(apic_read(APIC_PPR), i << 4);
		apic_write(APIC_TPR, (15 - i) << 4 | 3);
		GUEST_EQ(read_cr8(), 15 - i);
		GUEST_EQ(apic_read(APIC_TPR), (15 - i) << 4 | 3);
	}
}

static void agree(void)
{
	machine_run64(L2_IRQCHIP, agree_guest);
}

/* Lower CR8 with an interrupt held back: it comes before the next instruction. */
static inline void lower_cr8(uint64_t value)
{
	asm volatile("leaq 1f(%%rip), %%rax; movq %%rax, trap_at; movq %0, %%cr8; 1: nop" : :
		     "r"(value) : "rax", "memory");
}

static GUEST void held_guest(void)
{
	unsigned int i;

	apic_enable();
	for (i = 0; i < 3; i++) {
		write_cr8(5);
		self_ipi(VECTOR);		/* class 5: held back */
		sti();
		asm volatile("nop; nop");
		GUEST_EQ(trap_count, 0);
		lower_cr8(4);
		cli();
		GUEST_EQ(trap_count, 1);
		GUEST_EQ(trap_log[0].rip, trap_at);
		GUEST_EQ(trap_take()->vector, VECTOR);

		write_cr8(15);
		self_ipi(VECTOR);
		self_ipi(0xa1);
		sti();
		lower_cr8(9);			/* lets class 10 through, not 5 */
		GUEST_EQ(trap_count, 1);
		GUEST_EQ(trap_log[0].rip, trap_at);
		GUEST_EQ(trap_take()->vector, 0xa1);
		lower_cr8(6);
		GUEST_EQ(trap_count, 0);
		lower_cr8(0);
		cli();
		GUEST_EQ(trap_log[0].rip, trap_at);
		GUEST_EQ(trap_take()->vector, VECTOR);

		/* Lowered with IF clear: it comes when that is set. */
		write_cr8(7);
		self_ipi(VECTOR);
		lower_cr8(0);
		GUEST_EQ(trap_count, 0);
		sti_nop_cli();
		GUEST_EQ(trap_take()->vector, VECTOR);
		/* By the register in memory */
		apic_write(APIC_TPR, 0x50);
		self_ipi(VECTOR);
		sti();
		asm volatile("nop; nop");
		GUEST_EQ(trap_count, 0);
		apic_write(APIC_TPR, 0x40);
		cli();
		GUEST_EQ(trap_take()->vector, VECTOR);
		/* Raised by CR8, lowered in memory, and read back */
		write_cr8(5);
		self_ipi(VECTOR);
		sti();
		apic_write(APIC_TPR, 0);
		cli();
		GUEST_EQ(trap_take()->vector, VECTOR);
		GUEST_EQ(read_cr8(), 0);
	}
}

static void held(void)
{
	machine_run64(L2_IRQCHIP, held_guest);
}

static GUEST void msi_guest(void)
{
	apic_enable();
	write_cr8(5);
	sti();
	guest_sync(1);				/* the test sends class 5 */
	asm volatile("nop");
	GUEST_EQ(trap_count, 0);
	guest_sync(2);				/* and class 6 */
	asm volatile("nop");
	GUEST_EQ(trap_take()->vector, 0x61);
	lower_cr8(4);
	cli();
	GUEST_EQ(trap_log[0].rip, trap_at);
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
	msg.data = 0x61;
	CHECK_EQ(IOCTL(vcpu->l2->vm_fd, KVM_SIGNAL_MSI, &msg), 1);
	run_to_done(vcpu);
}

static GUEST void vmm_guest(void)
{
	apic_enable();
	write_cr8(2);
	guest_sync(1);
	GUEST_EQ(read_cr8(), 9);
	GUEST_EQ(apic_read(APIC_TPR), 0x90);
	guest_sync(2);
	GUEST_EQ(read_cr8(), 11);
	GUEST_EQ(apic_read(APIC_TPR), 0xb5);
}

/* The VMM reads it and writes it, by KVM_SET_SREGS and KVM_SET_LAPIC. */
static void vmm(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);
	struct kvm_lapic_state apic;
	struct kvm_sregs sregs;

	machine_start64(vcpu, vmm_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	IOCTL(vcpu->fd, KVM_GET_LAPIC, &apic);
	CHECK_EQ((uint8_t)apic.regs[APIC_TPR], 0x20);
	sregs = get_sregs(vcpu);
	CHECK_EQ(sregs.cr8, 2);
	sregs.cr8 = 9;
	set_sregs(vcpu, sregs);
	CHECK_EQ(run_to_sync(vcpu), 2);
	IOCTL(vcpu->fd, KVM_GET_LAPIC, &apic);
	CHECK_EQ((uint8_t)apic.regs[APIC_TPR], 0x90);
	apic.regs[APIC_TPR] = (char)0xb5;
	IOCTL(vcpu->fd, KVM_SET_LAPIC, &apic);
	CHECK_EQ(get_sregs(vcpu).cr8, 11);
	run_to_done(vcpu);
}

static GUEST void user_space_guest(void)
{
	GUEST_EQ(read_cr8(), 3);		/* run->cr8 */
	write_cr8(7);				/* raised: no exit */
	guest_sync(1);
	GUEST_EQ(read_cr8(), 7);
	write_cr8(7);
	write_cr8(2);				/* lowered: KVM_EXIT_SET_TPR */
	GUEST_EQ(read_cr8(), 2);
	guest_sync(2);
	GUEST_EQ(read_cr8(), 12);
}

/* The local APIC is user space's. */
static void user_space(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, user_space_guest);
	vcpu->run->cr8 = 3;
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(vcpu->run->cr8, 7);
	run_to_exit(vcpu, KVM_EXIT_SET_TPR);
	CHECK_EQ(vcpu->run->cr8, 2);
	CHECK_EQ(run_to_sync(vcpu), 2);
	vcpu->run->cr8 = 12;
	run_to_done(vcpu);
}

const struct test tpr_tests[] = {
	{ "tpr/agree", "CR8 and the APIC's TPR are one", agree },
	{ "tpr/held", "an interrupt held back comes when CR8 or TPR is lowered", held },
	{ "tpr/msi", "the same for interrupts from outside", msi },
	{ "tpr/vmm", "KVM_GET/SET_SREGS and KVM_GET/SET_LAPIC", vmm },
	{ "tpr/user-space", "KVM_EXIT_SET_TPR and kvm_run.cr8 without an APIC in the kernel",
	  user_space },
	{ }
};
