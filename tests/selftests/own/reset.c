// SPDX-License-Identifier: GPL-2.0
/*
 * INIT and SIPI from one vCPU to another, which starts in real mode at the vector's address; INIT
 * again while it runs; and the triple fault.
 */
#include <pthread.h>
#include <semaphore.h>

#include "own.h"
#include "apic.h"

#define PORT		0x80
#define TARGET		(1ull << 32)		/* x2APIC: destination 1 */
#define INIT		(APIC_INT_ASSERT | APIC_DM_INIT)
#define ENTRIES		2

/* Real-mode code on pages of its own; what it says tells which page it is. */
asm(".pushsection .text\n"
	".code16\n"
	".balign 4096\n"
	"entries: mov $0xe0, %al; out %al, $0x80; 1: jmp 1b\n"
	".balign 4096\n"
	"mov $0xe1, %al; out %al, $0x80; 1: jmp 1b\n"
	".balign 4096\n"
	".code64\n"
	".popsection\n");
extern uint8_t entries[ENTRIES][PAGE_SIZE];

static uint64_t pages[ENTRIES];		/* their physical addresses */
static sem_t arrived;

static void guest(void)
{
	int i;

	x2apic_enable();
	for (i = 0; i < ENTRIES; i++) {
		x2apic_write_reg(APIC_ICR, TARGET | INIT);
		x2apic_write_reg(APIC_ICR, TARGET | APIC_DM_STARTUP | pages[i] >> PAGE_SHIFT);
		GUEST_SYNC(i + 1);
	}
	GUEST_DONE();
}

static void *run_target(void *target)
{
	struct kvm_vcpu *vcpu = target;
	struct kvm_sregs sregs;
	struct kvm_regs regs;
	int i, r;

	/* Waits for INIT and SIPI, runs to the OUT, and then in a circle until the next INIT. */
	for (i = 0; i < ENTRIES; i++) {
		do {
			r = _vcpu_run(vcpu);
		} while (r && errno == EAGAIN);		/* INIT or SIPI came */
		TEST_ASSERT(!r, "KVM_RUN: %s", strerror(errno));
		TEST_ASSERT_KVM_EXIT_REASON(vcpu, KVM_EXIT_IO);
		TEST_ASSERT_EQ(vcpu->run->io.port, PORT);
		vcpu_regs_get(vcpu, &regs);
		vcpu_sregs_get(vcpu, &sregs);
		TEST_ASSERT_EQ(regs.rax, 0xe0 + i);
		TEST_ASSERT_EQ(regs.rflags, 2);
		TEST_ASSERT_EQ(sregs.cs.selector, pages[i] >> 4);
		TEST_ASSERT_EQ(sregs.cs.base, pages[i]);
		TEST_ASSERT_EQ(sregs.cs.limit, 0xffff);
		TEST_ASSERT_EQ(sregs.cr0 & (X86_CR0_PE | X86_CR0_PG), 0);
		TEST_ASSERT_EQ(sregs.cr4, 0);
		TEST_ASSERT_EQ(sregs.efer, 0);
		sem_post(&arrived);
	}
	return NULL;
}

static void init_and_sipi(void)
{
	struct kvm_mp_state waiting = { KVM_MP_STATE_UNINITIALIZED };
	struct kvm_vcpu *vcpus[2];
	struct kvm_vm *vm = vm_create_with_vcpus(2, guest, vcpus);
	pthread_t target;
	int i;

	for (i = 0; i < ENTRIES; i++) {
		pages[i] = addr_gva2gpa(vm, (vm_vaddr_t)entries[i]);
		TEST_ASSERT(pages[i] < 0x100000, "real mode does not reach 0x%lx", pages[i]);
	}
	sync_global_to_guest(vm, pages);
	sem_init(&arrived, 0, 0);
	vcpu_mp_state_set(vcpus[1], &waiting);
	TEST_ASSERT(!pthread_create(&target, NULL, run_target, vcpus[1]), "pthread_create");
	while (next_stage(vcpus[0]))
		sem_wait(&arrived);
	pthread_join(target, NULL);
	kvm_vm_free(vm);
}

static void fault_thrice(void)
{
	struct desc_ptr none = { };

	asm volatile("lidt %0; ud2" : : "m"(none));
}

static void triple_fault(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, fault_thrice);

	vcpu_run(vcpu);
	TEST_ASSERT_KVM_EXIT_REASON(vcpu, KVM_EXIT_SHUTDOWN);
	kvm_vm_free(vm);
}

int main(void)
{
	triple_fault();
	init_and_sipi();
	return 0;
}
