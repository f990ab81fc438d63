// SPDX-License-Identifier: GPL-2.0
/*
 * tsc.c - L0's own time, and the TSCs of L1's vCPUs
 *
 * A vCPU's TSC is ((L0's TSC * ratio) >> 48) + offset (SDM 3C 26.3, "TSC multiplier"; KVM
 * computes the ratio from two frequencies in kHz). The ratio is set by KVM_SET_TSC_KHZ, the
 * offset by the attribute KVM_VCPU_TSC_OFFSET.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <x86intrin.h>

#include "timer.h"
#include "tsc.h"
#include "vm.h"

#define RATIO_BITS	48
#define NS_PER_MS	1000000

static uint64_t host_khz, guest_khz;
static int64_t skews[VM_MAX_VCPUS];

/**
 * tsc_host() - L0's TSC
 *
 * Return: cycles since power-on.
 */
uint64_t tsc_host(void)
{
	return _mm_lfence(), __rdtsc();
}

static uint64_t khz(void)
{
	if (!host_khz)
		host_khz = kvm_ioctl(vm.fd, KVM_GET_TSC_KHZ, NULL);
	return host_khz;
}

/**
 * tsc_host_hz() - the frequency of L0's TSC, as L0's kernel has it
 *
 * Return: Hz.
 */
uint64_t tsc_host_hz(void)
{
	return khz() * 1000;
}

/**
 * tsc_host_ns() - the time of L0, by which everything is judged
 * @host: a reading of L0's TSC
 *
 * Return: ns since power-on.
 */
uint64_t tsc_host_ns(uint64_t host)
{
	return (unsigned __int128)host * NS_PER_MS / khz();
}

static uint64_t current_khz(void)
{
	if (!guest_khz)
		guest_khz = kvm_ioctl(vm.vcpus[0].fd, KVM_GET_TSC_KHZ, NULL);
	return guest_khz;
}

/**
 * tsc_hz() - the frequency of L1's TSC
 *
 * Return: Hz. Host lock held.
 */
uint64_t tsc_hz(void)
{
	return current_khz() * 1000;
}

static uint64_t scaled(uint64_t host, uint64_t to_khz)
{
	uint64_t ratio = ((unsigned __int128)to_khz << RATIO_BITS) / khz();

	return ((unsigned __int128)host * ratio) >> RATIO_BITS;
}

static int attribute(const struct vcpu *vcpu, unsigned long request, uint64_t *value)
{
	struct kvm_device_attr attr = {
		.group = KVM_VCPU_TSC_CTRL,
		.attr = KVM_VCPU_TSC_OFFSET,
		.addr = (uintptr_t)value,
	};

	return kvm_ioctl(vcpu->fd, request, &attr) ? -errno : 0;
}

/* Waits for a vCPU that is in KVM_RUN. */
static uint64_t offset(unsigned int vp)
{
	uint64_t value = 0;

	attribute(&vm.vcpus[vp], KVM_GET_DEVICE_ATTR, &value);
	return value;
}

/**
 * tsc_guest() - L1's TSC at a point in time
 * @vp: which vCPU
 * @host: L0's TSC at that point
 *
 * Return: cycles. The machine is stopped, or @vp is the caller's.
 */
uint64_t tsc_guest(unsigned int vp, uint64_t host)
{
	return scaled(host, current_khz()) + offset(vp);
}

/**
 * tsc_change() - give L1's TSCs another frequency
 * @hz: the new frequency, of which whole kHz count
 * @host: L0's TSC at the point from which on it holds
 * @jump: what is added to the value of every TSC there
 *
 * The differences between vCPUs stay as they are, in cycles.
 *
 * Return: 0, or the negative errno of KVM, which may then have changed some. The machine is
 * stopped.
 */
int tsc_change(uint64_t hz, uint64_t host, int64_t jump)
{
	uint64_t new_khz = hz / 1000;
	int err;

	for (unsigned int i = 0; i < vm.count; i++) {
		uint64_t value = tsc_guest(i, host) + jump - scaled(host, new_khz);
		struct vcpu *vcpu = &vm.vcpus[i];
		uint32_t left = timer_left(vcpu);

		if (kvm_ioctl(vcpu->fd, KVM_SET_TSC_KHZ, (void *)new_khz))
			return -errno;
		err = attribute(vcpu, KVM_SET_DEVICE_ATTR, &value);
		if (err)
			return err;
		timer_restart(vcpu, left);
	}
	guest_khz = new_khz;
	return 0;
}

/**
 * tsc_skew() - set one vCPU's TSC off the others
 * @vp: which vCPU
 * @cycles: how far ahead of where it would be without skew
 *
 * Return: 0, or the negative errno of KVM. The machine is stopped.
 */
int tsc_skew(unsigned int vp, int64_t cycles)
{
	uint64_t value = offset(vp) + cycles - skews[vp];
	struct vcpu *vcpu = &vm.vcpus[vp];
	uint32_t left = timer_left(vcpu);
	int err = attribute(vcpu, KVM_SET_DEVICE_ATTR, &value);

	if (err)
		return err;
	timer_restart(vcpu, left);
	skews[vp] = cycles;
	return 0;
}
