/* SPDX-License-Identifier: GPL-2.0 */
/*
 * User-return MSRs: MSRs that hold the guest's value until the task goes back to
 * user space. kvm.ko owns the mechanism, the backend the list.
 */
#ifndef HV_EVMCS_URET_H
#define HV_EVMCS_URET_H

#include <linux/types.h>

struct kvm_vcpu;

#define NR_URET_MSRS	6

/**
 * struct uret_msr - a user-return MSR of a vCPU
 * @load: the guest needs its value in the register
 * @data: the guest's value
 * @mask: bits that are the guest's; the others stay the host's
 */
struct uret_msr {
	bool load;
	u64 data;
	u64 mask;
};

void uret_module_init(void);
void uret_vcpu_init(struct kvm_vcpu *vcpu);
struct uret_msr *uret_find(struct kvm_vcpu *vcpu, u32 msr);
int uret_set(struct kvm_vcpu *vcpu, struct uret_msr *uret, u64 data);
void uret_update_loads(struct kvm_vcpu *vcpu);
void uret_load_guest(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_URET_H */
