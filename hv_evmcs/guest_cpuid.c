// SPDX-License-Identifier: GPL-2.0
#include <linux/kvm_host.h>

#include "guest_cpuid.h"

static const struct {
	u32 function, index;
	u8 reg;
} cpuid_words[] = {
	[CPUID_1_ECX]		= { 1, 0, CPUID_ECX },
	[CPUID_8000_0001_EDX]	= { 0x80000001, 0, CPUID_EDX },
	[CPUID_7_0_EBX]		= { 7, 0, CPUID_EBX },
	[CPUID_7_ECX]		= { 7, 0, CPUID_ECX },
	[CPUID_7_EDX]		= { 7, 0, CPUID_EDX },
	[CPUID_7_1_EAX]		= { 7, 1, CPUID_EAX },
	[CPUID_D_1_EAX]		= { 0xd, 1, CPUID_EAX },
	[CPUID_8000_0008_EBX]	= { 0x80000008, 0, CPUID_EBX },
};

/**
 * guest_cpuid_bit - are bits set in a register of the guest's CPUID?
 * @vcpu: the vCPU
 * @word: enum cpuid_leafs, one of those in the table above
 * @mask: the bits
 *
 * Process context, interrupts on (kvm.ko asserts it).
 *
 * Return: true if any of the bits is set.
 */
bool guest_cpuid_bit(struct kvm_vcpu *vcpu, unsigned int word, u32 mask)
{
	const struct kvm_cpuid_entry2 *entry =
		kvm_find_cpuid_entry_index(vcpu, cpuid_words[word].function,
					   cpuid_words[word].index);

	if (!entry)
		return false;
	switch (cpuid_words[word].reg) {
	case CPUID_EAX:
		return entry->eax & mask;
	case CPUID_EBX:
		return entry->ebx & mask;
	case CPUID_ECX:
		return entry->ecx & mask;
	default:
		return entry->edx & mask;
	}
}
