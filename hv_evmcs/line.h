/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lines in the pvclock pages of guests.
 */
#ifndef HV_EVMCS_LINE_H
#define HV_EVMCS_LINE_H

#include <linux/kvm_host.h>
#include <linux/mutex.h>
#include <linux/types.h>

/**
 * struct vm_line - the lines of a VM
 * @lock: held by who revokes lines
 * @revoked: sequence of its pvclock in which no line was taken for stable any more
 */
struct vm_line {
	struct mutex lock;	/* of revoking */
	unsigned int revoked;
};

/**
 * struct vcpu_line - a vCPU's line
 * @stamp: time stamp that kvm.ko gave the last one that was mended
 * @tsc: the machine's TSC then
 * @fresh: the vCPU has not entered with it
 * @turn: sequence of the VM's pvclock in which it was looked at, after others had been revoked
 */
struct vcpu_line {
	u64 stamp;
	u64 tsc;
	bool fresh;
	unsigned int turn;
};

void line_vm_init(struct kvm *kvm);
void line_write_for(struct kvm_vcpu *vcpu, bool stable);
bool line_ring_full(struct kvm_vcpu *vcpu);
bool line_own_holds(struct kvm_vcpu *vcpu);
void line_mend(struct kvm_vcpu *vcpu);

/**
 * line_holds - may a vCPU enter with the line that it has?
 * @vcpu: loaded, interrupts off
 *
 * Return: false if it has to go back; see line_mend().
 */
static __always_inline bool line_holds(struct kvm_vcpu *vcpu)
{
	return likely(READ_ONCE(vcpu->kvm->arch.use_master_clock)) || line_own_holds(vcpu);
}

#endif /* HV_EVMCS_LINE_H */
