// SPDX-License-Identifier: GPL-2.0
/*
 * The vendor interface of kvm.ko, filled in. Hooks that are left out are optional
 * to kvm.ko and either need what an enlightened VMCS lacks (posted interrupts,
 * virtual-interrupt delivery, the APIC-access page, the preemption timer, PML) or a
 * CPU with TSS and identity-map slots instead of unrestricted guest. One is left out
 * that could be had: set_virtual_apic_mode. It would spare x2APIC guests the exits
 * for the TPR's MSR; CR8 is the way to the TPR that guests use.
 */
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <asm/mshyperv.h>
#include <asm/mce.h>

#include "cpu.h"
#include "direct_flush.h"
#include "event.h"
#include "exception.h"
#include "exit.h"
#include "guest_cpuid.h"
#include "host_state.h"
#include "load_check.h"
#include "msr.h"
#include "msr_bitmap.h"
#include "ops.h"
#include "pmu.h"
#include "regs.h"
#include "run.h"
#include "segment.h"
#include "tlb.h"
#include "uret.h"
#include "vcpu.h"

/* Globals of kvm.ko that a backend sets and kvm.ko never resets. */
static struct {
	bool enable_apicv, enable_pmu;
} saved __ro_after_init;

/**
 * ops_save_globals - remember kvm.ko's switches before we turn them
 *
 * Before kvm_x86_vendor_init(), which turns some of them itself.
 */
void __init ops_save_globals(void)
{
	saved.enable_apicv = enable_apicv;
	saved.enable_pmu = enable_pmu;
}

/*
 * Leave kvm.ko as the next backend expects it. Only while kvm.ko is still ours: as
 * soon as kvm_x86_vendor_exit() is through, another backend may set them.
 */
static void restore_globals(void)
{
	enable_apicv = saved.enable_apicv;
	enable_pmu = saved.enable_pmu;
}

static int max_page_level(void)
{
	if (evmcs_caps.ept & VMX_EPT_1GB_PAGE_BIT)
		return PG_LEVEL_1G;
	if (evmcs_caps.ept & VMX_EPT_2MB_PAGE_BIT)
		return PG_LEVEL_2M;
	return PG_LEVEL_4K;
}

/* Physical-address bits that the host uses as key ids are reserved in EPT entries. */
static u64 key_id_mask(void)
{
	if (boot_cpu_data.x86_phys_bits == kvm_host.maxphyaddr)
		return 0;
	return GENMASK_ULL(kvm_host.maxphyaddr - 1, boot_cpu_data.x86_phys_bits);
}

static void __init set_cpu_caps(void)
{
	const u64 mpx = XFEATURE_MASK_BNDREGS | XFEATURE_MASK_BNDCSR;

	if (!(evmcs_caps.entry & VM_ENTRY_LOAD_BNDCFGS))
		kvm_caps.supported_xcr0 &= ~mpx;
	kvm_set_cpu_caps();
	if ((kvm_caps.supported_xcr0 & mpx) == mpx && boot_cpu_has(X86_FEATURE_MPX))
		kvm_caps_set(X86_FEATURE_MPX);
	kvm_caps_clear(X86_FEATURE_PDCM);	/* no vPMU */
	kvm_caps_clear(X86_FEATURE_SGX);
	kvm_caps_clear(X86_FEATURE_SGX_LC);
	if (!(evmcs_caps.proc2 & SECONDARY_EXEC_ENABLE_INVPCID))
		kvm_caps_clear(X86_FEATURE_INVPCID);
	if (!(evmcs_caps.proc2 & SECONDARY_EXEC_ENABLE_XSAVES))
		kvm_caps_clear(X86_FEATURE_XSAVES);
	if (!(evmcs_caps.proc2 & SECONDARY_EXEC_ENABLE_RDTSCP)) {
		kvm_caps_clear(X86_FEATURE_RDTSCP);
		kvm_caps_clear(X86_FEATURE_RDPID);
	}
	if ((evmcs_caps.proc2 & SECONDARY_EXEC_ENABLE_USR_WAIT_PAUSE) &&
	    boot_cpu_has(X86_FEATURE_WAITPKG))
		kvm_caps_set(X86_FEATURE_WAITPKG);
	if (!boot_cpu_has(X86_FEATURE_UMIP) && (evmcs_caps.proc2 & SECONDARY_EXEC_DESC))
		kvm_caps_set(X86_FEATURE_UMIP);
	kvm_caps.supported_perf_cap = 0;
	kvm_caps.supported_xss = 0;
}

/*
 * Called by kvm_x86_vendor_init() once it is certain that no other backend is
 * loaded: only now may kvm.ko's globals be touched.
 */
static int __init hardware_setup(void)
{
	bool exec_only = evmcs_caps.ept & VMX_EPT_EXECUTE_ONLY_BIT;
	int max_level = evmcs_caps.ept & VMX_EPT_PAGE_WALK_5_BIT ? 5 : 4;
	int r;

	enable_apicv = false;
	enable_pmu = false;
	memset(&kvm_pmu_cap, 0, sizeof(kvm_pmu_cap));

	uret_module_init();
	host_state_module_init();
	if (boot_cpu_has(X86_FEATURE_NX))
		kvm_enable_efer_bits(EFER_NX);

	kvm_mmu_set_ept_masks(evmcs_caps.ept & VMX_EPT_AD_BIT, exec_only);
	kvm_mmu_set_me_spte_mask(0, key_id_mask());
	kvm_configure_mmu(true, 0, max_level, max_page_level());

	kvm_caps.has_tsc_control = evmcs_caps.proc2 & SECONDARY_EXEC_TSC_SCALING;
	kvm_caps.max_tsc_scaling_ratio = ~0ull;
	kvm_caps.tsc_scaling_ratio_frac_bits = 48;
	kvm_caps.has_bus_lock_exit = evmcs_caps.proc2 & SECONDARY_EXEC_BUS_LOCK_DETECTION;
	kvm_caps.has_notify_vmexit = false;
	kvm_caps.supported_mce_cap |= MCG_LMCE_P | MCG_CMCI_P;
	/* Without self-snoop, a guest's memory types could break coherence. */
	if (!static_cpu_has(X86_FEATURE_SELFSNOOP))
		kvm_caps.supported_quirks &= ~KVM_X86_QUIRK_IGNORE_GUEST_PAT;
	kvm_caps.inapplicable_quirks &= ~KVM_X86_QUIRK_IGNORE_GUEST_PAT;

	set_cpu_caps();
	r = cpu_module_init();
	if (r)
		restore_globals();
	return r;
}

static void hardware_unsetup(void)
{
	cpu_module_exit();
	restore_globals();
}

/* Memory type in an EPT entry. A guest's PAT counts if devices see its memory uncached. */
static u8 get_mt_mask(struct kvm_vcpu *vcpu, gfn_t gfn, bool is_mmio)
{
	struct kvm *kvm = vcpu->kvm;

	if (is_mmio)
		return MTRR_TYPE_UNCACHABLE << VMX_EPT_MT_EPTE_SHIFT;
	if (!kvm_arch_has_noncoherent_dma(kvm) &&
	    !(READ_ONCE(kvm->arch.disabled_quirks) & KVM_X86_QUIRK_IGNORE_GUEST_PAT))
		return (MTRR_TYPE_WRBACK << VMX_EPT_MT_EPTE_SHIFT) | VMX_EPT_IPAT_BIT;
	return MTRR_TYPE_WRBACK << VMX_EPT_MT_EPTE_SHIFT;
}

static bool has_wbinvd_exit(void)
{
	return evmcs_caps.proc2 & SECONDARY_EXEC_WBINVD_EXITING;
}

static void vcpu_load_on(struct kvm_vcpu *vcpu, int cpu)
{
	cpu_load_evmcs(vcpu, cpu);
}

static void patch_hypercall(struct kvm_vcpu *vcpu, unsigned char *insn)
{
	static const u8 vmcall[] = { 0x0f, 0x01, 0xc1 };

	memcpy(insn, vmcall, sizeof(vmcall));
}

static int check_emulate_instruction(struct kvm_vcpu *vcpu, int emul_type, void *insn,
				     int insn_len)
{
	return X86EMUL_CONTINUE;	/* no SGX enclaves, whose code can't be read */
}

static int complete_emulated_msr(struct kvm_vcpu *vcpu, int err)
{
	return kvm_complete_insn_gp(vcpu, err);
}

static void nothing(struct kvm_vcpu *vcpu)
{
}

static bool never(struct kvm_vcpu *vcpu)
{
	return false;
}

/* Nested guests only, of which there are none. */
static u64 no_tsc_offset(struct kvm_vcpu *vcpu)
{
	return 0;
}

static u64 no_tsc_multiplier(struct kvm_vcpu *vcpu)
{
	return kvm_caps.default_tsc_scaling_ratio;
}

static int check_intercept(struct kvm_vcpu *vcpu, struct x86_instruction_info *info,
			   enum x86_intercept_stage stage, struct x86_exception *exception)
{
	return X86EMUL_UNHANDLEABLE;
}

/* kvm.ko calls leave_nested without asking whether there is nesting. */
static struct kvm_x86_nested_ops nested_ops = {
	.leave_nested = nothing,
};

#ifdef CONFIG_KVM_SMM
static int smi_allowed(struct kvm_vcpu *vcpu, bool for_injection)
{
	return !(vcpu->arch.hflags & HF_SMM_MASK);
}

static int enter_smm(struct kvm_vcpu *vcpu, union kvm_smram *smram)
{
	event_clear_hlt(vcpu);
	return 0;
}

static int leave_smm(struct kvm_vcpu *vcpu, const union kvm_smram *smram)
{
	return 0;
}
#endif

static struct kvm_x86_ops ops __initdata = {
	.name = KBUILD_MODNAME,

	.check_processor_compatibility = load_check_cpu,
	.hardware_unsetup = hardware_unsetup,
	.enable_virtualization_cpu = cpu_enable_virtualization,
	.disable_virtualization_cpu = cpu_disable_virtualization,
	.emergency_disable_virtualization_cpu = cpu_emergency_disable,
	.has_emulated_msr = msr_is_emulated,
	.has_wbinvd_exit = has_wbinvd_exit,

	.vm_size = sizeof(struct vm_evmcs),
	.vm_init = vm_init,
	.vm_destroy = vm_destroy,

	.vcpu_create = vcpu_create,
	.vcpu_free = vcpu_free,
	.vcpu_reset = vcpu_reset,
	.vcpu_after_set_cpuid = vcpu_after_set_cpuid,
	.vcpu_load = vcpu_load_on,
	.vcpu_put = host_state_restore,
	.prepare_switch_to_guest = host_state_prepare_guest,
	.vcpu_pre_run = run_pre,
	.vcpu_run = run_vcpu,
	.handle_exit_irqoff = run_handle_exit_irqoff,
	.handle_exit = exit_handle,
	.skip_emulated_instruction = exit_skip_instruction,
	.get_exit_info = exit_get_info,

	.HOST_OWNED_DEBUGCTL = DEBUGCTLMSR_FREEZE_IN_SMM,
	.update_exception_bitmap = exception_update_bitmap,
	.get_feature_msr = msr_get_feature,
	.get_msr = msr_get,
	.set_msr = msr_set,
	.msr_filter_changed = msr_bitmap_filter_changed,
	.complete_emulated_msr = complete_emulated_msr,
	.setup_mce = msr_setup_mce,

	.get_segment_base = segment_get_base,
	.get_segment = segment_get,
	.set_segment = segment_set,
	.get_cpl = segment_get_cpl,
	.get_cs_db_l_bits = segment_get_cs_db_l,
	.get_idt = segment_get_idt,
	.set_idt = segment_set_idt,
	.get_gdt = segment_get_gdt,
	.set_gdt = segment_set_gdt,
	.get_untagged_addr = segment_untag,

	.is_valid_cr0 = cr_is_valid_cr0,
	.set_cr0 = cr_set_cr0,
	.is_valid_cr4 = cr_is_valid_cr4,
	.set_cr4 = cr_set_cr4,
	.set_efer = cr_set_efer,
	.set_dr7 = dr_set_dr7,
	.sync_dirty_debug_regs = dr_sync_dirty,
	.cache_reg = regs_cache,
	.get_rflags = regs_get_rflags,
	.set_rflags = regs_set_rflags,
	.get_if_flag = regs_get_if_flag,

	.flush_tlb_all = tlb_flush_all,
	.flush_tlb_current = tlb_flush_current,
	.flush_tlb_gva = tlb_flush_gva,
	.flush_tlb_guest = tlb_flush_guest,
	.flush_remote_tlbs = tlb_flush_remote,
	.load_mmu_pgd = cr_load_mmu_pgd,
	.get_mt_mask = get_mt_mask,

	.set_interrupt_shadow = event_set_shadow,
	.get_interrupt_shadow = event_get_shadow,
	.inject_irq = event_inject_irq,
	.inject_nmi = event_inject_nmi,
	.inject_exception = event_inject_exception,
	.cancel_injection = event_cancel_injection,
	.interrupt_allowed = event_interrupt_allowed,
	.nmi_allowed = event_nmi_allowed,
	.get_nmi_mask = event_get_nmi_mask,
	.set_nmi_mask = event_set_nmi_mask,
	.enable_nmi_window = event_enable_nmi_window,
	.enable_irq_window = event_enable_irq_window,
	.update_cr8_intercept = event_update_cr8_intercept,
	.deliver_interrupt = event_deliver_interrupt,
	.refresh_apicv_exec_ctrl = nothing,
	.apic_init_signal_blocked = never,
	.vcpu_deliver_sipi_vector = kvm_vcpu_deliver_sipi_vector,

	.get_l2_tsc_offset = no_tsc_offset,
	.get_l2_tsc_multiplier = no_tsc_multiplier,
	.write_tsc_offset = msr_write_tsc_offset,
	.write_tsc_multiplier = msr_write_tsc_multiplier,

	.check_intercept = check_intercept,
	.check_emulate_instruction = check_emulate_instruction,
	.patch_hypercall = patch_hypercall,
	.nested_ops = &nested_ops,

#ifdef CONFIG_KVM_SMM
	.smi_allowed = smi_allowed,
	.enter_smm = enter_smm,
	.leave_smm = leave_smm,
	.enable_smi_window = nothing,
#endif
};

static struct kvm_x86_init_ops init_ops __initdata = {
	.hardware_setup = hardware_setup,
	.runtime_ops = &ops,
	.pmu_ops = &pmu_ops,
};

/**
 * ops_get - fill in the interface to kvm.ko, as this L0 allows
 *
 * Return: the argument for kvm_x86_vendor_init().
 */
struct kvm_x86_init_ops *__init ops_get(void)
{
	if (direct_flush_offered())
		ops.enable_l2_tlb_flush = direct_flush_enable;
	return &init_ops;
}
