// SPDX-License-Identifier: GPL-2.0
/*
 * kvm_offer - all that KVM offers to a VMM, one line each
 *
 * Two loads of the same backend must offer the same, whatever was loaded between them.
 */
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "guest.h"

#define CAPABILITIES	300
#define MAX_ENTRIES	256
#define MAX_MSRS	1000

static void capabilities(int kvm)
{
	int cap, value;

	for (cap = 0; cap < CAPABILITIES; cap++) {
		value = ioctl(kvm, KVM_CHECK_EXTENSION, cap);
		if (value)
			printf("capability %d: %d\n", cap, value);
	}
}

static void cpuid(int kvm)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[MAX_ENTRIES];
	} table = { .head.nent = MAX_ENTRIES };
	unsigned int i;

	IOCTL(kvm, KVM_GET_SUPPORTED_CPUID, &table);
	for (i = 0; i < table.head.nent; i++)
		printf("cpuid %08x.%x: %08x %08x %08x %08x\n", table.entries[i].function,
		       table.entries[i].index, table.entries[i].eax, table.entries[i].ebx,
		       table.entries[i].ecx, table.entries[i].edx);
}

static struct {
	struct kvm_msr_list head;
	__u32 indices[MAX_MSRS];
} list;

static void msrs(int kvm)
{
	unsigned int i;

	list.head.nmsrs = MAX_MSRS;
	IOCTL(kvm, KVM_GET_MSR_INDEX_LIST, &list);
	for (i = 0; i < list.head.nmsrs; i++)
		printf("msr %x\n", list.indices[i]);
}

static void feature_msrs(int kvm)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msr = { .head.nmsrs = 1 };
	unsigned int i;

	list.head.nmsrs = MAX_MSRS;
	IOCTL(kvm, KVM_GET_MSR_FEATURE_INDEX_LIST, &list);
	for (i = 0; i < list.head.nmsrs; i++) {
		msr.entry.index = list.indices[i];
		if (ioctl(kvm, KVM_GET_MSRS, &msr) == 1)
			printf("feature msr %x: %llx\n", msr.entry.index, msr.entry.data);
	}
}

int main(void)
{
	struct l2 *l2;

	must(l2_create(&l2, 0), "a guest on /dev/kvm");
	capabilities(l2->kvm_fd);
	cpuid(l2->kvm_fd);
	msrs(l2->kvm_fd);
	feature_msrs(l2->kvm_fd);
	l2_destroy(l2);
	return EXIT_SUCCESS;
}
