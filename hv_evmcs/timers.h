/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_TIMERS_H
#define HV_EVMCS_TIMERS_H

#include <linux/types.h>

struct kvm_vcpu;

/**
 * struct vcpu_timers - a vCPU's timers
 * @deadline_set: at which exit, or after it, the TSC deadline was set last
 */
struct vcpu_timers {
	u64 deadline_set;
};

void timers_deadline_set(struct kvm_vcpu *vcpu);
void timers_set_again(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_TIMERS_H */
