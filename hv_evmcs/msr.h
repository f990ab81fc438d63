/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_MSR_H
#define HV_EVMCS_MSR_H

#include <linux/types.h>

struct kvm;
struct kvm_vcpu;
struct msr_data;

int msr_get(struct kvm_vcpu *vcpu, struct msr_data *msr);
int msr_set(struct kvm_vcpu *vcpu, struct msr_data *msr);
int msr_get_feature(u32 msr, u64 *data);
bool msr_is_emulated(struct kvm *kvm, u32 index);
void msr_setup_mce(struct kvm_vcpu *vcpu);
void msr_reload_debugctl(struct kvm_vcpu *vcpu);
void msr_after_set_cpuid(struct kvm_vcpu *vcpu);
void msr_write_tsc_offset(struct kvm_vcpu *vcpu);
void msr_write_tsc_multiplier(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_MSR_H */
