/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the guests of a VM take for the time: their TSC, and the pvclock pages that kvm.ko derives
 * from the VM's master clock.
 */
#ifndef HV_EVMCS_KVMCLOCK_H
#define HV_EVMCS_KVMCLOCK_H

#include <linux/types.h>

struct kvm;
struct kvm_vcpu;
struct change;
struct moment;

/**
 * struct vm_kvmclock - a VM's clock before a change of the machine's TSC
 * @had_master: it had a master clock
 * @offset: from that to its kvmclock, in ns
 * @shown_ns: what its kvmclock showed
 */
struct vm_kvmclock {
	bool had_master;
	s64 offset;
	u64 shown_ns;
};

/**
 * struct vcpu_kvmclock - a vCPU's TSC
 * @moved: it went on after a change of the machine's TSC
 */
struct vcpu_kvmclock {
	bool moved;
};

void kvmclock_note(struct kvm *kvm, const struct moment *before);
void kvmclock_move(struct kvm *kvm, const struct change *change);
void kvmclock_leave_master(struct kvm *kvm, const struct moment *now);
void kvmclock_update_vcpu(struct kvm_vcpu *vcpu);
void kvmclock_write_for(struct kvm_vcpu *vcpu, bool stable);
void kvmclock_renew_tsc_page(struct kvm *kvm);

#endif /* HV_EVMCS_KVMCLOCK_H */
