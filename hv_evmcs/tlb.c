// SPDX-License-Identifier: GPL-2.0
/*
 * Keeping the invariant of tlb.h.
 *
 * kvm.ko's flush hooks run preemptible, so they only leave word; what they ask
 * for is done in tlb_flush_before_entry(), with interrupts off on the CPU that is
 * about to enter.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/kvm_host.h>
#include <linux/ratelimit.h>
#include <linux/slab.h>

#include "knobs.h"
#include "load_check.h"
#include "tlb_check.h"
#include "vcpu.h"
#include "vmx_insn.h"

#define NR_VPIDS	(1u << 16)

static DEFINE_SPINLOCK(vpid_lock);
static unsigned long *vpid_map;

static u16 vpid_alloc(void)
{
	unsigned long vpid;

	spin_lock(&vpid_lock);
	vpid = find_first_zero_bit(vpid_map, NR_VPIDS);
	if (vpid < NR_VPIDS)
		__set_bit(vpid, vpid_map);
	else
		vpid = 0;
	spin_unlock(&vpid_lock);
	return vpid;
}

static void vpid_free(u16 vpid)
{
	if (!vpid)
		return;
	spin_lock(&vpid_lock);
	__clear_bit(vpid, vpid_map);
	spin_unlock(&vpid_lock);
}

/**
 * tlb_module_init - at module load
 *
 * Return: 0 or -ENOMEM.
 */
int __init tlb_module_init(void)
{
	vpid_map = bitmap_zalloc(NR_VPIDS, GFP_KERNEL);
	if (!vpid_map)
		return -ENOMEM;
	__set_bit(0, vpid_map);		/* the host's own (SDM 3C, 29.1) */
	return tlb_check_init();
}

/**
 * tlb_module_exit - undo tlb_module_init()
 */
void tlb_module_exit(void)
{
	tlb_check_exit();
	bitmap_free(vpid_map);
}

/**
 * tlb_vm_init - prepare a VM's root table
 * @kvm: the VM
 *
 * Return: 0 or -ENOMEM.
 */
int tlb_vm_init(struct kvm *kvm)
{
	struct vm_tlb *tlb = &to_vm(kvm)->tlb;
	int i;

	spin_lock_init(&tlb->lock);
	for (i = 0; i < TLB_NR_ROOTS; i++) {
		tlb->roots[i].flushed = kcalloc(nr_cpu_ids, sizeof(u64), GFP_KERNEL_ACCOUNT);
		if (!tlb->roots[i].flushed) {
			tlb_vm_destroy(kvm);
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * tlb_vm_destroy - free a VM's root table
 * @kvm: the VM; no vCPU is left
 */
void tlb_vm_destroy(struct kvm *kvm)
{
	struct vm_tlb *tlb = &to_vm(kvm)->tlb;
	int i;

	for (i = 0; i < TLB_NR_ROOTS; i++) {
		kfree(tlb->roots[i].flushed);
		tlb->roots[i].flushed = NULL;
	}
}

/**
 * tlb_vcpu_init - give a new vCPU a VPID
 * @vcpu: the vCPU
 */
void tlb_vcpu_init(struct kvm_vcpu *vcpu)
{
	struct vcpu_tlb *tlb = &to_evmcs_vcpu(vcpu)->tlb;

	tlb->vpid = vpid_alloc();
	tlb->last_cpu = -1;
	/* Another vCPU may have used this VPID on any CPU. */
	tlb->flush_vpid = true;
	tlb_check_vcpu_init(vcpu);
}

static void root_put(struct kvm_vcpu *vcpu)
{
	struct vm_tlb *vm = &to_vm(vcpu->kvm)->tlb;
	struct vcpu_tlb *tlb = &to_evmcs_vcpu(vcpu)->tlb;

	if (!tlb->root)
		return;
	spin_lock(&vm->lock);
	tlb->root->users--;
	tlb->root->last_use = ++vm->clock;
	spin_unlock(&vm->lock);
	tlb->root = NULL;
}

/**
 * tlb_vcpu_destroy - undo tlb_vcpu_init()
 * @vcpu: the vCPU
 */
void tlb_vcpu_destroy(struct kvm_vcpu *vcpu)
{
	root_put(vcpu);
	vpid_free(to_evmcs_vcpu(vcpu)->tlb.vpid);
}

/* Translations of the root are stale on every CPU from here on. */
static void new_generation(struct ept_root *root)
{
	u64 since = tlb_check_now();

	atomic64_inc(&root->generation);
	if (root->eptp)
		tlb_check_new_generation(root->eptp, since);
}

/* Find the root's slot, or claim the slot unused for longest. Under vm->lock. */
static struct ept_root *root_find(struct vm_tlb *vm, u64 eptp)
{
	struct ept_root *root, *oldest = NULL;
	int i;

	for (i = 0; i < TLB_NR_ROOTS; i++) {
		root = &vm->roots[i];
		if (root->eptp == eptp)
			return root;
		if (!root->users && (!oldest || root->last_use < oldest->last_use))
			oldest = root;
	}
	if (!oldest)
		return NULL;

	/* Newer than any CPU's last flush: stale everywhere. */
	oldest->eptp = eptp;
	new_generation(oldest);
	return oldest;
}

/**
 * tlb_load_root - a vCPU goes over to an EPT root
 * @vcpu: the vCPU
 * @eptp: EPT pointer
 *
 * Process context. kvm.ko calls tlb_flush_current() afterwards where the root is
 * new to it; a root it kept needs no flush beyond what its generation says.
 */
void tlb_load_root(struct kvm_vcpu *vcpu, u64 eptp)
{
	struct vm_tlb *vm = &to_vm(vcpu->kvm)->tlb;
	struct vcpu_tlb *tlb = &to_evmcs_vcpu(vcpu)->tlb;

	if (tlb->root && tlb->eptp == eptp)
		return;
	root_put(vcpu);
	spin_lock(&vm->lock);
	tlb->root = root_find(vm, eptp);
	if (tlb->root)
		tlb->root->users++;
	spin_unlock(&vm->lock);
	tlb->eptp = eptp;
}

/* Both return true if the translations are gone; if not, the next entry tries again. */
static bool invept_single(u64 eptp)
{
	int r;

	if (knob_skip_invept())
		return true;
	r = vmx_invept(VMX_EPT_EXTENT_CONTEXT, eptp);
	tlb_check_invept(eptp, r);
	if (r)
		pr_err_ratelimited("INVEPT failed: %d\n", r);
	return !r;
}

static bool invvpid_single(u16 vpid)
{
	int r;

	if (knob_skip_invvpid())
		return true;
	r = vmx_invvpid(VMX_VPID_EXTENT_SINGLE_CONTEXT, vpid);
	tlb_check_invvpid(vpid, r);
	if (r)
		pr_err_ratelimited("INVVPID of VPID %u failed: %d\n", vpid, r);
	return !r;
}

/**
 * tlb_flush_before_entry - make the invariant true on this CPU
 * @vcpu: the vCPU about to enter
 *
 * Interrupts off, vcpu->mode is IN_GUEST_MODE: a remote flush that begins after
 * the generation was read here sends this CPU an IPI, which ends the guest's turn
 * before its first instruction.
 */
void tlb_flush_before_entry(struct kvm_vcpu *vcpu)
{
	struct vcpu_tlb *tlb = &to_evmcs_vcpu(vcpu)->tlb;
	struct ept_root *root = tlb->root;
	int cpu = raw_smp_processor_id();
	bool flushed_ept = false;
	u64 generation;

	tlb_check_begin(vcpu);
	if (tlb->last_cpu != cpu) {
		tlb->last_cpu = cpu;
		tlb->flush_vpid = true;
	}

	if (unlikely(!root)) {
		/* More roots than slots: nothing is known, so flush every time. */
		flushed_ept = invept_single(tlb->eptp);
	} else {
		generation = atomic64_read(&root->generation);
		if (root->flushed[cpu] != generation) {
			flushed_ept = invept_single(tlb->eptp);
			if (flushed_ept)
				root->flushed[cpu] = generation;
		}
	}

	/* Without a VPID, entries and exits flush by themselves. */
	if (tlb->flush_vpid && tlb->vpid) {
		if (evmcs_caps.invvpid_single)
			tlb->flush_vpid = !invvpid_single(tlb->vpid);
		else
			tlb->flush_vpid = !flushed_ept && !invept_single(tlb->eptp);
	}
	tlb_check_entry(vcpu);
}

/**
 * tlb_flush_all - KVM_REQ_TLB_FLUSH reached this vCPU
 * @vcpu: the vCPU
 *
 * Its cause was a remote flush, and tlb_flush_remote() has opened a new
 * generation already: this CPU is stale and flushes before the entry, once for
 * all vCPUs that share the root.
 */
void tlb_flush_all(struct kvm_vcpu *vcpu)
{
}

/**
 * tlb_flush_current - the loaded root is new, or must be taken for new
 * @vcpu: the vCPU
 *
 * kvm.ko means this CPU alone, since it counts on a flush at each move of a vCPU.
 * Here the other CPUs are made stale as well. When all N vCPUs of a VM load a root
 * anew (a memory slot went, paging was turned on), that is up to N generations, each
 * flushed once by every CPU that enters in between.
 */
void tlb_flush_current(struct kvm_vcpu *vcpu)
{
	struct ept_root *root = to_evmcs_vcpu(vcpu)->tlb.root;

	if (root)
		new_generation(root);
}

/**
 * tlb_flush_guest - drop the guest's linear and combined mappings
 * @vcpu: the vCPU
 */
void tlb_flush_guest(struct kvm_vcpu *vcpu)
{
	to_evmcs_vcpu(vcpu)->tlb.flush_vpid = true;
}

/**
 * tlb_flush_gva - drop mappings of one guest-virtual address
 * @vcpu: the vCPU
 * @addr: the address; all of the VPID is dropped
 */
void tlb_flush_gva(struct kvm_vcpu *vcpu, gva_t addr)
{
	tlb_flush_guest(vcpu);
}

/**
 * tlb_flush_remote - begin a flush of all of a VM's translations on all CPUs
 * @kvm: the VM
 *
 * Any context kvm.ko flushes from, possibly under mmu_lock. Opening a generation
 * is not enough to report success: a vCPU that is in the guest right now goes on
 * with what it has cached, and kvm.ko would free pages under it.
 *
 * Return: -EOPNOTSUPP, which makes kvm.ko kick the vCPUs and wait for them.
 */
int tlb_flush_remote(struct kvm *kvm)
{
	struct vm_tlb *vm = &to_vm(kvm)->tlb;
	int i;

	for (i = 0; i < TLB_NR_ROOTS; i++)
		new_generation(&vm->roots[i]);
	/* Pairs with the barrier between IN_GUEST_MODE and the read at entry. */
	smp_mb__after_atomic();
	return -EOPNOTSUPP;
}
