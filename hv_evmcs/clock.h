/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_CLOCK_H
#define HV_EVMCS_CLOCK_H

#include <linux/kvm_types.h>
#include <linux/list.h>
#include <linux/types.h>

/**
 * struct vm_clock - the clocks of a VM
 * @link: on the list of VMs; empty when the VM goes
 * @floor_ns: what its kvmclock has shown in the last event at most
 */
struct vm_clock {
	struct list_head link;
	u64 floor_ns;
};

/**
 * struct vcpu_clock - the clocks of a vCPU
 * @turn: the gate's, when the vCPU passed it last; plus 1 if it is about to pass
 * @early: its clock has not yet reached what it showed before
 */
struct vcpu_clock {
	unsigned int turn;
	bool early;
};

void clock_module_init(void);
void clock_module_exit(void);
void clock_vm_init(struct kvm *kvm);
void clock_vm_forget(struct kvm *kvm);
void clock_vcpu_free(struct kvm_vcpu *vcpu);
bool clock_before_entry(struct kvm_vcpu *vcpu);
void clock_wait(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_CLOCK_H */
