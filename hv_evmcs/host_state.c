// SPDX-License-Identifier: GPL-2.0
#include <linux/kvm_host.h>
#include <linux/sched.h>
#include <asm/desc.h>
#include <asm/fsgsbase.h>
#include <asm/mmu_context.h>
#include <asm/msr.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/special_insns.h>

#include "cpu.h"
#include "host_state.h"
#include "kvm_private.h"
#include "uret.h"
#include "vcpu.h"

/* Registers with one value on all CPUs. Reading some of them traps to L0. */
static struct {
	u32 sysenter_cs;
	u64 sysenter_eip;
	u64 pat;
} host_constants __ro_after_init;

/**
 * host_state_module_init - read what never changes, once
 */
void __init host_state_module_init(void)
{
	u64 cs;

	rdmsrl(MSR_IA32_SYSENTER_CS, cs);
	host_constants.sysenter_cs = cs;
	rdmsrl(MSR_IA32_SYSENTER_EIP, host_constants.sysenter_eip);
	rdmsrl(MSR_IA32_CR_PAT, host_constants.pat);
}

/**
 * host_state_init_evmcs - the host-state area, as far as it is constant
 * @evmcs: a new enlightened VMCS
 *
 * DS, ES, FS and GS are left null: the likely values in a 64-bit process, and
 * reloaded in host_state_restore() where they are not.
 */
void host_state_init_evmcs(struct hv_enlightened_vmcs *evmcs)
{
	evmcs_write64(evmcs, host_cr0, read_cr0());
	evmcs_write64(evmcs, host_cr3, __read_cr3());
	evmcs_write64(evmcs, host_cr4, cr4_read_shadow());
	evmcs_write16(evmcs, host_cs_selector, __KERNEL_CS);
	evmcs_write16(evmcs, host_ss_selector, __KERNEL_DS);
	evmcs_write16(evmcs, host_ds_selector, 0);
	evmcs_write16(evmcs, host_es_selector, 0);
	evmcs_write16(evmcs, host_fs_selector, 0);
	evmcs_write16(evmcs, host_gs_selector, 0);
	evmcs_write16(evmcs, host_tr_selector, GDT_ENTRY_TSS * 8);
	evmcs_write64(evmcs, host_idtr_base, cpu_idt_base());
	evmcs_write64(evmcs, host_rip, (unsigned long)evmcs_exit_label);
	evmcs_write32(evmcs, host_ia32_sysenter_cs, host_constants.sysenter_cs);
	evmcs_write64(evmcs, host_ia32_sysenter_eip, host_constants.sysenter_eip);
	evmcs_write64(evmcs, host_ia32_pat, host_constants.pat);
	evmcs_write64(evmcs, host_ia32_efer, kvm_host.efer);
}

/*
 * Selectors with RPL or TI bits may not be loaded by an exit (SDM 3C, 27.2.3).
 */
static u16 exit_loadable(u16 selector)
{
	return selector & (SEGMENT_RPL_MASK | SEGMENT_TI_MASK) ? 0 : selector;
}

/**
 * host_state_prepare_guest - load what the guest needs, save what it displaces
 * @vcpu: the vCPU about to run; preemption off
 */
void host_state_prepare_guest(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	struct host_state *host = &v->host;
	unsigned long fs_base;

	uret_load_guest(vcpu);
	if (host->guest_loaded)
		return;

	savesegment(ds, host->ds);
	savesegment(es, host->es);
	if (likely(is_64bit_mm(current->mm))) {
		current_save_fsgs();
		host->fs = current->thread.fsindex;
		host->gs = current->thread.gsindex;
		fs_base = current->thread.fsbase;
		host->kernel_gs_base = current->thread.gsbase;
	} else {
		savesegment(fs, host->fs);
		savesegment(gs, host->gs);
		rdmsrl(MSR_FS_BASE, fs_base);
		rdmsrl(MSR_KERNEL_GS_BASE, host->kernel_gs_base);
	}
	wrmsrl(MSR_KERNEL_GS_BASE, v->guest_kernel_gs_base);

	evmcs_write16(v->evmcs, host_fs_selector, exit_loadable(host->fs));
	evmcs_write16(v->evmcs, host_gs_selector, exit_loadable(host->gs));
	evmcs_write64(v->evmcs, host_fs_base, fs_base);
	evmcs_write64(v->evmcs, host_gs_base,
		      cpu_kernelmode_gs_base(raw_smp_processor_id()));
	host->guest_loaded = true;
}

/* The exit left LDTR null. Asked for now, since the process may have got an LDT since. */
static bool process_has_ldt(void)
{
#ifdef CONFIG_MODIFY_LDT_SYSCALL
	return current->mm && READ_ONCE(current->mm->context.ldt);
#else
	return false;
#endif
}

/**
 * host_state_restore - undo host_state_prepare_guest()
 * @vcpu: the vCPU that is put; preemption off
 *
 * The exit set the limits of GDTR and of TR to values of its own: the GDT's is put
 * back before user space could use what lies beyond, TR's when it is needed.
 */
void host_state_restore(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	struct host_state *host = &v->host;

	if (!host->guest_loaded)
		return;
	++vcpu->stat.host_state_reload;
	rdmsrl(MSR_KERNEL_GS_BASE, v->guest_kernel_gs_base);

	if (process_has_ldt())
		asm volatile("lldt %0" : : "r"((u16)(GDT_ENTRY_LDT * 8)));
	if (exit_loadable(host->gs) != host->gs)
		load_gs_index(host->gs);
	if (exit_loadable(host->fs) != host->fs)
		loadsegment(fs, host->fs);
	if (unlikely(host->ds | host->es)) {
		loadsegment(ds, host->ds);
		loadsegment(es, host->es);
	}
	invalidate_tss_limit();
	wrmsrl(MSR_KERNEL_GS_BASE, host->kernel_gs_base);
	load_fixmap_gdt(raw_smp_processor_id());
	host->guest_loaded = false;
	v->uret_loaded = false;
}
