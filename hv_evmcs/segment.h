/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_SEGMENT_H
#define HV_EVMCS_SEGMENT_H

#include <linux/kvm_host.h>
#include <asm/desc_defs.h>

void segment_get(struct kvm_vcpu *vcpu, struct kvm_segment *var, int seg);
void segment_set(struct kvm_vcpu *vcpu, struct kvm_segment *var, int seg);
u64 segment_get_base(struct kvm_vcpu *vcpu, int seg);
int segment_get_cpl(struct kvm_vcpu *vcpu);
void segment_get_cs_db_l(struct kvm_vcpu *vcpu, int *db, int *l);
void segment_get_idt(struct kvm_vcpu *vcpu, struct desc_ptr *dt);
void segment_set_idt(struct kvm_vcpu *vcpu, struct desc_ptr *dt);
void segment_get_gdt(struct kvm_vcpu *vcpu, struct desc_ptr *dt);
void segment_set_gdt(struct kvm_vcpu *vcpu, struct desc_ptr *dt);
void segment_reset(struct kvm_vcpu *vcpu);
gva_t segment_untag(struct kvm_vcpu *vcpu, gva_t gva, unsigned int flags);

#endif /* HV_EVMCS_SEGMENT_H */
