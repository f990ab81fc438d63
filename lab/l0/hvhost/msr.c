// SPDX-License-Identifier: GPL-2.0
/*
 * msr.c - the MSRs of L1 that hvhost answers in place of KVM
 *
 * KVM_X86_SET_MSR_FILTER makes accesses to them leave KVM_RUN. QEMU has a filter and exits of its
 * own, which stay as they are.
 */
#include <asm/kvm.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "msr.h"
#include "reenlightenment.h"
#include "reference.h"
#include "vm.h"

/* A write that is missing is refused with #GP. */
static const struct msr {
	uint32_t index;
	int (*read)(uint64_t *value);
	int (*write)(uint64_t value);
} msrs[] = {
	{ 0x40000020, reference_read_counter, NULL },
	{ 0x40000021, reference_read_page, reference_write_page },
	{ 0x40000022, reenlightenment_read_frequency, NULL },
	{ 0x40000106, reenlightenment_read_control, reenlightenment_write_control },
	{ 0x40000107, reenlightenment_read_emulation, reenlightenment_write_emulation },
	{ 0x40000108, reenlightenment_read_status, reenlightenment_write_status },
};

#define MSRS	(sizeof(msrs) / sizeof(msrs[0]))

/**
 * msr_set_filter() - set QEMU's filter and ours
 * @filter: QEMU's, or NULL when it has none
 *
 * Return: what the ioctl returns; errno is set when that is -1.
 */
int msr_set_filter(const struct kvm_msr_filter *filter)
{
	struct kvm_msr_filter merged = { .flags = KVM_MSR_FILTER_DEFAULT_ALLOW };
	uint64_t trap = 0;
	unsigned int i, used;

	if (filter)
		merged = *filter;
	for (used = 0; used < KVM_MSR_FILTER_MAX_RANGES && merged.ranges[used].nmsrs; used++)
		;
	if (used + MSRS > KVM_MSR_FILTER_MAX_RANGES) {
		fprintf(stderr, "hvhost: no room for %zu ranges in the MSR filter of QEMU\n", MSRS);
		errno = E2BIG;
		return -1;
	}
	for (i = 0; i < MSRS; i++)
		merged.ranges[used + i] = (struct kvm_msr_filter_range) {
			.flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE,
			.base = msrs[i].index,
			.nmsrs = 1,
			.bitmap = (uint8_t *)&trap,
		};
	return kvm_ioctl(vm.fd, KVM_X86_SET_MSR_FILTER, &merged);
}

/**
 * msr_exit() - answer an access that has left KVM_RUN
 * @run: the exit information of KVM_EXIT_X86_RDMSR or KVM_EXIT_X86_WRMSR
 *
 * Return: false if the MSR is not ours.
 */
bool msr_exit(struct kvm_run *run)
{
	const struct msr *msr = msrs;
	uint64_t value = 0;
	int err = -EPERM;

	while (msr->index != run->msr.index)
		if (++msr == msrs + MSRS)
			return false;
	vm_lock();
	if (run->exit_reason == KVM_EXIT_X86_RDMSR) {
		err = msr->read(&value);
		run->msr.data = value;
	} else if (msr->write) {
		err = msr->write(run->msr.data);
	}
	vm_unlock();
	run->msr.error = !!err;
	return true;
}
