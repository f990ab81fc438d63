// SPDX-License-Identifier: GPL-2.0
/*
 * fake.c - a KVM that keeps frequencies and offsets, and a machine that is always stopped
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/kvm.h>

#include "fake.h"
#include "vm.h"

#define VM_FD		9
#define VCPU_FD		10
#define APIC_ID		4	/* of the first vCPU */

#define X2APIC_INITIAL_COUNT	0x838

struct vm vm = { .fd = VM_FD, .count = CPUS };
struct fake_vcpu fake_vcpus[CPUS];
struct fake_page fake_page;
unsigned int fake_interrupts;
uint32_t fake_vector, fake_destination;

static long msr(struct fake_vcpu *vcpu, unsigned long request, struct kvm_msrs *msrs)
{
	if (request == KVM_GET_MSRS) {
		msrs->entries[0].data = vcpu->timer / 2;
	} else {
		assert_int_equal(msrs->entries[0].index, X2APIC_INITIAL_COUNT);
		vcpu->timer = msrs->entries[0].data;
	}
	return 1;
}

static long interrupt(const struct kvm_msi *msi)
{
	fake_interrupts++;
	fake_vector = msi->data;
	fake_destination = msi->address_lo >> 12 & 0xff;
	return 1;
}

int kvm_ioctl(int fd, unsigned long request, void *argument)
{
	struct fake_vcpu *vcpu = &fake_vcpus[fd == VM_FD ? 0 : fd - VCPU_FD];
	struct kvm_device_attr *attr = argument;

	switch (request) {
	case KVM_GET_TSC_KHZ:
		return fd == VM_FD ? HOST_KHZ : vcpu->khz;
	case KVM_SET_TSC_KHZ:
		vcpu->khz = (uintptr_t)argument;
		return 0;
	case KVM_GET_DEVICE_ATTR:
		*(uint64_t *)(uintptr_t)attr->addr = vcpu->offset;
		return 0;
	case KVM_SET_DEVICE_ATTR:
		vcpu->offset = *(uint64_t *)(uintptr_t)attr->addr;
		return 0;
	case KVM_GET_MSRS:
	case KVM_SET_MSRS:
		return msr(vcpu, request, argument);
	case KVM_SIGNAL_MSI:
		return interrupt(argument);
	}
	fail();
	return -1;
}

void *vm_memory(uint64_t gpa, size_t size)
{
	return gpa == PAGE_GPA && size == sizeof(fake_page) ? &fake_page : NULL;
}

void vm_stop(void)
{
}

void vm_resume(void)
{
}

void vm_changed(void)
{
}

void vm_lock(void)
{
}

void vm_unlock(void)
{
}

/* The vCPUs as KVM makes them. */
void fake_begin(void)
{
	for (unsigned int i = 0; i < CPUS; i++) {
		vm.vcpus[i].fd = VCPU_FD + i;
		vm.vcpus[i].apic_id = APIC_ID + i;
		fake_vcpus[i] = (struct fake_vcpu) { .khz = HOST_KHZ, .offset = -HOST_SECOND };
	}
}
