/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_CLOCK_H
#define HV_EVMCS_CLOCK_H

#include <linux/kvm_types.h>
#include <linux/list.h>
#include <linux/types.h>

/**
 * struct vm_clock - the clocks of a VM
 * @link: on the list of VMs; empty when the VM goes
 * @had_master: in the event that runs, it had a master clock
 * @master_ns: which showed this
 * @floor_ns: what its kvmclock has shown before the last event at most
 * @ready: the gate's turn for which all vCPUs were found ready
 */
struct vm_clock {
	struct list_head link;
	bool had_master;
	u64 master_ns;
	u64 floor_ns;
	unsigned int ready;
};

/**
 * struct vcpu_clock - the clocks of a vCPU; turns of the gate
 * @updating: in which it was sent back for its pvclock
 * @ready: in which its pvclock was written
 * @entered: in which it entered last
 * @early: it was ready, but it is too early to enter
 */
struct vcpu_clock {
	unsigned int updating;
	unsigned int ready;
	unsigned int entered;
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
