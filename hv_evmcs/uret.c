// SPDX-License-Identifier: GPL-2.0
#include <linux/kvm_host.h>
#include <asm/cpufeature.h>
#include <asm/msr-index.h>

#include "guest_cpuid.h"
#include "regs.h"
#include "uret.h"
#include "vcpu.h"

/*
 * CSTAR is never loaded, SYSCALL from compatibility mode faults on Intel; it is
 * listed so that its value has a place. EFER is switched by the VMCS.
 */
static const u32 uret_msrs[] = {
	MSR_SYSCALL_MASK, MSR_LSTAR, MSR_CSTAR, MSR_STAR, MSR_TSC_AUX, MSR_IA32_TSX_CTRL,
};

static_assert(ARRAY_SIZE(uret_msrs) == NR_URET_MSRS);

/**
 * uret_module_init - register the list with kvm.ko
 *
 * From hardware_setup(), once per load. kvm.ko drops MSRs the CPU lacks.
 */
void __init uret_module_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(uret_msrs); i++)
		kvm_add_user_return_msr(uret_msrs[i]);
}

/**
 * uret_vcpu_init - at vCPU creation
 * @vcpu: the vCPU
 *
 * TSX_CTRL_CPUID_CLEAR is acted out when CPUID is answered; the host's bit stays,
 * so that the host's own CPUID does not change under it.
 */
void uret_vcpu_init(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	struct uret_msr *tsx_ctrl;
	int i;

	for (i = 0; i < NR_URET_MSRS; i++)
		v->uret[i].mask = ~0ull;
	if (boot_cpu_has(X86_FEATURE_RTM)) {
		tsx_ctrl = uret_find(vcpu, MSR_IA32_TSX_CTRL);
		if (tsx_ctrl)
			tsx_ctrl->mask = ~(u64)TSX_CTRL_CPUID_CLEAR;
	}
}

/**
 * uret_find - the vCPU's copy of a user-return MSR
 * @vcpu: the vCPU
 * @msr: MSR number
 *
 * Return: the copy, or NULL if @msr is not switched this way on this CPU.
 */
struct uret_msr *uret_find(struct kvm_vcpu *vcpu, u32 msr)
{
	int slot = kvm_find_user_return_msr(msr);

	return slot >= 0 ? &to_evmcs_vcpu(vcpu)->uret[slot] : NULL;
}

/**
 * uret_set - set a user-return MSR of the guest
 * @vcpu: the vCPU, loaded
 * @uret: from uret_find()
 * @data: the new value
 *
 * Return: 0, or 1 if the CPU refuses the value (#GP for the guest).
 */
int uret_set(struct kvm_vcpu *vcpu, struct uret_msr *uret, u64 data)
{
	unsigned int slot = uret - to_evmcs_vcpu(vcpu)->uret;
	int r = 0;

	if (uret->load) {
		preempt_disable();
		r = kvm_set_user_return_msr(slot, data, uret->mask);
		preempt_enable();
	}
	if (!r)
		uret->data = data;
	return r;
}

static void uret_set_load(struct kvm_vcpu *vcpu, u32 msr, bool load)
{
	struct uret_msr *uret = uret_find(vcpu, msr);

	if (uret)
		uret->load = load;
}

/**
 * uret_update_loads - decide anew which MSRs the guest needs in the registers
 * @vcpu: the vCPU; its EFER or CPUID may have changed
 */
void uret_update_loads(struct kvm_vcpu *vcpu)
{
	bool syscall = guest_long_mode(vcpu) && (vcpu->arch.efer & EFER_SCE);
	bool tsc_aux = guest_cpuid_has(vcpu, X86_FEATURE_RDTSCP) ||
		       guest_cpuid_has(vcpu, X86_FEATURE_RDPID);

	uret_set_load(vcpu, MSR_STAR, syscall);
	uret_set_load(vcpu, MSR_LSTAR, syscall);
	uret_set_load(vcpu, MSR_SYSCALL_MASK, syscall);
	uret_set_load(vcpu, MSR_TSC_AUX, tsc_aux);
	/*
	 * A guest that was started on a host with TSX may be given TSX_CTRL on a
	 * host without: it may have the register, TSX stays off in hardware.
	 */
	uret_set_load(vcpu, MSR_IA32_TSX_CTRL, boot_cpu_has(X86_FEATURE_RTM));
	to_evmcs_vcpu(vcpu)->uret_loaded = false;
}

/**
 * uret_load_guest - bring the guest's values into the registers
 * @vcpu: the vCPU about to run; preemption off
 */
void uret_load_guest(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	int i;

	if (v->uret_loaded)
		return;
	v->uret_loaded = true;
	for (i = 0; i < kvm_nr_uret_msrs; i++)
		if (v->uret[i].load)
			kvm_set_user_return_msr(i, v->uret[i].data, v->uret[i].mask);
}
