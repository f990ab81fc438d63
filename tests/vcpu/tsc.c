// SPDX-License-Identifier: GPL-2.0
/*
 * tsc.c - the time-stamp counter: offset, frequency, RDTSCP and RDPID
 */
#include <time.h>

#include "test.h"

static uint64_t first GUEST_DATA;
static uint64_t second GUEST_DATA;

static GUEST void rdtsc_guest(void)
{
	for (;;) {
		first = rdtsc();
		second = rdmsr(MSR_TSC);
		guest_sync(0);
	}
}

/* Numbers of ticks that no step here takes, and that an offset is told from */
#define STEP	(1ULL << 40)

static void offset(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	uint64_t before;

	machine_start64(vcpu, rdtsc_guest);
	run_to_sync(vcpu);
	before = IN_GUEST(vcpu, first);
	CHECK(IN_GUEST(vcpu, second) > before && IN_GUEST(vcpu, second) < before + STEP);
	set_msr(vcpu, MSR_TSC, before + 16 * STEP);
	CHECK(get_msr(vcpu, MSR_TSC) >= before + 16 * STEP);
	run_to_sync(vcpu);
	CHECK(IN_GUEST(vcpu, first) >= before + 16 * STEP);
	CHECK(IN_GUEST(vcpu, first) < before + 17 * STEP);
	CHECK(IN_GUEST(vcpu, second) > IN_GUEST(vcpu, first));
	/* Backwards: TSC_ADJUST by the VMM changes no offset, by the guest it does. */
	set_msr(vcpu, MSR_TSC, STEP);
	run_to_sync(vcpu);
	CHECK(IN_GUEST(vcpu, first) >= STEP && IN_GUEST(vcpu, first) < 2 * STEP);
}

static GUEST void guest_writes_guest(void)
{
	uint64_t now;

	wrmsr(MSR_TSC, 64 * STEP);
	now = rdtsc();
	GUEST_EQ(now / STEP, 64);
	guest_sync(1);
	GUEST_EQ(rdtsc() / STEP, 64);
	now = rdmsr(MSR_TSC_ADJUST);
	wrmsr(MSR_TSC_ADJUST, now + 32 * STEP);
	GUEST_EQ(rdtsc() / STEP, 96);
	GUEST_EQ(rdmsr(MSR_TSC) / STEP, 96);
}

static void guest_writes(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, guest_writes_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(get_msr(vcpu, MSR_TSC) / STEP, 64);
	run_to_done(vcpu);
	CHECK_EQ(get_msr(vcpu, MSR_TSC) / STEP, 96);
}

static uint64_t host_tsc(void)
{
	return rdtsc();
}

/*
 * The guest's ticks between two exits, against the host's between the same two: the host's window
 * is first wider and then narrower than the guest's.
 */
static void frequency(unsigned int numerator, unsigned int denominator)
{
	struct l2_vcpu *vcpu = machine_new(0);
	uint64_t outer, inner, ticks, before, after;
	int khz;

	if (numerator != denominator) {
		if (!cap(vcpu->l2->vm_fd, KVM_CAP_TSC_CONTROL))
			test_skip("no TSC scaling");
		khz = IOCTL(vcpu->fd, KVM_GET_TSC_KHZ, 0);
		khz = (long long)khz * numerator / denominator;
		IOCTL(vcpu->fd, KVM_SET_TSC_KHZ, khz);
		CHECK_EQ(IOCTL(vcpu->fd, KVM_GET_TSC_KHZ, 0), khz);
	}
	machine_start64(vcpu, rdtsc_guest);
	run_to_sync(vcpu);			/* the first touches of everything */
	before = host_tsc();
	run_to_sync(vcpu);
	after = host_tsc();
	ticks = IN_GUEST(vcpu, first);
	while (host_tsc() < after + 50000000)
		;
	inner = host_tsc() - after;
	run_to_sync(vcpu);
	outer = host_tsc() - before;
	ticks = IN_GUEST(vcpu, first) - ticks;
	if (ticks < inner * numerator / denominator * 999 / 1000 ||
	    ticks > outer * numerator / denominator * 1001 / 1000)
		test_fail("%llu ticks of the guest in %llu to %llu of the host's at %u/%u",
			  (unsigned long long)ticks, (unsigned long long)inner,
			  (unsigned long long)outer, numerator, denominator);
}

static void unscaled(void)
{
	frequency(1, 1);
}

static void faster(void)
{
	frequency(3, 1);
}

static void slower(void)
{
	frequency(1, 4);
}

static GUEST void rdtscp_guest(void)
{
	uint32_t low, high, aux;
	uint64_t before = rdtsc(), now;

	wrmsr(MSR_TSC_AUX, 0x12345678);
	guest_sync(1);			/* the host uses the MSR, too */
	asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(aux));
	now = (uint64_t)high << 32 | low;
	if (now < before)
		GUEST_FAIL("RDTSCP", now, before);
	GUEST_EQ(aux, 0x12345678);
	GUEST_EQ(rdmsr(MSR_TSC_AUX), 0x12345678);
	guest_sync(2);			/* the VMM has written it */
	asm volatile("rdtscp" : "=a"(low), "=d"(high), "=c"(aux));
	GUEST_EQ(aux, 0x9abcdef0);
	wrmsr_try(MSR_TSC_AUX, 1ULL << 32);
	EXPECT_TRAP(GP_VECTOR, 0);
}

static void rdtscp(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	if (!OFFERED(0x80000001, 0, EDX, 27))
		test_skip("no RDTSCP");
	machine_start64(vcpu, rdtscp_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(get_msr(vcpu, MSR_TSC_AUX), 0x12345678);
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	CHECK_EQ(run_to_sync(vcpu), 2);
	set_msr(vcpu, MSR_TSC_AUX, 0x9abcdef0);
	run_to_done(vcpu);
}

static GUEST void rdpid_guest(void)
{
	uint64_t value;

	wrmsr(MSR_TSC_AUX, 0x12345678);
	asm volatile(TRY(".byte 0xf3, 0x0f, 0xc7, 0xf8") : "=a"(value) : : "r11", "memory");
	EXPECT_NO_TRAP();
	GUEST_EQ(value, 0x12345678);
}

static GUEST void no_rdpid_guest(void)
{
	asm volatile(TRY(".byte 0xf3, 0x0f, 0xc7, 0xf8") : : : "r11", "rax", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

static void rdpid(void)
{
	machine_run64(0, OFFERED(7, 0, ECX, 22) ? rdpid_guest : no_rdpid_guest);
}

const struct test tsc_tests[] = {
	{ "tsc/offset", "the VMM sets the TSC", offset },
	{ "tsc/guest-writes", "the guest sets TSC and TSC_ADJUST", guest_writes },
	{ "tsc/frequency", "the guest's TSC runs as the host's", unscaled },
	{ "tsc/faster", "KVM_SET_TSC_KHZ, three times the frequency", faster },
	{ "tsc/slower", "KVM_SET_TSC_KHZ, a quarter of the frequency", slower },
	{ "tsc/rdtscp", "RDTSCP and TSC_AUX, of guest and VMM", rdtscp },
	{ "tsc/rdpid", "RDPID, or #UD where it is not offered", rdpid },
	{ }
};
