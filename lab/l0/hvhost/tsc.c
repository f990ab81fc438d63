// SPDX-License-Identifier: GPL-2.0
/*
 * tsc.c - L0's own time, and the TSCs of L1's vCPUs
 *
 * A vCPU's TSC is ((L0's TSC * ratio) >> 48) + offset (SDM 3C 26.3, "TSC multiplier"; KVM
 * computes the ratio from two frequencies in kHz). The ratio is set by KVM_SET_TSC_KHZ, the
 * offset by the attribute KVM_VCPU_TSC_OFFSET.
 *
 * So KVM has whole kHz only, as L0 counts time. No host's TSC is so even, and a guest that cuts its
 * frequency to kHz must not pass for right: the time that hvhost and L1 go by, "true" time, has L0's
 * TSC run MORE_HZ faster than L0 takes it to. Then L1's frequency is never a whole number of kHz.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <x86intrin.h>

#include "timer.h"
#include "tsc.h"
#include "vm.h"

#define RATIO_BITS	48
#define NS_PER_S	1000000000
#define HZ_PER_KHZ	1000
#define MORE_HZ		3467	/* 17 ppm of 200 MHz */
#define FARTHEST	4	/* L0's frequency and L1's, one over the other */

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
 * tsc_host_hz() - the true frequency of L0's TSC
 *
 * Return: Hz.
 */
uint64_t tsc_host_hz(void)
{
	return khz() * HZ_PER_KHZ + MORE_HZ;
}

/**
 * tsc_host_ns() - the time of L0, by which everything is judged
 * @host: a reading of L0's TSC
 *
 * Return: ns since power-on.
 */
uint64_t tsc_host_ns(uint64_t host)
{
	return (unsigned __int128)host * NS_PER_S / tsc_host_hz();
}

static uint64_t current_khz(void)
{
	if (!guest_khz)
		guest_khz = kvm_ioctl(vm.vcpus[0].fd, KVM_GET_TSC_KHZ, NULL);
	return guest_khz;
}

static uint64_t divided(unsigned __int128 dividend, uint64_t divisor)
{
	return (dividend + divisor / 2) / divisor;
}

static uint64_t to_hz(uint64_t guest)
{
	return divided((unsigned __int128)guest * tsc_host_hz(), khz());
}

static uint64_t to_khz(uint64_t hz)
{
	return divided((unsigned __int128)hz * khz(), tsc_host_hz());
}

/**
 * tsc_hz() - the frequency of L1's TSC
 *
 * Return: Hz, rounded. Host lock held.
 */
uint64_t tsc_hz(void)
{
	return to_hz(current_khz());
}

/**
 * tsc_nearest() - the frequency that L1's TSC can have
 * @hz: nearest to this one
 *
 * Return: Hz, rounded; 0 if it is out of reach. Host lock held.
 */
uint64_t tsc_nearest(uint64_t hz)
{
	uint64_t guest = to_khz(hz);

	return guest * FARTHEST < khz() || guest > khz() * FARTHEST ? 0 : to_hz(guest);
}

/**
 * tsc_per_cycle() - what a cycle of L1's TSC is worth
 * @per_second: units of time in a second, 2^24 at most
 *
 * Return: units in a cycle, times 2^64; not rounded up. Host lock held.
 */
uint64_t tsc_per_cycle(uint64_t per_second)
{
	return ((unsigned __int128)per_second << 64) / tsc_host_hz() * khz() / current_khz();
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
 * @hz: the new frequency; see tsc_nearest()
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
	uint64_t new_khz = to_khz(hz);
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
