// SPDX-License-Identifier: GPL-2.0
/*
 * Events whose delivery is interrupted: before each, the host takes the IDT and the GDT out of EPT,
 * so that the CPU exits while it delivers, and the event has to be delivered again: once, with the
 * right RIP. Then NMIs: blocking, windows, and how HLT ends.
 */
#include <pthread.h>

#include "own.h"
#include "apic.h"

#define VECTOR_SOFT	0x50
#define VECTOR_IRQ	0x60
#define NMI_FROM_SELF	(APIC_DEST_SELF | APIC_INT_ASSERT | APIC_DM_NMI)
#define IRQ_FROM_SELF	(APIC_DEST_SELF | APIC_INT_ASSERT | APIC_DM_FIXED | VECTOR_IRQ)

enum { STAGE_UNMAP = 1, STAGE_NMI, STAGE_UNMAP_NMI, STAGE_NMI_LATER };

static volatile uint64_t hits[256], last_rip, nmis_inside, nmi_asks;

static void count(struct ex_regs *regs)
{
	hits[regs->vector]++;
	last_rip = regs->rip;
}

static void on_undefined(struct ex_regs *regs)
{
	count(regs);
	regs->rip += 2;		/* UD2 */
}

static void on_irq(struct ex_regs *regs)
{
	count(regs);
	x2apic_write_reg(APIC_EOI, 0);
}

/* Asked to, it has another NMI sent; that one must wait for the IRET. */
static void on_nmi(struct ex_regs *regs)
{
	uint64_t before;

	count(regs);
	nmis_inside++;
	GUEST_ASSERT_EQ(nmis_inside, 1);
	if (nmi_asks) {
		nmi_asks--;
		before = hits[NMI_VECTOR];
		GUEST_SYNC(STAGE_NMI);
		asm volatile("cpuid" : : "a"(0), "c"(0) : "rbx", "rdx", "memory");
		GUEST_ASSERT_EQ(hits[NMI_VECTOR], before);
	}
	nmis_inside--;
}

static void interrupted(void)
{
	uint64_t next;

	GUEST_SYNC(STAGE_UNMAP);
	asm volatile("lea 1f(%%rip), %0; int $0x50; 1:" : "=r"(next) : : "memory");
	GUEST_ASSERT_EQ(hits[VECTOR_SOFT], 1);
	GUEST_ASSERT_EQ(last_rip, next);

	GUEST_SYNC(STAGE_UNMAP);
	asm volatile("lea 1f(%%rip), %0; int3; 1:" : "=r"(next) : : "memory");
	GUEST_ASSERT_EQ(hits[BP_VECTOR], 1);
	GUEST_ASSERT_EQ(last_rip, next);

	GUEST_SYNC(STAGE_UNMAP);
	asm volatile("lea 1f(%%rip), %0; 1: ud2" : "=r"(next) : : "memory");
	GUEST_ASSERT_EQ(hits[UD_VECTOR], 1);
	GUEST_ASSERT_EQ(last_rip, next);

	/* Pending from here; STI holds it back for one instruction more. */
	x2apic_write_reg(APIC_ICR, IRQ_FROM_SELF);
	GUEST_SYNC(STAGE_UNMAP);
	GUEST_ASSERT_EQ(hits[VECTOR_IRQ], 0);
	asm volatile("lea 1f(%%rip), %0; sti; nop; 1: nop; cli" : "=r"(next) : : "memory");
	GUEST_ASSERT_EQ(hits[VECTOR_IRQ], 1);
	GUEST_ASSERT_EQ(last_rip, next);

	GUEST_SYNC(STAGE_UNMAP_NMI);
	GUEST_ASSERT_EQ(hits[NMI_VECTOR], 1);
}

static void nmis(void)
{
	/* Two inside one: one of them is remembered. */
	nmi_asks = 1;
	GUEST_SYNC(STAGE_NMI);
	GUEST_ASSERT_EQ(hits[NMI_VECTOR], 3);

	x2apic_write_reg(APIC_ICR, NMI_FROM_SELF);
	GUEST_ASSERT_EQ(hits[NMI_VECTOR], 4);

	/* HLT ends by an interrupt that came before, and by an NMI though IF is clear. */
	x2apic_write_reg(APIC_ICR, IRQ_FROM_SELF);
	asm volatile("sti; hlt; cli" : : : "memory");
	GUEST_ASSERT_EQ(hits[VECTOR_IRQ], 2);
	GUEST_SYNC(STAGE_NMI_LATER);
	asm volatile("hlt" : : : "memory");
	GUEST_ASSERT_EQ(hits[NMI_VECTOR], 5);
}

static void guest(void)
{
	x2apic_enable();
	interrupted();
	nmis();
	GUEST_DONE();
}

static void *send_nmi(void *argument)
{
	struct kvm_vm *vm = argument;
	struct kvm_msi msi = { .address_lo = APIC_DEFAULT_GPA, .data = APIC_DM_NMI };

	usleep(100000);		/* the guest is in its HLT by then */
	TEST_ASSERT(__vm_ioctl(vm, KVM_SIGNAL_MSI, &msi) > 0, "no vCPU took the NMI");
	return NULL;
}

int main(void)
{
	pthread_t sender = 0;
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest);
	uint64_t stage;

	vm_install_exception_handler(vm, VECTOR_SOFT, count);
	vm_install_exception_handler(vm, VECTOR_IRQ, on_irq);
	vm_install_exception_handler(vm, BP_VECTOR, count);
	vm_install_exception_handler(vm, UD_VECTOR, on_undefined);
	vm_install_exception_handler(vm, NMI_VECTOR, on_nmi);

	while ((stage = next_stage(vcpu))) {
		if (stage == STAGE_UNMAP || stage == STAGE_UNMAP_NMI) {
			unmap_from_ept(vm, vm->arch.idt);
			unmap_from_ept(vm, vm->arch.gdt);
		}
		if (stage == STAGE_NMI || stage == STAGE_UNMAP_NMI)
			vcpu_ioctl(vcpu, KVM_NMI, NULL);
		if (stage == STAGE_NMI_LATER)
			TEST_ASSERT(!pthread_create(&sender, NULL, send_nmi, vm), "pthread_create");
	}
	pthread_join(sender, NULL);
	kvm_vm_free(vm);
	return 0;
}
