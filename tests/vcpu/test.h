/* SPDX-License-Identifier: GPL-2.0 */
/*
 * test.h - tests, their verdicts, and running a vCPU until something happens
 *
 * Each test runs in a process of its own, so nothing in it needs to be undone.
 */
#ifndef VCPU_TEST_H
#define VCPU_TEST_H

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>

#include "guest.h"
#include "l2.h"
#include "machine.h"

/**
 * struct test - one test
 * @name: as it is reported, GROUP/NAME
 * @summary: what must hold, in one line
 * @run: returns if it holds
 */
struct test {
	const char *name;
	const char *summary;
	void (*run)(void);
};

void test_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void test_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#define TEST_STRING_(x)	#x
#define TEST_STRING(x)	TEST_STRING_(x)
#define TEST_PLACE	__FILE__ ":" TEST_STRING(__LINE__) ": "

/* CHECK - a condition that has to hold */
#define CHECK(condition)							\
	do {									\
		if (!(condition))						\
			test_fail(TEST_PLACE "not so: %s", #condition);		\
	} while (0)

/* CHECK_EQ - two numbers that have to be equal */
#define CHECK_EQ(got, want)							\
	do {									\
		uint64_t got_ = (uint64_t)(got), want_ = (uint64_t)(want);	\
										\
		if (got_ != want_)						\
			test_fail(TEST_PLACE "%s is 0x%llx, not 0x%llx", #got,	\
				  (unsigned long long)got_, (unsigned long long)want_); \
	} while (0)

/* IOCTL - an ioctl that has to succeed; yields its result */
#define IOCTL(fd, request, argument)						\
	({									\
		int result_ = ioctl(fd, request, argument);			\
										\
		if (result_ < 0)						\
			test_fail(TEST_PLACE "%s: %s", #request, strerror(errno)); \
		result_;							\
	})

/* IN_GUEST - a GUEST_DATA variable of a guest */
#define IN_GUEST(vcpu, variable)						\
	(*(__typeof__(variable) *)guest_pointer(vcpu, (uintptr_t)&(variable), sizeof(variable)))

int run(struct l2_vcpu *vcpu);
void run_to_exit(struct l2_vcpu *vcpu, int reason);
uint32_t run_to_sync(struct l2_vcpu *vcpu);
void run_to_done(struct l2_vcpu *vcpu);
void run_to_io(struct l2_vcpu *vcpu, uint16_t port, int direction, int size);

struct kvm_regs get_regs(struct l2_vcpu *vcpu);
void set_regs(struct l2_vcpu *vcpu, struct kvm_regs regs);
struct kvm_sregs get_sregs(struct l2_vcpu *vcpu);
void set_sregs(struct l2_vcpu *vcpu, struct kvm_sregs sregs);
struct kvm_vcpu_events get_events(struct l2_vcpu *vcpu);
void set_events(struct l2_vcpu *vcpu, struct kvm_vcpu_events events);
uint64_t get_msr(struct l2_vcpu *vcpu, uint32_t index);
int try_set_msr(struct l2_vcpu *vcpu, uint32_t index, uint64_t value);
void set_msr(struct l2_vcpu *vcpu, uint32_t index, uint64_t value);

/* Offered CPUID bits: register 0 to 3 is EAX, EBX, ECX, EDX. */
uint32_t cpuid_offered(uint32_t leaf, uint32_t subleaf, int reg);
int cap(int fd, int capability);

#define OFFERED(leaf, subleaf, reg, bit)	(cpuid_offered(leaf, subleaf, reg) >> (bit) & 1)
#define EAX 0
#define EBX 1
#define ECX 2
#define EDX 3

#endif /* VCPU_TEST_H */
