/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Questions about the CPUID a VMM gave its guest, and about what kvm.ko offers,
 * in terms of the kernel's X86_FEATURE_* numbers.
 */
#ifndef HV_EVMCS_GUEST_CPUID_H
#define HV_EVMCS_GUEST_CPUID_H

#include <linux/bits.h>
#include <linux/types.h>
#include <asm/cpufeature.h>

#include "kvm_private.h"

bool guest_cpuid_bit(struct kvm_vcpu *vcpu, unsigned int word, u32 mask);

/*
 * Feature words that mirror a register of a CPUID leaf; the words Linux defined
 * for itself have no place in a guest's CPUID.
 */
#define __guest_cpuid_check_word(feature)					\
	static_assert((feature) / 32 == CPUID_1_ECX ||				\
		      (feature) / 32 == CPUID_8000_0001_EDX ||			\
		      (feature) / 32 == CPUID_7_0_EBX ||			\
		      (feature) / 32 == CPUID_7_ECX ||				\
		      (feature) / 32 == CPUID_7_EDX ||				\
		      (feature) / 32 == CPUID_7_1_EAX ||			\
		      (feature) / 32 == CPUID_D_1_EAX ||			\
		      (feature) / 32 == CPUID_8000_0008_EBX)

/* Does the guest's CPUID show the feature? Process context. */
#define guest_cpuid_has(vcpu, feature)						\
({										\
	__guest_cpuid_check_word(feature);					\
	guest_cpuid_bit(vcpu, (feature) / 32, BIT((feature) % 32));		\
})

#define kvm_caps_has(feature)							\
({										\
	__guest_cpuid_check_word(feature);					\
	!!(kvm_cpu_caps[(feature) / 32] & BIT((feature) % 32));			\
})

#define kvm_caps_clear(feature)							\
do {										\
	__guest_cpuid_check_word(feature);					\
	kvm_cpu_caps[(feature) / 32] &= ~(u32)BIT((feature) % 32);		\
} while (0)

#define kvm_caps_set(feature)							\
do {										\
	__guest_cpuid_check_word(feature);					\
	kvm_cpu_caps[(feature) / 32] |= BIT((feature) % 32);			\
} while (0)

#endif /* HV_EVMCS_GUEST_CPUID_H */
