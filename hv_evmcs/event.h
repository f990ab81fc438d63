/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_EVENT_H
#define HV_EVMCS_EVENT_H

#include <linux/kvm_host.h>

void event_clear_hlt(struct kvm_vcpu *vcpu);
void event_inject_irq(struct kvm_vcpu *vcpu, bool reinjected);
void event_inject_nmi(struct kvm_vcpu *vcpu);
void event_inject_exception(struct kvm_vcpu *vcpu);
void event_cancel_injection(struct kvm_vcpu *vcpu);
void event_after_exit(struct kvm_vcpu *vcpu);
int event_interrupt_allowed(struct kvm_vcpu *vcpu, bool for_injection);
int event_nmi_allowed(struct kvm_vcpu *vcpu, bool for_injection);
bool event_get_nmi_mask(struct kvm_vcpu *vcpu);
void event_set_nmi_mask(struct kvm_vcpu *vcpu, bool masked);
void event_enable_nmi_window(struct kvm_vcpu *vcpu);
void event_enable_irq_window(struct kvm_vcpu *vcpu);
u32 event_get_shadow(struct kvm_vcpu *vcpu);
void event_set_shadow(struct kvm_vcpu *vcpu, int mask);
void event_update_cr8_intercept(struct kvm_vcpu *vcpu, int tpr, int irr);
void event_deliver_interrupt(struct kvm_lapic *apic, int delivery_mode, int trig_mode,
			     int vector);

#endif /* HV_EVMCS_EVENT_H */
