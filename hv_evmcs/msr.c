// SPDX-License-Identifier: GPL-2.0
/*
 * MSRs that live in the VMCS or need something only the backend knows. The rest
 * is kvm.ko's (kvm_get_msr_common, kvm_set_msr_common).
 *
 * Hooks of kvm.ko: the vCPU is loaded; 0 is success, 1 a #GP for the guest or an
 * error for the VMM.
 */
#include <linux/kvm_host.h>
#include <asm/cpufeature.h>
#include <asm/mce.h>
#include <asm/msr-index.h>

#include "clock.h"
#include "guest_cpuid.h"
#include "load_check.h"
#include "mitigation.h"
#include "msr.h"
#include "regs.h"
#include "timers.h"
#include "uret.h"
#include "exception.h"

#define FEATURE_CONTROL_SUPPORTED						\
	(FEAT_CTL_LOCKED | FEAT_CTL_VMX_ENABLED_INSIDE_SMX |			\
	 FEAT_CTL_VMX_ENABLED_OUTSIDE_SMX | FEAT_CTL_SGX_LC_ENABLED |		\
	 FEAT_CTL_SGX_ENABLED | FEAT_CTL_LMCE_ENABLED)

/* Bits of IA32_DEBUGCTL that stay the host's while the guest runs. */
#define DEBUGCTL_HOST_OWNED	DEBUGCTLMSR_FREEZE_IN_SMM

#define VMX_MSR_FIRST	MSR_IA32_VMX_BASIC
#define VMX_MSR_LAST	MSR_IA32_VMX_VMFUNC

static bool mpx_offered(void)
{
	const u64 mpx = XFEATURE_MASK_BNDREGS | XFEATURE_MASK_BNDCSR;

	return (kvm_caps.supported_xcr0 & mpx) == mpx;
}

static bool guest_has_spec_ctrl(struct kvm_vcpu *vcpu)
{
	return guest_cpuid_has(vcpu, X86_FEATURE_SPEC_CTRL) ||
	       guest_cpuid_has(vcpu, X86_FEATURE_AMD_STIBP) ||
	       guest_cpuid_has(vcpu, X86_FEATURE_AMD_IBRS) ||
	       guest_cpuid_has(vcpu, X86_FEATURE_AMD_SSBD);
}

static bool guest_has_pred_cmd(struct kvm_vcpu *vcpu)
{
	return guest_cpuid_has(vcpu, X86_FEATURE_SPEC_CTRL) ||
	       guest_cpuid_has(vcpu, X86_FEATURE_AMD_IBPB);
}

static u64 kernel_gs_base_read(struct vcpu_evmcs *v)
{
	preempt_disable();
	if (v->host.guest_loaded)
		rdmsrl(MSR_KERNEL_GS_BASE, v->guest_kernel_gs_base);
	preempt_enable();
	return v->guest_kernel_gs_base;
}

static void kernel_gs_base_write(struct vcpu_evmcs *v, u64 data)
{
	preempt_disable();
	if (v->host.guest_loaded)
		wrmsrl(MSR_KERNEL_GS_BASE, data);
	preempt_enable();
	v->guest_kernel_gs_base = data;
}

static u64 debugctl_supported(struct kvm_vcpu *vcpu, bool host)
{
	u64 mask = 0;

	if (boot_cpu_has(X86_FEATURE_BUS_LOCK_DETECT) &&
	    (host || guest_cpuid_has(vcpu, X86_FEATURE_BUS_LOCK_DETECT)))
		mask |= DEBUGCTLMSR_BUS_LOCK_DETECT;
	if (boot_cpu_has(X86_FEATURE_RTM) && (host || guest_cpuid_has(vcpu, X86_FEATURE_RTM)))
		mask |= DEBUGCTLMSR_RTM_DEBUG;
	return mask;
}

static int debugctl_write(struct kvm_vcpu *vcpu, u64 data, bool host)
{
	u64 supported = debugctl_supported(vcpu, host);

	/* BTF and LBR may be set without effect: old guests set them blindly. */
	if (data & ~(supported | DEBUGCTLMSR_BTF | DEBUGCTLMSR_LBR))
		return 1;
	evmcs_write64(vcpu_evmcs_page(vcpu), guest_ia32_debugctl,
		      (data & supported) | (vcpu->arch.host_debugctl & DEBUGCTL_HOST_OWNED));
	return 0;
}

/**
 * msr_reload_debugctl - the host's share of IA32_DEBUGCTL changed
 * @vcpu: the vCPU about to enter; interrupts off
 */
void msr_reload_debugctl(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	u64 value = evmcs_read64(evmcs, guest_ia32_debugctl) & ~DEBUGCTL_HOST_OWNED;

	evmcs_write64(evmcs, guest_ia32_debugctl,
		      value | (vcpu->arch.host_debugctl & DEBUGCTL_HOST_OWNED));
}

static int uret_read(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	struct uret_msr *uret = uret_find(vcpu, msr->index);

	if (!uret)
		return kvm_get_msr_common(vcpu, msr);
	msr->data = uret->data;
	return 0;
}

static int uret_write(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	struct uret_msr *uret = uret_find(vcpu, msr->index);

	return uret ? uret_set(vcpu, uret, msr->data) : kvm_set_msr_common(vcpu, msr);
}

/* May the guest (or the VMM) touch this MSR at all, going by the guest's CPUID? */
static bool msr_visible(struct kvm_vcpu *vcpu, const struct msr_data *msr)
{
	switch (msr->index) {
	case VMX_MSR_FIRST ... VMX_MSR_LAST:
		return false;
	case MSR_IA32_BNDCFGS:
		return mpx_offered() &&
		       (msr->host_initiated || guest_cpuid_has(vcpu, X86_FEATURE_MPX));
	default:
		break;
	}
	if (msr->host_initiated)
		return true;
	switch (msr->index) {
	case MSR_IA32_TSX_CTRL:
		return vcpu->arch.arch_capabilities & ARCH_CAP_TSX_CTRL_MSR;
	case MSR_IA32_UMWAIT_CONTROL:
		return (evmcs_caps.proc2 & SECONDARY_EXEC_ENABLE_USR_WAIT_PAUSE) &&
		       guest_cpuid_has(vcpu, X86_FEATURE_WAITPKG);
	case MSR_IA32_SPEC_CTRL:
		return guest_has_spec_ctrl(vcpu);
	case MSR_IA32_MCG_EXT_CTL:
		return to_evmcs_vcpu(vcpu)->feature_control & FEAT_CTL_LMCE_ENABLED;
	default:
		return true;
	}
}

/**
 * msr_get - read an MSR of the guest
 * @vcpu: the vCPU
 * @msr: number in, value out
 *
 * Return: 0, 1, or KVM_MSR_RET_UNSUPPORTED from kvm.ko's part.
 */
int msr_get(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	struct hv_enlightened_vmcs *evmcs = v->evmcs;
	int r;

	if (!msr_visible(vcpu, msr))
		return 1;

	switch (msr->index) {
	case MSR_FS_BASE:
		msr->data = evmcs_read64(evmcs, guest_fs_base);
		return 0;
	case MSR_GS_BASE:
		msr->data = evmcs_read64(evmcs, guest_gs_base);
		return 0;
	case MSR_KERNEL_GS_BASE:
		msr->data = kernel_gs_base_read(v);
		return 0;
	case MSR_IA32_SYSENTER_CS:
		msr->data = evmcs_read32(evmcs, guest_sysenter_cs);
		return 0;
	case MSR_IA32_SYSENTER_EIP:
		msr->data = evmcs_read64(evmcs, guest_sysenter_eip);
		return 0;
	case MSR_IA32_SYSENTER_ESP:
		msr->data = evmcs_read64(evmcs, guest_sysenter_esp);
		return 0;
	case MSR_IA32_BNDCFGS:
		msr->data = evmcs_read64(evmcs, guest_bndcfgs);
		return 0;
	case MSR_IA32_DEBUGCTLMSR:
		msr->data = evmcs_read64(evmcs, guest_ia32_debugctl) & ~DEBUGCTL_HOST_OWNED;
		return 0;
	case MSR_IA32_SPEC_CTRL:
		msr->data = v->entry.spec_ctrl;
		return 0;
	case MSR_IA32_UMWAIT_CONTROL:
		msr->data = v->umwait_control;
		return 0;
	case MSR_IA32_MCG_EXT_CTL:
		msr->data = vcpu->arch.mcg_ext_ctl;
		return 0;
	case MSR_IA32_FEAT_CTL:
		msr->data = v->feature_control;
		return 0;
	case MSR_IA32_TSC:
		clock_hold_tsc();
		r = kvm_get_msr_common(vcpu, msr);
		clock_release_tsc();
		return r;
	default:
		return uret_read(vcpu, msr);
	}
}

static int feature_control_write(struct vcpu_evmcs *v, const struct msr_data *msr)
{
	u64 valid = msr->host_initiated ? FEATURE_CONTROL_SUPPORTED : v->feature_control_valid;

	if (!msr->host_initiated && (v->feature_control & FEAT_CTL_LOCKED))
		return 1;
	if (msr->data & ~valid)
		return 1;
	v->feature_control = msr->data;
	return 0;
}

/* A guest that uses SPEC_CTRL gets it; until then the MSR is not switched. */
static int spec_ctrl_write(struct kvm_vcpu *vcpu, u64 data)
{
	if (kvm_spec_ctrl_test_value(data))
		return 1;
	to_evmcs_vcpu(vcpu)->entry.spec_ctrl = data;
	if (data)
		msr_bitmap_set_intercept(vcpu, MSR_IA32_SPEC_CTRL, MSR_TYPE_RW, false);
	return 0;
}

/*
 * The first non-zero XFD means the guest uses dynamic features: from then on it
 * writes XFD itself, and #NM is watched so that XFD_ERR is saved in time.
 */
static int xfd_write(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	int r = kvm_set_msr_common(vcpu, msr);

	if (!r && msr->data) {
		msr_bitmap_set_intercept(vcpu, MSR_IA32_XFD, MSR_TYPE_RW, false);
		vcpu->arch.xfd_no_write_intercept = true;
		exception_update_bitmap(vcpu);
	}
	return r;
}

static int bndcfgs_write(struct kvm_vcpu *vcpu, u64 data)
{
	if ((data & MSR_IA32_BNDCFGS_RSVD) ||
	    !__is_canonical_address(data & PAGE_MASK, boot_cpu_has(X86_FEATURE_LA57) ? 57 : 48))
		return 1;
	evmcs_write64(vcpu_evmcs_page(vcpu), guest_bndcfgs, data);
	return 0;
}

/**
 * msr_set - write an MSR of the guest
 * @vcpu: the vCPU
 * @msr: number and value
 *
 * Return: 0, 1, or KVM_MSR_RET_UNSUPPORTED from kvm.ko's part.
 */
int msr_set(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	struct hv_enlightened_vmcs *evmcs = v->evmcs;
	u64 data = msr->data;
	int r;

	if (!msr_visible(vcpu, msr))
		return 1;

	switch (msr->index) {
	case MSR_FS_BASE:
		evmcs_write64(evmcs, guest_fs_base, data);
		return 0;
	case MSR_GS_BASE:
		evmcs_write64(evmcs, guest_gs_base, data);
		return 0;
	case MSR_KERNEL_GS_BASE:
		kernel_gs_base_write(v, data);
		return 0;
	case MSR_IA32_SYSENTER_CS:
		evmcs_write32(evmcs, guest_sysenter_cs, data);
		return 0;
	case MSR_IA32_SYSENTER_EIP:
		evmcs_write64(evmcs, guest_sysenter_eip, data);
		return 0;
	case MSR_IA32_SYSENTER_ESP:
		evmcs_write64(evmcs, guest_sysenter_esp, data);
		return 0;
	case MSR_IA32_BNDCFGS:
		return bndcfgs_write(vcpu, data);
	case MSR_IA32_DEBUGCTLMSR:
		return debugctl_write(vcpu, data, msr->host_initiated);
	case MSR_IA32_SPEC_CTRL:
		return spec_ctrl_write(vcpu, data);
	case MSR_IA32_UMWAIT_CONTROL:
		/* Bit 1 and the high half are reserved. */
		if (data & (BIT_ULL(1) | GENMASK_ULL(63, 32)))
			return 1;
		v->umwait_control = data;
		return 0;
	case MSR_IA32_XFD:
		return xfd_write(vcpu, msr);
	case MSR_IA32_TSX_CTRL:
		if (data & ~(TSX_CTRL_RTM_DISABLE | TSX_CTRL_CPUID_CLEAR))
			return 1;
		return uret_write(vcpu, msr);
	case MSR_IA32_TSC_DEADLINE:
		timers_deadline_set(vcpu);
		return kvm_set_msr_common(vcpu, msr);
	case MSR_IA32_TSC:
	case MSR_IA32_TSC_ADJUST:
		clock_hold_tsc();
		r = kvm_set_msr_common(vcpu, msr);
		clock_release_tsc();
		return r;
	case MSR_IA32_CR_PAT:
		r = kvm_set_msr_common(vcpu, msr);
		if (!r)
			evmcs_write64(evmcs, guest_ia32_pat, data);
		return r;
	case MSR_IA32_MCG_EXT_CTL:
		if (data & ~MCG_EXT_CTL_LMCE_EN)
			return 1;
		vcpu->arch.mcg_ext_ctl = data;
		return 0;
	case MSR_IA32_FEAT_CTL:
		return feature_control_write(v, msr);
	case MSR_IA32_PERF_CAPABILITIES:
		/* No vPMU in the guest. */
		return data ? 1 : kvm_set_msr_common(vcpu, msr);
	case MSR_IA32_ARCH_CAPABILITIES:
		r = kvm_set_msr_common(vcpu, msr);
		mitigation_update_fb_clear(vcpu);
		return r;
	default:
		return uret_write(vcpu, msr);
	}
}

/**
 * msr_get_feature - value of a feature MSR as the host would offer it
 * @msr: MSR number
 * @data: out
 *
 * Return: 1 for the VMX MSRs (no nested VMX), else KVM_MSR_RET_UNSUPPORTED: kvm.ko
 * knows the others.
 */
int msr_get_feature(u32 msr, u64 *data)
{
	if (msr >= VMX_MSR_FIRST && msr <= VMX_MSR_LAST)
		return 1;
	return KVM_MSR_RET_UNSUPPORTED;
}

/**
 * msr_is_emulated - does an MSR exist for guests though the CPU may lack it?
 * @kvm: the VM, or NULL at load
 * @index: MSR number
 *
 * Return: true if so.
 */
bool msr_is_emulated(struct kvm *kvm, u32 index)
{
	switch (index) {
	case MSR_IA32_SMBASE:
		return IS_ENABLED(CONFIG_KVM_SMM);
	case VMX_MSR_FIRST ... VMX_MSR_LAST:
	case MSR_AMD64_VIRT_SPEC_CTRL:
	case MSR_AMD64_TSC_RATIO:
		return false;
	default:
		return true;
	}
}

/**
 * msr_setup_mce - the VMM set MCG_CAP
 * @vcpu: the vCPU
 */
void msr_setup_mce(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	if (vcpu->arch.mcg_cap & MCG_LMCE_P)
		v->feature_control_valid |= FEAT_CTL_LMCE_ENABLED;
	else
		v->feature_control_valid &= ~FEAT_CTL_LMCE_ENABLED;
}

/**
 * msr_after_set_cpuid - MSR accesses that depend on the guest's CPUID
 * @vcpu: the vCPU
 */
void msr_after_set_cpuid(struct kvm_vcpu *vcpu)
{
	struct uret_msr *tsx_ctrl;

	if (boot_cpu_has(X86_FEATURE_RTM)) {
		tsx_ctrl = uret_find(vcpu, MSR_IA32_TSX_CTRL);
		if (tsx_ctrl)
			uret_set(vcpu, tsx_ctrl, guest_cpuid_has(vcpu, X86_FEATURE_RTM) ?
				 0 : TSX_CTRL_RTM_DISABLE);
	}
	if (kvm_caps_has(X86_FEATURE_XFD))
		msr_bitmap_set_intercept(vcpu, MSR_IA32_XFD_ERR, MSR_TYPE_R,
					 !guest_cpuid_has(vcpu, X86_FEATURE_XFD));
	if (boot_cpu_has(X86_FEATURE_IBPB))
		msr_bitmap_set_intercept(vcpu, MSR_IA32_PRED_CMD, MSR_TYPE_W,
					 !guest_has_pred_cmd(vcpu));
	if (boot_cpu_has(X86_FEATURE_FLUSH_L1D))
		msr_bitmap_set_intercept(vcpu, MSR_IA32_FLUSH_CMD, MSR_TYPE_W,
					 !guest_cpuid_has(vcpu, X86_FEATURE_FLUSH_L1D));
}

/**
 * msr_write_tsc_offset - kvm.ko chose another TSC offset
 * @vcpu: the vCPU
 */
void msr_write_tsc_offset(struct kvm_vcpu *vcpu)
{
	evmcs_write64(vcpu_evmcs_page(vcpu), tsc_offset, vcpu->arch.tsc_offset);
}

/**
 * msr_write_tsc_multiplier - kvm.ko chose another TSC scaling ratio
 * @vcpu: the vCPU
 */
void msr_write_tsc_multiplier(struct kvm_vcpu *vcpu)
{
	evmcs_write64(vcpu_evmcs_page(vcpu), tsc_multiplier, vcpu->arch.tsc_scaling_ratio);
}
