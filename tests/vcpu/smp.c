// SPDX-License-Identifier: GPL-2.0
/*
 * smp.c - two vCPUs: INIT and SIPI, interrupts from one to the other
 */
#include <pthread.h>

#include "test.h"

/* smp_code.S */
extern const char smp_trampoline[], smp_trampoline_end[];
extern uint32_t smp_edx, smp_cr0, smp_cs, smp_sp;
void smp_second(void);

#define TRAMPOLINE	(GUEST_SCRATCH + 0x10000)
#define VECTOR		0x51
#define ICR_INIT	0x0500
#define ICR_SIPI	0x0600
#define ICR_NMI		0x0400
#define ICR_ASSERT	0x4000
#define ICR_OTHERS	0xc0000

static volatile uint32_t ups GUEST_DATA;
static volatile uint32_t pings GUEST_DATA;
static volatile uint32_t pongs GUEST_DATA;
static volatile uint32_t nmis GUEST_DATA;
static volatile uint32_t stop GUEST_DATA;

static inline void send(uint32_t target, uint32_t what)
{
	apic_write(APIC_ICR2, target << 24);
	apic_write(APIC_ICR, what);
}

/* Both vCPUs */
static GUEST void hook(struct trap_frame *frame)
{
	if (frame->vector == NMI_VECTOR) {
		nmis++;
	} else if (frame->vector == VECTOR) {
		pings++;
		send(0, VECTOR + 1);
	} else if (frame->vector == VECTOR + 1) {
		pongs++;
	} else {
		GUEST_FAIL("vector", frame->vector, VECTOR);
	}
}

GUEST void smp_second(void)
{
	apic_write(APIC_SPIV, 0x1ff);
	GUEST_EQ(apic_read(APIC_ID) >> 24, 1);
	ups++;
	while (!stop)
		asm volatile("sti; hlt; cli" : : : "memory");
}

static inline void wait_for(volatile uint32_t *count, uint32_t value)
{
	while (*count < value)
		asm volatile("sti; pause; cli" : : : "memory");
}

static GUEST void first_guest(void)
{
	unsigned int i;

	apic_write(APIC_SPIV, 0x1ff);
	trap_eoi = 1;
	trap_hook = hook;
	GUEST_EQ(ups, 0);
	send(1, ICR_INIT | ICR_ASSERT);
	send(1, ICR_SIPI | TRAMPOLINE >> 12);
	wait_for(&ups, 1);
	GUEST_EQ(smp_cs & 0xffff, TRAMPOLINE >> 4);
	GUEST_EQ(smp_cr0, CR0_ET | CR0_CD | CR0_NW);
	GUEST_EQ(smp_sp & 0xffff, 0);
	guest_sync(1);

	for (i = 1; i <= 20; i++) {
		send(1, VECTOR);
		wait_for(&pongs, i);
		GUEST_EQ(pings, i);
	}
	apic_write(APIC_ICR, ICR_OTHERS | ICR_NMI);
	wait_for(&nmis, 1);

	/* A further SIPI is ignored; INIT stops the vCPU, SIPI starts it anew. */
	send(1, ICR_SIPI | TRAMPOLINE >> 12);
	send(1, VECTOR);
	wait_for(&pongs, i);
	GUEST_EQ(ups, 1);
	send(1, ICR_INIT | ICR_ASSERT);
	send(1, ICR_SIPI | TRAMPOLINE >> 12);
	wait_for(&ups, 2);
	send(1, VECTOR);
	wait_for(&pongs, i + 1);
	stop = 1;
	send(1, VECTOR);		/* an NMI could come too early for its HLT */
	wait_for(&pongs, i + 2);
}

static void *run_second(void *vcpu)
{
	run_to_done(vcpu);
	return NULL;
}

static void init_sipi(void)
{
	struct l2_vcpu *first = machine_new(L2_IRQCHIP);
	struct l2_vcpu *second = machine_add_vcpu(first->l2);
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_UNINITIALIZED };
	pthread_t thread;

	memcpy(guest_pointer(first, TRAMPOLINE, 4096), smp_trampoline,
	       smp_trampoline_end - smp_trampoline);
	machine_start64(first, first_guest);
	IOCTL(second->fd, KVM_SET_MP_STATE, &state);
	CHECK(!pthread_create(&thread, NULL, run_second, second));
	CHECK_EQ(run_to_sync(first), 1);
	/* INIT leaves the CPU's signature in EDX, as KVM knows it: SDM 3A, table 10-1 */
	CHECK_EQ(IN_GUEST(first, smp_edx), cpuid_offered(1, 0, EAX));
	run_to_done(first);
	CHECK(!pthread_join(thread, NULL));
	IOCTL(second->fd, KVM_GET_MP_STATE, &state);
	CHECK_EQ(state.mp_state, KVM_MP_STATE_RUNNABLE);
}

static GUEST void shootdown_second(void)
{
	volatile uint64_t *page = (uint64_t *)(GUEST_SCRATCH + 0x4000);
	uint64_t value = 0;

	ups++;
	while (!stop) {
		uint64_t now = *page;

		/* What the other vCPU has promised must not be undone. */
		if (now < value)
			GUEST_FAIL("value", now, value);
		value = now;
	}
}

static GUEST void shootdown_first(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + ((GUEST_SCRATCH + 0x4000) >> 12);
	uint64_t flags = *pte & 0xfff, i;

	wait_for(&ups, 1);
	for (i = 1; i <= 16; i++) {
		uint64_t page = GUEST_SCRATCH + 0x20000 + (i << 12);

		write8(page, i);
		*pte = page | flags;
		guest_sync(i);
	}
	stop = 1;
}

/* The second reads through a page-table entry that the first changes. */
static void two_threads(void)
{
	struct l2_vcpu *first = machine_new(0);
	struct l2_vcpu *second = machine_add_vcpu(first->l2);
	pthread_t thread;
	unsigned int i;

	machine_start64(first, shootdown_first);
	machine_start64(second, shootdown_second);
	CHECK(!pthread_create(&thread, NULL, run_second, second));
	for (i = 1; i <= 16; i++)
		CHECK_EQ(run_to_sync(first), i);
	run_to_done(first);
	CHECK(!pthread_join(thread, NULL));
}

const struct test smp_tests[] = {
	{ "smp/init-sipi", "INIT, SIPI, IPIs, NMI to another vCPU, INIT again", init_sipi },
	{ "smp/two-vcpus", "two vCPUs on one memory, without an APIC in the kernel", two_threads },
	{ }
};
