/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Protection of the host, and of other guests, from this one. What applies where is
 * listed in Documentation/security.rst; RSB, IBRS, VERW and branch-history clearing
 * sit in entry.S.
 */
#ifndef HV_EVMCS_MITIGATION_H
#define HV_EVMCS_MITIGATION_H

#include <linux/jump_label.h>
#include <linux/kvm_host.h>

struct entry_state;

DECLARE_STATIC_KEY_FALSE(mitigation_l1d_flush);

int mitigation_module_init(void);
void mitigation_module_exit(void);
void mitigation_vm_init(struct kvm *kvm);
void mitigation_update_fb_clear(struct kvm_vcpu *vcpu);
void mitigation_before_entry(struct kvm_vcpu *vcpu);
void mitigation_after_exit(struct kvm_vcpu *vcpu);
void entry_restore_host_spec_ctrl(struct entry_state *entry, unsigned int flags);

#endif /* HV_EVMCS_MITIGATION_H */
