/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_EXIT_H
#define HV_EVMCS_EXIT_H

#include <linux/kvm_host.h>

int exit_handle(struct kvm_vcpu *vcpu, fastpath_t fastpath);
int exit_skip_instruction(struct kvm_vcpu *vcpu);
void exit_get_info(struct kvm_vcpu *vcpu, u32 *reason, u64 *info1, u64 *info2,
		   u32 *intr_info, u32 *error_code);
void exit_host_machine_check(void);

#endif /* HV_EVMCS_EXIT_H */
