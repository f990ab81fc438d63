// SPDX-License-Identifier: GPL-2.0
/*
 * VMX on a CPU, and which enlightened VMCSs are active on it.
 *
 * An enlightened VMCS is made current through the VP assist page, active by its
 * first entry, and inactive by VMCLEAR on the CPU where it is active (TLFS,
 * "Enlightened VMCS"). VMCLEAR is issued only while enlighten_vmentry is set on
 * that CPU: without it L0 takes the page for an ordinary VMCS and writes to it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>
#include <linux/list.h>
#include <linux/percpu.h>
#include <linux/ratelimit.h>
#include <linux/smp.h>
#include <asm/cpu_entry_area.h>
#include <asm/desc.h>
#include <asm/intel_pt.h>
#include <asm/mshyperv.h>
#include <asm/tlbflush.h>

#include "cpu.h"
#include "load_check.h"
#include "vcpu.h"
#include "vmx_insn.h"

/* The VMXON region carries the hardware's revision, not the enlightened one. */
static DEFINE_PER_CPU(void *, vmxon_region);
/* vCPUs whose enlightened VMCS is active here; interrupts off on that CPU. */
static DEFINE_PER_CPU(struct list_head, active_evmcs);
static DEFINE_PER_CPU(struct hv_enlightened_vmcs *, current_evmcs);

static unsigned long idt_base __ro_after_init;

/**
 * cpu_idt_base - where the host's interrupt descriptor table is
 *
 * Return: its linear address, the same on every CPU.
 */
unsigned long cpu_idt_base(void)
{
	return idt_base;
}

/**
 * cpu_module_init - allocate what VMXON needs on each possible CPU
 *
 * Return: 0 or -ENOMEM.
 */
int __init cpu_module_init(void)
{
	struct desc_ptr idt;
	u32 *region;
	int cpu;

	store_idt(&idt);
	idt_base = idt.address;
	for_each_possible_cpu(cpu) {
		INIT_LIST_HEAD(&per_cpu(active_evmcs, cpu));
		region = (u32 *)get_zeroed_page(GFP_KERNEL);
		if (!region) {
			cpu_module_exit();
			return -ENOMEM;
		}
		*region = evmcs_caps.revision;
		per_cpu(vmxon_region, cpu) = region;
	}
	return 0;
}

/**
 * cpu_module_exit - undo cpu_module_init(); virtualization is off everywhere
 */
void cpu_module_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		free_page((unsigned long)per_cpu(vmxon_region, cpu));
		per_cpu(vmxon_region, cpu) = NULL;
	}
}

/**
 * cpu_enable_virtualization - switch VMX on for this CPU
 *
 * kvm.ko calls it on each CPU when the first VM is made, and on each CPU that
 * comes online while there are VMs.
 *
 * Return: 0; -EBUSY if somebody else uses VMX; -ENODEV without a VP assist page;
 * -EIO or -EFAULT if VMXON is refused. Nothing stays on then.
 */
int cpu_enable_virtualization(void)
{
	struct hv_vp_assist_page *assist = hv_get_vp_assist_page(raw_smp_processor_id());
	int r;

	if (cr4_read_shadow() & X86_CR4_VMXE)
		return -EBUSY;
	if (!assist) {
		pr_err("CPU %d has no VP assist page; no virtual machines on it\n",
		       raw_smp_processor_id());
		return -ENODEV;
	}

	intel_pt_handle_vmx(1);
	cr4_set_bits(X86_CR4_VMXE);
	r = vmx_on(__pa(this_cpu_read(vmxon_region)));
	if (r) {
		cr4_clear_bits(X86_CR4_VMXE);
		intel_pt_handle_vmx(0);
		pr_err("VMXON failed on CPU %d: %d\n", raw_smp_processor_id(), r);
		return r;
	}
	assist->current_nested_vmcs = 0;
	assist->enlighten_vmentry = 1;
	return 0;
}

/* On the CPU where the enlightened VMCS is active, interrupts off. */
static void clear_local(struct vcpu_evmcs *v)
{
	int r = vmx_clear(__pa(v->evmcs));

	if (r && !kvm_rebooting)
		pr_err_ratelimited("VMCLEAR failed on CPU %d: %d\n", raw_smp_processor_id(), r);
	/* L0 has forgotten it: everything is to be read at the next entry. */
	v->evmcs->hv_clean_fields = 0;
	v->launched = false;
	if (this_cpu_read(current_evmcs) == v->evmcs)
		this_cpu_write(current_evmcs, NULL);
	list_del(&v->active_link);

	/* Whoever sees -1 may put the vCPU on another CPU's list. */
	smp_store_release(&v->cpu, -1);
}

static void clear_local_ipi(void *data)
{
	struct vcpu_evmcs *v = data;

	/* The CPU may have gone offline, and cleared it, in the meantime. */
	if (v->cpu == raw_smp_processor_id())
		clear_local(v);
}

/**
 * cpu_disable_virtualization - turn VMX off on this CPU
 *
 * Clears every enlightened VMCS that is still active here (CPU going offline) and
 * resets the VP assist page, so that another backend may use plain VMCSs.
 */
void cpu_disable_virtualization(void)
{
	struct hv_vp_assist_page *assist = hv_get_vp_assist_page(raw_smp_processor_id());
	struct vcpu_evmcs *v, *next;

	list_for_each_entry_safe(v, next, this_cpu_ptr(&active_evmcs), active_link)
		clear_local(v);
	if (vmx_off())
		pr_err_ratelimited("VMXOFF faulted on CPU %d\n", raw_smp_processor_id());
	cr4_clear_bits(X86_CR4_VMXE);
	if (assist) {
		assist->nested_control.features.directhypercall = 0;
		assist->current_nested_vmcs = 0;
		assist->enlighten_vmentry = 0;
	}
	intel_pt_handle_vmx(0);
}

/**
 * cpu_emergency_disable - turn VMX off on this CPU, at once
 *
 * Crash and emergency reboot; NMI context: takes no lock, prints nothing. The
 * list may be in the middle of a change by the interrupted code; the instructions
 * eat their faults.
 */
void cpu_emergency_disable(void)
{
	struct vcpu_evmcs *v;

	kvm_rebooting = true;
	if (!(__read_cr4() & X86_CR4_VMXE))
		return;
	list_for_each_entry(v, this_cpu_ptr(&active_evmcs), active_link)
		vmx_clear(__pa(v->evmcs));
	vmx_off();
	cr4_clear_bits(X86_CR4_VMXE);
}

/* Host state that is constant on a CPU: kept in the VMCS rather than read each time. */
static void load_cpu_host_state(struct hv_enlightened_vmcs *evmcs, int cpu)
{
	evmcs_write64(evmcs, host_tr_base,
		      (unsigned long)&get_cpu_entry_area(cpu)->tss.x86_tss);
	evmcs_write64(evmcs, host_gdtr_base, (unsigned long)get_current_gdt_ro());
	if (IS_ENABLED(CONFIG_IA32_EMULATION))
		evmcs_write64(evmcs, host_ia32_sysenter_esp,
			      (unsigned long)(cpu_entry_stack(cpu) + 1));
}

static void make_current(struct kvm_vcpu *vcpu, int cpu)
{
	struct hv_vp_assist_page *assist = hv_get_vp_assist_page(cpu);
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	this_cpu_write(current_evmcs, v->evmcs);
	assist->nested_control.features.directhypercall =
		v->evmcs->hv_enlightenments_control.nested_flush_hypercall;
	assist->current_nested_vmcs = __pa(v->evmcs);

	/* Another guest ran here: none of its branch training is for this one. */
	indirect_branch_prediction_barrier();
}

/**
 * cpu_load_evmcs - vcpu_load(): this CPU is the vCPU's from now on
 * @vcpu: the vCPU
 * @cpu: this CPU; preemption off
 *
 * Costs a VMCLEAR on the CPU the vCPU comes from. No TLB flush is requested here:
 * tlb.c knows what this CPU may still cache.
 */
void cpu_load_evmcs(struct kvm_vcpu *vcpu, int cpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	unsigned long flags;
	int from = READ_ONCE(v->cpu);

	if (from != cpu) {
		if (from != -1)
			smp_call_function_single(from, clear_local_ipi, v, 1);
		local_irq_save(flags);
		/* For its ordering alone; pairs with the release in clear_local(). */
		smp_load_acquire(&v->cpu);
		list_add(&v->active_link, this_cpu_ptr(&active_evmcs));
		local_irq_restore(flags);
	}
	if (this_cpu_read(current_evmcs) != v->evmcs)
		make_current(vcpu, cpu);
	if (from != cpu) {
		load_cpu_host_state(v->evmcs, cpu);
		v->cpu = cpu;
	}
}

/**
 * cpu_refresh_assist - the vCPU's enlightenment controls changed while it is loaded
 * @vcpu: the vCPU
 */
void cpu_refresh_assist(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	preempt_disable();
	if (this_cpu_read(current_evmcs) == v->evmcs)
		hv_get_vp_assist_page(smp_processor_id())->nested_control.features.directhypercall =
			v->evmcs->hv_enlightenments_control.nested_flush_hypercall;
	preempt_enable();
}

/**
 * cpu_clear_evmcs - make a vCPU's enlightened VMCS inactive, wherever it is
 * @vcpu: the vCPU; it will not run again
 */
void cpu_clear_evmcs(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	int cpu = READ_ONCE(v->cpu);

	if (cpu != -1)
		smp_call_function_single(cpu, clear_local_ipi, v, 1);
}
