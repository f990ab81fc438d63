// SPDX-License-Identifier: GPL-2.0
/*
 * The task priority, by CR8 and by the APIC's register, holds back interrupts; lowering it lets
 * them in at once. In xAPIC and x2APIC mode.
 */
#include "own.h"
#include "apic.h"

#define VECTOR_LOW	0x45
#define VECTOR_HIGH	0xa5

static volatile uint64_t hits[256];
static bool x2apic;

static void write_reg(unsigned int reg, uint32_t value)
{
	if (x2apic)
		x2apic_write_reg(reg, value);
	else
		xapic_write_reg(reg, value);
}

static uint32_t read_reg(unsigned int reg)
{
	return x2apic ? x2apic_read_reg(reg) : xapic_read_reg(reg);
}

static void write_cr8(uint64_t value)
{
	asm volatile("mov %0, %%cr8" : : "r"(value) : "memory");
}

static uint64_t read_cr8(void)
{
	uint64_t value;

	asm volatile("mov %%cr8, %0" : "=r"(value));
	return value;
}

static void on_irq(struct ex_regs *regs)
{
	hits[regs->vector]++;
	write_reg(APIC_EOI, 0);
}

static void send(uint8_t vector)
{
	write_reg(APIC_ICR, APIC_DEST_SELF | APIC_INT_ASSERT | APIC_DM_FIXED | vector);
}

static void guest(bool use_x2apic)
{
	uint64_t i;

	x2apic = use_x2apic;
	if (x2apic)
		x2apic_enable();
	else
		xapic_enable();
	asm volatile("sti");

	for (i = 0; i < 16; i++) {
		write_cr8(i);
		GUEST_ASSERT_EQ(read_cr8(), i);
		GUEST_ASSERT_EQ(read_reg(APIC_TASKPRI), i << 4);
		write_reg(APIC_TASKPRI, (15 - i) << 4);
		GUEST_ASSERT_EQ(read_cr8(), 15 - i);
	}
	if (host_cpu_is_intel)
		GUEST_ASSERT_EQ(kvm_asm_safe("mov %%rax, %%cr8", "a"(16ul)), GP_VECTOR);

	for (i = 1; i <= 3; i++) {
		write_cr8(15);
		send(VECTOR_LOW);
		send(VECTOR_HIGH);
		GUEST_SYNC(i);
		GUEST_ASSERT_EQ(hits[VECTOR_HIGH], i - 1);
		write_cr8(10);			/* the class of VECTOR_HIGH: still held back */
		GUEST_ASSERT_EQ(hits[VECTOR_HIGH], i - 1);
		write_cr8(9);
		asm volatile("nop");
		GUEST_ASSERT_EQ(hits[VECTOR_HIGH], i);
		GUEST_ASSERT_EQ(hits[VECTOR_LOW], i - 1);
		if (i == 2)
			write_reg(APIC_TASKPRI, 0);
		else
			write_cr8(3);
		asm volatile("nop");
		GUEST_ASSERT_EQ(hits[VECTOR_LOW], i);
	}
	GUEST_DONE();
}

static void test(bool use_x2apic)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest);

	virt_pg_map(vm, APIC_DEFAULT_GPA, APIC_DEFAULT_GPA);
	vm_install_exception_handler(vm, VECTOR_LOW, on_irq);
	vm_install_exception_handler(vm, VECTOR_HIGH, on_irq);
	vcpu_args_set(vcpu, 1, use_x2apic);
	run_to_end(vcpu);
	kvm_vm_free(vm);
}

int main(void)
{
	test(false);
	test(true);
	return 0;
}
