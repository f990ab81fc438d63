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
