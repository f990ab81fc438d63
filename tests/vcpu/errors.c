// SPDX-License-Identifier: GPL-2.0
/*
 * errors.c - what KVM gives up on
 */
#include "test.h"

struct table {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static struct table idtr GUEST_DATA = { 0xfff, GUEST_MMIO };

static GUEST void delivery_guest(void)
{
	/* Known as MMIO from now on: the first touch would end in an emulation failure. */
	read8(GUEST_MMIO);
	asm volatile("lidt %0" : : "m"(idtr));
	asm volatile("int $0x40" : : : "memory");
}

static void delivery(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, delivery_guest);
	run_to_exit(vcpu, KVM_EXIT_MMIO);
	run_to_exit(vcpu, KVM_EXIT_INTERNAL_ERROR);
	CHECK_EQ(vcpu->run->internal.suberror, KVM_INTERNAL_ERROR_DELIVERY_EV);
	CHECK(vcpu->run->internal.ndata >= 4);
	/* IDT-vectoring information: valid, software interrupt, 0x40; EPT misconfiguration */
	CHECK_EQ(vcpu->run->internal.data[0], 0x80000440);
	CHECK_EQ(vcpu->run->internal.data[1] & 0xffff, 49);
	CHECK_EQ(vcpu->run->internal.data[3], GUEST_MMIO + 0x40 * 16);
}

static GUEST void emulation_guest(void)
{
	asm volatile("fldz; movq $1f, trap_at; 1: fbstp (%0)" : : "r"((uint64_t)GUEST_MMIO) :
		     "memory");
}

static GUEST void emulation_user(void)
{
	asm volatile("fldz");
	asm volatile(TRY("fbstp (%0)") : : "r"((uint64_t)GUEST_MMIO) : "r11", "memory");
}

static GUEST void emulation_user_guest(void)
{
	user_call(emulation_user);
	EXPECT_TRAP(UD_VECTOR, 0);
}

/* A device accessed by an instruction that the emulator does not know: #UD at CPL 3 */
static void emulation(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, emulation_guest);
	run_to_exit(vcpu, KVM_EXIT_INTERNAL_ERROR);
	CHECK_EQ(vcpu->run->internal.suberror, KVM_INTERNAL_ERROR_EMULATION);
	CHECK_EQ(get_regs(vcpu).rip, IN_GUEST(vcpu, trap_at));

	vcpu = machine_new(0);
	machine_start64(vcpu, emulation_user_guest);
	run_to_done(vcpu);
}

static GUEST void nothing_guest(void)
{
}

/* State that KVM takes and the CPU does not: a failed entry, and the vCPU still lives. */
static void bad_entry(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_sregs good, bad;

	machine_start64(vcpu, nothing_guest);
	good = bad = get_sregs(vcpu);
	bad.tr.base = NONCANONICAL;
	set_sregs(vcpu, bad);
	run_to_exit(vcpu, KVM_EXIT_FAIL_ENTRY);
	CHECK_EQ(vcpu->run->fail_entry.hardware_entry_failure_reason, 0x80000021);
	set_sregs(vcpu, good);
	run_to_done(vcpu);
}

const struct test errors_tests[] = {
	{ "errors/delivery", "an IDT in MMIO: KVM_INTERNAL_ERROR_DELIVERY_EV", delivery },
	{ "errors/emulation", "an instruction that cannot be emulated", emulation },
	{ "errors/bad-entry", "KVM_EXIT_FAIL_ENTRY, and back to life", bad_entry },
	{ }
};
