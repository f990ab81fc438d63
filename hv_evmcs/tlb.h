/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the CPUs may still cache of a guest's translations, and when to drop it.
 *
 * The invariant, before vCPU v (VPID p, EPT root r) enters on CPU c:
 *  (a) an INVEPT covering r ran on c after the newest generation of r. A
 *      generation begins with every remote flush and with every load of a root
 *      that kvm.ko calls new: a root's address is no identity, freed roots come
 *      back unflushed.
 *  (b) if v last entered on another CPU, or p is new to v, an INVVPID of p (or an
 *      INVEPT of r, which drops combined mappings too) ran on c.
 *
 * With that, a vCPU that moves costs one INVVPID, and INVEPT runs only where a
 * (root, CPU) pair is stale; a global INVEPT, which makes Hyper-V drop the shadow
 * EPT of every VM, is never needed.
 */
#ifndef HV_EVMCS_TLB_H
#define HV_EVMCS_TLB_H

#include <linux/atomic.h>
#include <linux/spinlock.h>
#include <linux/types.h>

struct kvm;
struct kvm_vcpu;

/* Roots of one VM that are tracked at a time: normal and SMM, old and new. */
#define TLB_NR_ROOTS	8

/**
 * struct ept_root - an EPT root and the CPUs that flushed it
 * @eptp: EPT pointer, 0 if the slot is free
 * @users: vCPUs that have it loaded; guarded by vm_tlb.lock
 * @last_use: for choosing a slot to reuse; guarded by vm_tlb.lock
 * @generation: grows with every event that makes cached translations stale
 * @flushed: per CPU, the generation its last INVEPT covered; written on that CPU
 *	only, interrupts off
 */
struct ept_root {
	u64 eptp;
	unsigned int users;
	u64 last_use;
	atomic64_t generation;
	u64 *flushed;
};

struct vm_tlb {
	spinlock_t lock;	/* who uses which slot, and since when */
	u64 clock;
	struct ept_root roots[TLB_NR_ROOTS];
};

/**
 * struct vcpu_tlb - flush state of a vCPU
 * @vpid: 0 if none was free: then every entry and exit flushes by itself
 * @last_cpu: where the vCPU last entered, -1 if nowhere
 * @flush_vpid: INVVPID before the next entry
 * @root: slot of the loaded root; NULL if none is loaded, or no slot was free
 * @eptp: the loaded EPT pointer
 */
struct vcpu_tlb {
	u16 vpid;
	int last_cpu;
	bool flush_vpid;
	struct ept_root *root;
	u64 eptp;
};

int tlb_module_init(void);
void tlb_module_exit(void);
int tlb_vm_init(struct kvm *kvm);
void tlb_vm_destroy(struct kvm *kvm);
void tlb_vcpu_init(struct kvm_vcpu *vcpu);
void tlb_vcpu_destroy(struct kvm_vcpu *vcpu);
void tlb_load_root(struct kvm_vcpu *vcpu, u64 eptp);
void tlb_flush_before_entry(struct kvm_vcpu *vcpu);
void tlb_flush_all(struct kvm_vcpu *vcpu);
void tlb_flush_current(struct kvm_vcpu *vcpu);
void tlb_flush_guest(struct kvm_vcpu *vcpu);
void tlb_flush_gva(struct kvm_vcpu *vcpu, gva_t addr);
int tlb_flush_remote(struct kvm *kvm);

#endif /* HV_EVMCS_TLB_H */
