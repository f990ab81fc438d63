/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_CLOCK_H
#define HV_EVMCS_CLOCK_H

#include <linux/kvm_types.h>
#include <linux/list.h>
#include <linux/types.h>

#include "gate.h"
#include "kvmclock.h"
#include "line.h"

/**
 * struct vm_clock - the clocks of a VM
 * @link: on the list of VMs; empty before its first vCPU, and when the VM goes
 * @settled: the gate's turn in which the pages of all vCPUs were found, or made, right
 * @kvmclock: what they showed before
 * @line: what they show
 */
struct vm_clock {
	struct list_head link;
	unsigned int settled;
	struct vm_kvmclock kvmclock;
	struct vm_line line;
};

/**
 * struct vcpu_clock - the clocks of a vCPU; turns of the gate
 * @updating: in which it asked kvm.ko for its pvclock
 * @ready: in which that was written
 * @written: in which others wrote it
 * @entered: in which it may enter
 * @called_off: entries that were, each of which kvm.ko counts as an exit
 * @kvmclock: its TSC
 * @line: what its pvclock shows
 */
struct vcpu_clock {
	unsigned int updating;
	unsigned int ready;
	unsigned int written;
	unsigned int entered;
	u64 called_off;
	struct vcpu_kvmclock kvmclock;
	struct vcpu_line line;
};

int clock_module_init(void);
void clock_module_exit(void);
void clock_vm_init(struct kvm *kvm);
void clock_vm_destroy(struct kvm *kvm);
void clock_vcpu_create(struct kvm_vcpu *vcpu);
void clock_vcpu_free(struct kvm_vcpu *vcpu);
void clock_hold_tsc(void);
void clock_release_tsc(void);
void clock_wait(struct kvm_vcpu *vcpu);

/**
 * clock_may_enter - have a vCPU's clocks followed the last change?
 * @clock: the vCPU's; interrupts off, the vCPU's mode is IN_GUEST_MODE
 *
 * Return: false if it has to go back; see clock_wait().
 */
static __always_inline bool clock_may_enter(const struct vcpu_clock *clock)
{
	/* Pairs with gate_open(). */
	return clock->entered == smp_load_acquire(&gate_turn);
}

#endif /* HV_EVMCS_CLOCK_H */
