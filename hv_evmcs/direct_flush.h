/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Direct virtual flush: L0 serves a guest's own TLB-flush hypercalls (TLFS, "Direct
 * Virtual Flush"). Here the VMM asks for it (KVM_CAP_HYPERV_DIRECT_TLBFLUSH).
 */
#ifndef HV_EVMCS_DIRECT_FLUSH_H
#define HV_EVMCS_DIRECT_FLUSH_H

struct kvm_vcpu;

bool direct_flush_offered(void);
int direct_flush_enable(struct kvm_vcpu *vcpu);
void direct_flush_before_entry(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_DIRECT_FLUSH_H */
