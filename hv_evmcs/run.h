/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_RUN_H
#define HV_EVMCS_RUN_H

#include <linux/kvm_host.h>

int run_pre(struct kvm_vcpu *vcpu);
fastpath_t run_vcpu(struct kvm_vcpu *vcpu, u64 run_flags);
void run_handle_exit_irqoff(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_RUN_H */
