// SPDX-License-Identifier: GPL-2.0
/*
 * timer.c - the local APIC timers of L1 across a change of its TSCs
 *
 * KVM runs them on the VMX preemption timer and keeps their deadlines in cycles of L1's TSC as it
 * was when they were started. So a timer that runs is started again for the time that is left. L1
 * has its APICs in x2APIC mode and uses the timer in one-shot mode, so that the initial count means
 * nothing to it.
 */
#include <linux/kvm.h>

#include "timer.h"

#define X2APIC_INITIAL_COUNT	0x838
#define X2APIC_CURRENT_COUNT	0x839

struct one_msr {
	struct kvm_msrs head;
	struct kvm_msr_entry entry;
};

/**
 * timer_left() - how long a vCPU's timer still has to go
 * @vcpu: the vCPU
 *
 * Return: counts of the timer, which do not depend on the TSC; 0 if it does not run, or if the APIC
 * is not in x2APIC mode. The machine is stopped.
 */
uint32_t timer_left(const struct vcpu *vcpu)
{
	struct one_msr msr = { .head.nmsrs = 1, .entry.index = X2APIC_CURRENT_COUNT };

	return kvm_ioctl(vcpu->fd, KVM_GET_MSRS, &msr) == 1 ? msr.entry.data : 0;
}

/**
 * timer_restart() - start a vCPU's timer again
 * @vcpu: the vCPU
 * @left: what timer_left() said before the TSC was changed
 *
 * The machine is stopped.
 */
void timer_restart(const struct vcpu *vcpu, uint32_t left)
{
	struct one_msr msr = {
		.head.nmsrs = 1,
		.entry = { .index = X2APIC_INITIAL_COUNT, .data = left },
	};

	if (left)
		kvm_ioctl(vcpu->fd, KVM_SET_MSRS, &msr);
}
