// SPDX-License-Identifier: GPL-2.0
/*
 * guest.c - what the test guests share
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"

/**
 * die() - end the program, which could not find out what it was asked
 * @format: why
 */
void die(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(STATUS_BROKEN);
}

/**
 * must() - end the program if something failed
 * @result: a negative errno, or a good result
 * @what: what it was
 *
 * Return: @result.
 */
int must(int result, const char *what)
{
	if (result < 0)
		die("%s: %s", what, strerror(-result));
	return result;
}

/**
 * must_ioctl() - an ioctl that has to succeed; for the macro IOCTL()
 * @fd: descriptor
 * @request: which
 * @argument: pointer, or a number cast to one
 * @what: its name
 *
 * Return: what the ioctl returned.
 */
int must_ioctl(int fd, unsigned long request, void *argument, const char *what)
{
	int result = ioctl(fd, request, argument);

	return must(result < 0 ? -errno : result, what);
}

/**
 * guest_new() - a guest with RAM, code and one vCPU
 * @flags: as for l2_create()
 * @code: goes to GUEST_CODE
 * @code_end: its end
 *
 * Return: the vCPU, without a state to start from.
 */
struct l2_vcpu *guest_new(unsigned int flags, const char *code, const char *code_end)
{
	struct l2_vcpu *vcpu;
	struct l2 *l2;

	must(l2_create(&l2, flags), "a guest on /dev/kvm");
	must(l2_add_memory(l2, 0, GUEST_RAM), "memory for the guest");
	must(l2_load(l2, GUEST_CODE, code, code_end - code), "code for the guest");
	must(l2_add_vcpu(l2, &vcpu), "a virtual CPU");
	return vcpu;
}

/* Room for one MSR, for the ioctls. */
struct one_msr {
	struct kvm_msrs head;
	struct kvm_msr_entry entry;
};

/**
 * guest_read_msr() - an MSR of a vCPU, as its VMM reads it
 * @vcpu: the vCPU
 * @index: MSR number; one that KVM refuses ends the program
 *
 * Return: its value.
 */
uint64_t guest_read_msr(struct l2_vcpu *vcpu, uint32_t index)
{
	struct one_msr msr = { .head.nmsrs = 1, .entry.index = index };

	if (IOCTL(vcpu->fd, KVM_GET_MSRS, &msr) != 1)
		die("KVM does not let MSR %#x be read", index);
	return msr.entry.data;
}

/**
 * guest_write_msr() - write an MSR of a vCPU, as its VMM
 * @vcpu: the vCPU
 * @index: MSR number; one that KVM refuses ends the program
 * @data: new value
 */
void guest_write_msr(struct l2_vcpu *vcpu, uint32_t index, uint64_t data)
{
	struct one_msr msr = { .head.nmsrs = 1, .entry = { .index = index, .data = data } };

	if (IOCTL(vcpu->fd, KVM_SET_MSRS, &msr) != 1)
		die("KVM does not let MSR %#x be written", index);
}

/**
 * l1_now_ns() - this machine's clock
 *
 * Return: CLOCK_MONOTONIC in ns.
 */
int64_t l1_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_S + now.tv_nsec;
}

/**
 * write_step() - a step of a program's command line that writes to a file of sysfs
 * @step: PATH=WORD; changed. Anything else ends the program.
 */
void write_step(char *step)
{
	char *word = strchr(step, '=');
	int fd;

	if (!word)
		die("unknown step: %s", step);
	*word++ = '\0';
	fd = open(step, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, word, strlen(word)) < 0)
		die("%s: %s", step, strerror(errno));
	close(fd);
}
