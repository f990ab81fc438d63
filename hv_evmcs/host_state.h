/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Host state that neither entry nor exit switches as Linux needs it (SDM 3C,
 * 28.5): saved when a vCPU is about to run, put back when it is put.
 */
#ifndef HV_EVMCS_HOST_STATE_H
#define HV_EVMCS_HOST_STATE_H

#include <linux/types.h>

struct kvm_vcpu;
struct hv_enlightened_vmcs;

/**
 * struct host_state - per vCPU
 * @guest_loaded: the guest's values are in the registers
 * @ds: selector, as the host had it
 * @es: likewise
 * @fs: likewise
 * @gs: likewise
 * @kernel_gs_base: user space's GS base
 */
struct host_state {
	bool guest_loaded;
	u16 ds, es, fs, gs;
	u64 kernel_gs_base;
};

void host_state_module_init(void);
void host_state_init_evmcs(struct hv_enlightened_vmcs *evmcs);
void host_state_prepare_guest(struct kvm_vcpu *vcpu);
void host_state_restore(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_HOST_STATE_H */
