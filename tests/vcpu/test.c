// SPDX-License-Identifier: GPL-2.0
/*
 * test.c - verdicts, and running a vCPU until something happens
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#define CPUID_ENTRIES	256

static void verdict(int status, const char *format, va_list args)
	__attribute__((noreturn, format(printf, 2, 0)));

/* The parent reads the reason from standard output and the verdict from the status. */
static void verdict(int status, const char *format, va_list args)
{
	vprintf(format, args);
	fflush(stdout);
	_exit(status);
}

/**
 * test_fail() - end the test: it failed
 * @format: why
 */
void test_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	verdict(1, format, args);
}

/**
 * test_skip() - end the test: it makes no sense here
 * @format: why
 */
void test_skip(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	verdict(2, format, args);
}

static void fail_in_guest(struct l2_vcpu *vcpu)
{
	const struct guest_failure *failure = &IN_GUEST(vcpu, guest_failure);

	test_fail("%s is 0x%llx, not 0x%llx", (const char *)failure->text,
		  (unsigned long long)failure->got, (unsigned long long)failure->want);
}

static void fail_of_trap(struct l2_vcpu *vcpu)
{
	uint32_t count = IN_GUEST(vcpu, trap_count);
	const struct trap_record *record = &IN_GUEST(vcpu, trap_log)[(count - 1) % TRAP_LOG];

	test_fail("guest: unexpected exception %llu, error code 0x%llx, RIP 0x%llx, CR2 0x%llx",
		  (unsigned long long)record->vector, (unsigned long long)record->error,
		  (unsigned long long)record->rip, (unsigned long long)record->cr2);
}

static int is_out(const struct l2_vcpu *vcpu, uint16_t port)
{
	return vcpu->run->exit_reason == KVM_EXIT_IO &&
	       vcpu->run->io.direction == KVM_EXIT_IO_OUT && vcpu->run->io.port == port;
}

/**
 * run() - KVM_RUN once
 * @vcpu: the vCPU
 *
 * Ends the test if the guest says that something is wrong.
 *
 * Return: as l2_run().
 */
int run(struct l2_vcpu *vcpu)
{
	int reason;

	do
		reason = l2_run(vcpu);
	while (reason == -EAGAIN);	/* INIT or SIPI has come */
	if (reason < 0)
		return reason;
	if (is_out(vcpu, PORT_FAIL))
		fail_in_guest(vcpu);
	if (is_out(vcpu, PORT_TRAP))
		fail_of_trap(vcpu);
	return reason;
}

static void unexpected(struct l2_vcpu *vcpu, int reason, const char *wanted)
	__attribute__((noreturn));

static void unexpected(struct l2_vcpu *vcpu, int reason, const char *wanted)
{
	char text[256];

	if (reason < 0)
		test_fail("KVM_RUN: %s, not %s", strerror(-reason), wanted);
	l2_explain(vcpu, text, sizeof(text));
	test_fail("exit %s, not %s", text, wanted);
}

/**
 * run_to_exit() - KVM_RUN, which has to end with this
 * @vcpu: the vCPU
 * @reason: KVM_EXIT_...
 */
void run_to_exit(struct l2_vcpu *vcpu, int reason)
{
	int got = run(vcpu);

	if (got != reason)
		unexpected(vcpu, got, l2_exit_name(reason));
}

/**
 * run_to_sync() - KVM_RUN, until guest_sync()
 * @vcpu: the vCPU
 *
 * Return: what the guest passed to it.
 */
uint32_t run_to_sync(struct l2_vcpu *vcpu)
{
	uint32_t value;
	int reason = run(vcpu);

	if (reason < 0 || !is_out(vcpu, PORT_SYNC))
		unexpected(vcpu, reason, "guest_sync()");
	memcpy(&value, (char *)vcpu->run + vcpu->run->io.data_offset, sizeof(value));
	return value;
}

/**
 * run_to_done() - KVM_RUN, until the guest's function returns
 * @vcpu: the vCPU
 */
void run_to_done(struct l2_vcpu *vcpu)
{
	int reason = run(vcpu);

	if (reason < 0 || !is_out(vcpu, PORT_DONE))
		unexpected(vcpu, reason, "the end of the guest's function");
}

/**
 * run_to_io() - KVM_RUN, which has to end with this port access
 * @vcpu: the vCPU
 * @port: the port
 * @direction: KVM_EXIT_IO_IN or KVM_EXIT_IO_OUT
 * @size: bytes
 */
void run_to_io(struct l2_vcpu *vcpu, uint16_t port, int direction, int size)
{
	run_to_exit(vcpu, KVM_EXIT_IO);
	CHECK_EQ(vcpu->run->io.port, port);
	CHECK_EQ(vcpu->run->io.direction, direction);
	CHECK_EQ(vcpu->run->io.size, size);
}

/* The state of a vCPU by value; a failure ends the test. */

struct kvm_regs get_regs(struct l2_vcpu *vcpu)
{
	struct kvm_regs regs;

	IOCTL(vcpu->fd, KVM_GET_REGS, &regs);
	return regs;
}

void set_regs(struct l2_vcpu *vcpu, struct kvm_regs regs)
{
	IOCTL(vcpu->fd, KVM_SET_REGS, &regs);
}

struct kvm_sregs get_sregs(struct l2_vcpu *vcpu)
{
	struct kvm_sregs sregs;

	IOCTL(vcpu->fd, KVM_GET_SREGS, &sregs);
	return sregs;
}

void set_sregs(struct l2_vcpu *vcpu, struct kvm_sregs sregs)
{
	IOCTL(vcpu->fd, KVM_SET_SREGS, &sregs);
}

struct kvm_vcpu_events get_events(struct l2_vcpu *vcpu)
{
	struct kvm_vcpu_events events;

	IOCTL(vcpu->fd, KVM_GET_VCPU_EVENTS, &events);
	return events;
}

void set_events(struct l2_vcpu *vcpu, struct kvm_vcpu_events events)
{
	IOCTL(vcpu->fd, KVM_SET_VCPU_EVENTS, &events);
}

struct one_msr {
	struct kvm_msrs head;
	struct kvm_msr_entry entry;
};

/**
 * get_msr() - read an MSR of a vCPU
 * @vcpu: the vCPU
 * @index: the MSR
 *
 * Return: its value; ends the test if KVM does not know it.
 */
uint64_t get_msr(struct l2_vcpu *vcpu, uint32_t index)
{
	struct one_msr msr = { .head.nmsrs = 1, .entry.index = index };

	if (IOCTL(vcpu->fd, KVM_GET_MSRS, &msr) != 1)
		test_fail("KVM_GET_MSRS does not know MSR 0x%x", index);
	return msr.entry.data;
}

/**
 * try_set_msr() - write an MSR of a vCPU, if KVM takes it
 * @vcpu: the vCPU
 * @index: the MSR
 * @value: the value
 *
 * Return: 1 if KVM took it, else 0.
 */
int try_set_msr(struct l2_vcpu *vcpu, uint32_t index, uint64_t value)
{
	struct one_msr msr = { .head.nmsrs = 1, .entry = { .index = index, .data = value } };

	return IOCTL(vcpu->fd, KVM_SET_MSRS, &msr);
}

void set_msr(struct l2_vcpu *vcpu, uint32_t index, uint64_t value)
{
	if (try_set_msr(vcpu, index, value) != 1)
		test_fail("KVM_SET_MSRS does not take MSR 0x%x = 0x%llx", index,
			  (unsigned long long)value);
}

/**
 * cpuid_offered() - what KVM offers to guests
 * @leaf: CPUID leaf
 * @subleaf: CPUID subleaf
 * @reg: EAX, EBX, ECX or EDX
 *
 * Return: the register, 0 if the leaf is not offered.
 */
uint32_t cpuid_offered(uint32_t leaf, uint32_t subleaf, int reg)
{
	static struct kvm_cpuid2 *cpuid;
	uint32_t i;

	if (!cpuid) {
		cpuid = calloc(1, sizeof(*cpuid) + CPUID_ENTRIES * sizeof(cpuid->entries[0]));
		CHECK(cpuid);
		cpuid->nent = CPUID_ENTRIES;
		IOCTL(kvm_descriptor(), KVM_GET_SUPPORTED_CPUID, cpuid);
	}
	for (i = 0; i < cpuid->nent; i++) {
		const struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function != leaf || entry->index != subleaf)
			continue;
		return reg == EAX ? entry->eax : reg == EBX ? entry->ebx :
		       reg == ECX ? entry->ecx : entry->edx;
	}
	return 0;
}

/**
 * cap() - ask for a capability
 * @fd: of /dev/kvm or of a VM
 * @capability: KVM_CAP_...
 *
 * Return: what KVM_CHECK_EXTENSION says.
 */
int cap(int fd, int capability)
{
	int result = ioctl(fd, KVM_CHECK_EXTENSION, capability);

	return result < 0 ? 0 : result;
}
