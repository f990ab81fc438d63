// SPDX-License-Identifier: GPL-2.0
#include <linux/kvm_host.h>
#include <asm/msr.h>
#include <asm/perf_event.h>

#include "load_check.h"
#include "perf.h"
#include "vcpu.h"

/* IA32_PERF_GLOBAL_CTRL has fields of its own in the enlightened VMCS. */
static void global_ctrl_switch(struct kvm_vcpu *vcpu, u64 guest, u64 host)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);

	if (guest == host) {
		evmcs_clear_bits32(evmcs, vm_entry_controls, VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL);
		evmcs_clear_bits32(evmcs, vm_exit_controls, VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL);
		return;
	}
	evmcs_write64(evmcs, guest_ia32_perf_global_ctrl, guest);
	evmcs_write64(evmcs, host_ia32_perf_global_ctrl, host);
	evmcs_set_bits32(evmcs, vm_entry_controls, VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL);
	evmcs_set_bits32(evmcs, vm_exit_controls, VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL);
}

/**
 * perf_before_entry - set the counters' MSRs as they are to be in the guest
 * @vcpu: the vCPU; interrupts off, right before the entry
 *
 * MSRs without fields are written here and in perf_after_exit(): L0 may ignore
 * the MSR-load lists of an enlightened VMCS. An NMI may come in between; its handler
 * sees the guest's values, as it would after an exit that loads no host values.
 */
void perf_before_entry(struct kvm_vcpu *vcpu)
{
	struct vcpu_perf *perf = &to_evmcs_vcpu(vcpu)->perf;
	struct perf_guest_switch_msr *msrs;
	int nr, i;

	msrs = perf_guest_get_msrs(&nr, &vcpu->arch.pmu);
	if (!msrs)
		return;
	for (i = 0; i < nr; i++) {
		if (msrs[i].msr == MSR_CORE_PERF_GLOBAL_CTRL &&
		    (evmcs_caps.entry & VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL)) {
			global_ctrl_switch(vcpu, msrs[i].guest, msrs[i].host);
		} else if (msrs[i].host != msrs[i].guest &&
			   !WARN_ON_ONCE(perf->nr == PERF_SWITCH_MAX)) {
			perf->msr[perf->nr].index = msrs[i].msr;
			perf->msr[perf->nr++].host = msrs[i].host;
			wrmsrl(msrs[i].msr, msrs[i].guest);
		}
	}
}

/**
 * perf_after_exit - put the host's values back
 * @vcpu: the vCPU; interrupts off
 *
 * Before the NMI that caused the exit is handled: its handler may stop a counter,
 * and must not be overruled by values from before the entry.
 */
noinstr void perf_after_exit(struct kvm_vcpu *vcpu)
{
	struct vcpu_perf *perf = &to_evmcs_vcpu(vcpu)->perf;

	while (perf->nr) {
		perf->nr--;
		native_wrmsrl(perf->msr[perf->nr].index, perf->msr[perf->nr].host);
	}
}
