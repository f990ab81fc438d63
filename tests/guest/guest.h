/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest.h - what the test guests share: a guest of /dev/kvm, or the end of the program
 *
 * These programs find out and print; the lab scenario that runs them judges. Their exit status is 0
 * when they could find out, and 2 when not.
 */
#ifndef TESTS_GUEST_H
#define TESTS_GUEST_H

#include <stddef.h>
#include <stdint.h>

#include "l2.h"

/* Every guest's RAM begins at 0. */
#define GUEST_CODE	0x1000		/* where guest_new() puts the code */
#define GUEST_STACK	0x8000		/* first byte above a stack */
#define GUEST_TABLES	0x10000		/* for l2_set_long_mode() */
#define GUEST_RAM	0x80000

#define STATUS_BROKEN	2

#define NS_PER_S	1000000000ll
#define MSR_TSC		0x10

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
int must(int result, const char *what);
int must_ioctl(int fd, unsigned long request, void *argument, const char *what);
struct l2_vcpu *guest_new(unsigned int flags, const char *code, const char *code_end);
uint64_t guest_read_msr(struct l2_vcpu *vcpu, uint32_t index);
void guest_write_msr(struct l2_vcpu *vcpu, uint32_t index, uint64_t data);
int64_t l1_now_ns(void);
void write_step(char *step);

#define IOCTL(fd, request, argument) must_ioctl(fd, request, argument, #request)

#endif /* TESTS_GUEST_H */
