/* SPDX-License-Identifier: GPL-2.0 */
/*
 * CPUID, answered next to the VM entry.
 */
#ifndef HV_EVMCS_CPUID_H
#define HV_EVMCS_CPUID_H

#include <linux/kvm_types.h>
#include <linux/types.h>

struct kvm_vcpu;
struct kvm_cpuid_entry2;

#define CPUID_CACHE_SLOTS	16

/**
 * struct vcpu_cpuid - where the guest's CPUID leaves are found quickly
 * @slots: by hash of leaf and subleaf; pointers into kvm.ko's table, never copies:
 *	kvm.ko changes entries in place (OSXSAVE, APIC, MWAIT)
 */
struct vcpu_cpuid {
	struct {
		u32 function, index;
		const struct kvm_cpuid_entry2 *entry;
	} slots[CPUID_CACHE_SLOTS];
};

void cpuid_forget(struct kvm_vcpu *vcpu);
bool cpuid_fast(struct kvm_vcpu *vcpu);
int cpuid_slow(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_CPUID_H */
