/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's performance counters while a guest runs. Guests have no vPMU; what
 * is switched here keeps the host's events out of the guest, and the guest out of
 * the host's PEBS buffers.
 */
#ifndef HV_EVMCS_PERF_H
#define HV_EVMCS_PERF_H

#include <linux/types.h>

struct kvm_vcpu;

#define PERF_SWITCH_MAX	4

/**
 * struct vcpu_perf - MSRs to put back after the exit
 * @nr: how many
 * @msr: number and the host's value
 */
struct vcpu_perf {
	unsigned int nr;
	struct {
		u32 index;
		u64 host;
	} msr[PERF_SWITCH_MAX];
};

void perf_before_entry(struct kvm_vcpu *vcpu);
void perf_after_exit(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_PERF_H */
