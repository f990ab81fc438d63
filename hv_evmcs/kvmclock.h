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
 * struct vm_kvmclock - a VM's clock before a change of the machine's TSC or clocksource
 * @had_master: it had a master clock
 * @offset: from that to its kvmclock, in ns
 * @shown_ns: what its kvmclock showed
 * @noted_tsc: when it did, before a change of the clocksource
 * @cur_tsc: the TSC that a vCPU would have got that was added then
 * @born_khz: the machine's frequency when the VM was made
 */
struct vm_kvmclock {
	bool had_master;
	s64 offset;
	u64 shown_ns;
	u64 noted_tsc;
	u64 cur_tsc;
	unsigned int born_khz;
};

/**
 * struct vcpu_kvmclock - a vCPU's TSC
 * @noted: the change of the machine's TSC before which it was noted
 * @tsc: what it was then
 * @moved: it went on after a change
 */
struct vcpu_kvmclock {
	unsigned int noted;
	u64 tsc;
	bool moved;
};

void kvmclock_vm_init(struct kvm *kvm);
void kvmclock_first_vcpu(struct kvm *kvm);
void kvmclock_note(struct kvm *kvm, const struct moment *before);
void kvmclock_move(struct kvm *kvm, const struct change *change);
void kvmclock_leave_master(struct kvm *kvm, const struct moment *now);
void kvmclock_note_master(struct kvm *kvm);
void kvmclock_leave_noted_master(struct kvm *kvm);
void kvmclock_update_vcpu(struct kvm_vcpu *vcpu);
void kvmclock_renew_tsc_page(struct kvm *kvm);

#endif /* HV_EVMCS_KVMCLOCK_H */
