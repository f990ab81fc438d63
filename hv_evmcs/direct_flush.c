// SPDX-License-Identifier: GPL-2.0
#include <linux/atomic.h>
#include <linux/kvm_host.h>
#include <linux/slab.h>
#include <asm/mshyperv.h>

#include "cpu.h"
#include "direct_flush.h"
#include "knobs.h"
#include "vcpu.h"

/* A VM's number is never used again: L0 matches flushes by it. */
static atomic64_t last_id;

/**
 * direct_flush_offered - does L0 offer direct virtual flush?
 *
 * Return: true if so.
 */
bool direct_flush_offered(void)
{
	return ms_hyperv.nested_features & HV_X64_NESTED_DIRECT_FLUSH;
}

static struct hv_partition_assist_pg *partition_assist_page(void)
{
	struct hv_partition_assist_pg *page = kzalloc(PAGE_SIZE, GFP_KERNEL_ACCOUNT);

	if (page)
		page->tlb_lock_count = knob_tlb_lock_count();
	return page;
}

/**
 * direct_flush_enable - switch direct virtual flush on for a vCPU
 * @vcpu: the vCPU; its VMM asked for it
 *
 * Process context, the vCPU's mutex held. kvm.ko owns the partition assist page
 * and frees it with the VM.
 *
 * Return: 0 or -ENOMEM.
 */
int direct_flush_enable(struct kvm_vcpu *vcpu)
{
	struct kvm_arch *arch = &vcpu->kvm->arch;
	struct vm_evmcs *vm = to_vm(vcpu->kvm);
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	int r = 0;

	mutex_lock(&arch->hyperv.hv_lock);
	if (!arch->hv_pa_pg)
		arch->hv_pa_pg = partition_assist_page();
	if (!arch->hv_pa_pg)
		r = -ENOMEM;
	else if (!vm->direct_flush_id)
		vm->direct_flush_id = atomic64_inc_return(&last_id);
	mutex_unlock(&arch->hyperv.hv_lock);
	if (r)
		return r;

	evmcs_write64(evmcs, partition_assist_page, __pa(arch->hv_pa_pg));
	evmcs_write64(evmcs, hv_vm_id, vm->direct_flush_id);
	evmcs->hv_enlightenments_control.nested_flush_hypercall = 1;
	evmcs_dirty(evmcs, EVMCS_GROUP_ENLIGHTENMENTSCONTROL);
	cpu_refresh_assist(vcpu);
	return 0;
}

/**
 * direct_flush_before_entry - tell L0 which virtual processor this is
 * @vcpu: the vCPU about to enter
 *
 * Right from the first entry, and followed: user space may change VP_INDEX.
 */
void direct_flush_before_entry(struct kvm_vcpu *vcpu)
{
	const struct kvm_vcpu_hv *hv = vcpu->arch.hyperv;

	evmcs_write32(vcpu_evmcs_page(vcpu), hv_vp_id, hv ? hv->vp_index : vcpu->vcpu_idx);
}
