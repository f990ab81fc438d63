// SPDX-License-Identifier: GPL-2.0
/*
 * clock_port.so - hands L0's time from L1 on to L2
 *
 * A library to preload into L1's QEMU. It answers L2's reads of the lab's clock port
 * (lab/clock-port.h) by reading the same port of L1, before QEMU sees them: a device of QEMU
 * would take too long between L2's two readings of its own clock.
 */
#include <linux/kvm.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock-port.h"

#define MAX_FDS	1024

/* By descriptor; NULL for what is no vCPU. */
static struct kvm_run *runs[MAX_FDS];
static long run_size;

/* Before QEMU has threads, which inherit it. */
__attribute__((constructor))
static void allow_port(void)
{
	if (ioperm(CLOCK_PORT, CLOCK_PORT_UPPER + 4 - CLOCK_PORT, 1)) {
		perror("clock_port: ioperm");
		exit(1);
	}
}

static void add_vcpu(int fd)
{
	void *run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (fd >= MAX_FDS || run == MAP_FAILED) {
		perror("clock_port: vCPU");
		exit(1);
	}
	runs[fd] = run;
}

static bool answered(struct kvm_run *run)
{
	if (run->exit_reason != KVM_EXIT_IO || run->io.direction != KVM_EXIT_IO_IN)
		return false;
	if (run->io.size != 4 || run->io.count != 1)
		return false;
	if (run->io.port != CLOCK_PORT && run->io.port != CLOCK_PORT_UPPER)
		return false;
	*(uint32_t *)((char *)run + run->io.data_offset) = inl(run->io.port);
	return true;
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;
	long result;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);

	do
		result = syscall(SYS_ioctl, fd, request, argument);
	while (!result && request == KVM_RUN && fd < MAX_FDS && runs[fd] && answered(runs[fd]));
	if (result >= 0 && request == KVM_CREATE_VM)
		run_size = syscall(SYS_ioctl, fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (result >= 0 && request == KVM_CREATE_VCPU)
		add_vcpu(result);
	return result;
}
