// SPDX-License-Identifier: GPL-2.0
/*
 * vmm_sets - a VMM sets a timer, or the TSC, of its guest, when it is told to
 *
 * The argument is `deadline` (the local APIC's, by the TSC), `stimer` (a synthetic timer, with the
 * guest's reference TSC page) or `tsc`. The program says `ready`, waits for a line and sets it; a
 * timer is to expire DUE_NS later, by what the guest's clocks showed before that line came. Then
 * it prints by how many ns it did so late, or by how many ns the TSC was ahead in the end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "vmm_sets.h"

#define DUE_NS		(3 * NS_PER_S)
#define NEVER_S		30		/* after the line */
#define TSC_PAGE	0x20000

/* Far from where a difference of two TSCs, or times, could wrap. */
#define CLOCK_BEFORE_NS	(100000000 * NS_PER_S)
#define TSC_BEFORE	(1ull << 50)
#define TSC_SET		(1ull << 52)

#define MSR_TSC_DEADLINE	0x6e0
#define MSR_HV_TIME_REF_COUNT	0x40000020
#define MSR_HV_REFERENCE_TSC	0x40000021
#define MSR_HV_STIMER0_CONFIG	0x400000b0
#define MSR_HV_STIMER0_COUNT	0x400000b1
#define STIMER_ENABLE		1ull
#define STIMER_DIRECT		(1ull << 12)
#define STIMER_VECTOR(v)	((uint64_t)(v) << 4)

#define APIC_SPIV	0xf0
#define APIC_LVTT	0x320
#define SPIV_ENABLED	0x1ff
#define LVTT_DEADLINE	(2u << 17)

#define CPUID_1_ECX_TSC_DEADLINE	(1u << 24)

extern const char sets_code[], sets_expired[], sets_code_end[];

/* KVM does not offer the TSC deadline by itself, but for VMMs to offer. */
static void offer_deadline(struct l2_vcpu *vcpu)
{
	struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[256];
	} cpuid = { .head.nent = 256 };
	unsigned int i;

	IOCTL(vcpu->fd, KVM_GET_CPUID2, &cpuid);
	for (i = 0; i < cpuid.head.nent; i++)
		if (cpuid.entries[i].function == 1)
			cpuid.entries[i].ecx |= CPUID_1_ECX_TSC_DEADLINE;
	IOCTL(vcpu->fd, KVM_SET_CPUID2, &cpuid);
}

static void apic_set(struct kvm_lapic_state *apic, unsigned int reg, uint32_t value)
{
	memcpy(apic->regs + reg, &value, sizeof(value));
}

static void use_apic(struct l2_vcpu *vcpu)
{
	struct kvm_lapic_state apic;

	IOCTL(vcpu->fd, KVM_GET_LAPIC, &apic);
	apic_set(&apic, APIC_SPIV, SPIV_ENABLED);
	apic_set(&apic, APIC_LVTT, LVTT_DEADLINE | VECTOR);
	IOCTL(vcpu->fd, KVM_SET_LAPIC, &apic);
}

static void use_synic(struct l2_vcpu *vcpu)
{
	struct kvm_enable_cap synic = { .cap = KVM_CAP_HYPERV_SYNIC2 };
	struct kvm_clock_data clock = { .clock = CLOCK_BEFORE_NS };

	IOCTL(vcpu->l2->vm_fd, KVM_SET_CLOCK, &clock);
	IOCTL(vcpu->fd, KVM_ENABLE_CAP, &synic);
	guest_write_msr(vcpu, MSR_HV_REFERENCE_TSC, TSC_PAGE | 1);
}

static struct l2_vcpu *start(void)
{
	struct l2_vcpu *vcpu = guest_new(L2_IRQCHIP, sets_code, sets_code_end);
	const uint16_t handler[] = { GUEST_CODE + (sets_expired - sets_code), 0 };

	must(l2_load(vcpu->l2, VECTOR * sizeof(handler), handler, sizeof(handler)), "the handler");
	must(l2_set_real_mode(vcpu, GUEST_CODE, GUEST_STACK), "the state of the vCPU");
	offer_deadline(vcpu);
	use_apic(vcpu);
	use_synic(vcpu);
	guest_write_msr(vcpu, MSR_TSC, TSC_BEFORE);
	return vcpu;
}

static void run_to(struct l2_vcpu *vcpu, uint16_t port)
{
	char text[120];

	must(l2_run(vcpu), "KVM_RUN");
	if (vcpu->run->exit_reason == KVM_EXIT_IO && vcpu->run->io.port == port)
		return;
	l2_explain(vcpu, text, sizeof(text));
	die("the guest stopped: %s", text);
}

static void wait_for_line(void)
{
	char line[16];

	puts("ready");
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		die("nobody says when");
	alarm(NEVER_S);
}

/* KVM's frequency of the guest's TSC is in kHz. */
static uint64_t cycles(struct l2_vcpu *vcpu, int64_t ns)
{
	uint64_t khz = IOCTL(vcpu->fd, KVM_GET_TSC_KHZ, NULL);

	return (unsigned __int128)ns * khz / 1000000;
}

static int64_t sets_timer(struct l2_vcpu *vcpu, int deadline)
{
	int64_t before_ns = l1_now_ns(), due_ns;
	uint64_t tsc = guest_read_msr(vcpu, MSR_TSC);
	uint64_t reference = guest_read_msr(vcpu, MSR_HV_TIME_REF_COUNT);

	wait_for_line();
	due_ns = l1_now_ns() + DUE_NS;
	if (deadline) {
		guest_write_msr(vcpu, MSR_TSC_DEADLINE, tsc + cycles(vcpu, due_ns - before_ns));
	} else {
		guest_write_msr(vcpu, MSR_HV_STIMER0_COUNT, reference + (due_ns - before_ns) / 100);
		guest_write_msr(vcpu, MSR_HV_STIMER0_CONFIG,
			STIMER_ENABLE | STIMER_DIRECT | STIMER_VECTOR(VECTOR));
	}
	run_to(vcpu, PORT_EXPIRED);
	return l1_now_ns() - due_ns;
}

static int64_t sets_tsc(struct l2_vcpu *vcpu)
{
	int64_t set_ns;
	uint64_t tsc;

	wait_for_line();
	guest_write_msr(vcpu, MSR_TSC, TSC_SET);
	set_ns = l1_now_ns();
	sleep(DUE_NS / NS_PER_S);
	tsc = TSC_SET + cycles(vcpu, l1_now_ns() - set_ns);
	return (int64_t)(guest_read_msr(vcpu, MSR_TSC) - tsc) / (int64_t)cycles(vcpu, 1000) * 1000;
}

int main(int argc, char **argv)
{
	struct l2_vcpu *vcpu;
	int64_t ns;

	if (argc != 2 || (strcmp(argv[1], "deadline") && strcmp(argv[1], "stimer") &&
			  strcmp(argv[1], "tsc")))
		die("say deadline, stimer or tsc");
	vcpu = start();
	run_to(vcpu, PORT_RUNS);
	ns = argv[1][0] == 't' ? sets_tsc(vcpu) : sets_timer(vcpu, argv[1][0] == 'd');
	printf("%" PRId64 "\n", ns);
	l2_destroy(vcpu->l2);
	return EXIT_SUCCESS;
}
