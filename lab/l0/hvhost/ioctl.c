// SPDX-License-Identifier: GPL-2.0
/*
 * hvhost - what KVM does not do of a Hyper-V host, for a QEMU that runs L1 in L0
 *
 * A library to preload into QEMU (LD_PRELOAD). It puts its own ioctl() between QEMU and KVM,
 * learns from QEMU's calls what machine there is, and answers exits that only hvhost asked KVM
 * for; all else is QEMU's and KVM's, so the machine is that of every other run.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "command.h"
#include "msr.h"
#include "port.h"
#include "vm.h"

static bool filtered;

static int create_vm(int fd, void *argument)
{
	int result = kvm_ioctl(fd, KVM_CREATE_VM, argument);

	if (result >= 0)
		vm_created(fd, result);
	return result;
}

static int set_filter(const struct kvm_msr_filter *filter)
{
	int result = msr_set_filter(filter);

	filtered = !result;
	return result;
}

/* QEMU sets its filter, and allows exits by it, before it creates vCPUs; another one may not. */
static int create_vcpu(int fd, void *argument)
{
	struct kvm_enable_cap exits = {
		.cap = KVM_CAP_X86_USER_SPACE_MSR,
		.args[0] = KVM_MSR_EXIT_REASON_FILTER,
	};
	int result = kvm_ioctl(fd, KVM_CREATE_VCPU, argument);

	if (result < 0)
		return result;
	if (!filtered && (kvm_ioctl(fd, KVM_ENABLE_CAP, &exits) || set_filter(NULL))) {
		perror("hvhost: KVM_X86_SET_MSR_FILTER");
		exit(1);
	}
	if (!vm.count)
		command_start();
	vm_add_vcpu(result, (unsigned long)argument);
	return result;
}

static bool exit_is_ours(struct kvm_run *run)
{
	switch (run->exit_reason) {
	case KVM_EXIT_X86_RDMSR:
	case KVM_EXIT_X86_WRMSR:
		return msr_exit(run);
	case KVM_EXIT_IO:
		return port_exit(run);
	}
	return false;
}

static int run(struct vcpu *vcpu)
{
	int result, error;

	do {
		vm_enter(vcpu);
		result = kvm_ioctl(vcpu->fd, KVM_RUN, NULL);
		error = errno;
		vm_leave(vcpu);
	} while (!result && exit_is_ours(vcpu->run));
	errno = error;
	return result;
}

static int vm_request(int fd, unsigned long request, void *argument)
{
	int result;

	switch (request) {
	case KVM_CREATE_VCPU:
		return create_vcpu(fd, argument);
	case KVM_X86_SET_MSR_FILTER:
		return set_filter(argument);
	case KVM_SET_USER_MEMORY_REGION:
		result = kvm_ioctl(fd, request, argument);
		if (!result)
			vm_set_memory(argument);
		return result;
	}
	return kvm_ioctl(fd, request, argument);
}

/**
 * ioctl() - in the place of the C library's
 * @fd: descriptor
 * @request: request
 *
 * Return: as documented for the request; errno is set when that is -1.
 */
__attribute__((visibility("default")))
int ioctl(int fd, unsigned long request, ...)
{
	struct vcpu *vcpu;
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);

	if (request == KVM_CREATE_VM)
		return create_vm(fd, argument);
	if (fd == vm.fd && fd >= 0)
		return vm_request(fd, request, argument);
	if (request == KVM_RUN) {
		vcpu = vm_vcpu(fd);
		if (vcpu)
			return run(vcpu);
	}
	return kvm_ioctl(fd, request, argument);
}
