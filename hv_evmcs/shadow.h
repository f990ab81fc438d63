/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test builds keep a copy of the enlightened VMCS as of its last exit and refuse an
 * entry in which a field changed under a set clean bit.
 */
#ifndef HV_EVMCS_SHADOW_H
#define HV_EVMCS_SHADOW_H

#include <linux/types.h>

struct kvm_vcpu;

#ifdef HV_EVMCS_TEST
int shadow_create(struct kvm_vcpu *vcpu);
void shadow_destroy(struct kvm_vcpu *vcpu);
void shadow_save(struct kvm_vcpu *vcpu);
bool shadow_intact(struct kvm_vcpu *vcpu);
#else
static inline int shadow_create(struct kvm_vcpu *vcpu) { return 0; }
static inline void shadow_destroy(struct kvm_vcpu *vcpu) { }
static inline void shadow_save(struct kvm_vcpu *vcpu) { }
static inline bool shadow_intact(struct kvm_vcpu *vcpu) { return true; }
#endif

#endif /* HV_EVMCS_SHADOW_H */
