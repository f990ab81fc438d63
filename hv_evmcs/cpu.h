/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_CPU_H
#define HV_EVMCS_CPU_H

struct kvm_vcpu;

int cpu_module_init(void);
void cpu_module_exit(void);
int cpu_enable_virtualization(void);
void cpu_disable_virtualization(void);
void cpu_emergency_disable(void);
void cpu_load_evmcs(struct kvm_vcpu *vcpu, int cpu);
void cpu_refresh_assist(struct kvm_vcpu *vcpu);
void cpu_clear_evmcs(struct kvm_vcpu *vcpu);
unsigned long cpu_idt_base(void);

#endif /* HV_EVMCS_CPU_H */
