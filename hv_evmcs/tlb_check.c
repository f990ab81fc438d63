// SPDX-License-Identifier: GPL-2.0
/*
 * The checker of tlb.h's invariant; test builds only.
 *
 * Time is a counter that grows with every event. For each EPT root it notes when
 * its newest generation began, and for each root and VPID when an invalidation of
 * it last succeeded on each CPU.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hashtable.h>
#include <linux/kvm_host.h>
#include <linux/slab.h>

#include "tlb_check.h"
#include "vcpu.h"

/* Roots are page addresses with low bits, never this small; VPIDs are. */
struct translation {
	struct hlist_node link;
	u64 id;
	u64 generation;
	u64 invalidated[];
};

static DEFINE_HASHTABLE(translations, 8);
static DEFINE_RAW_SPINLOCK(translations_lock);
static atomic64_t now;

static u64 tick(void)
{
	return atomic64_inc_return(&now);
}

/* Under translations_lock. NULL when memory is short: then nothing is claimed. */
static struct translation *translation_get(u64 id)
{
	struct translation *t;

	hash_for_each_possible(translations, t, link, id)
		if (t->id == id)
			return t;
	t = kzalloc(struct_size(t, invalidated, nr_cpu_ids), GFP_ATOMIC | __GFP_NOWARN);
	if (t) {
		t->id = id;
		hash_add(translations, &t->link, id);
	}
	return t;
}

/**
 * tlb_check_init - at module load
 *
 * Return: 0.
 */
int __init tlb_check_init(void)
{
	pr_info("test build: every entry is checked for stale translations\n");
	return 0;
}

/**
 * tlb_check_exit - at module unload; no vCPU is left
 */
void tlb_check_exit(void)
{
	struct translation *t;
	struct hlist_node *next;
	int bucket;

	hash_for_each_safe(translations, bucket, next, t, link) {
		hash_del(&t->link);
		kfree(t);
	}
}

/**
 * tlb_check_vcpu_init - a vCPU was made: nothing of its VPID is to be trusted
 * @vcpu: the vCPU
 */
void tlb_check_vcpu_init(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	v->check.cpu = -1;
	v->check.entered = tick();
}

/**
 * tlb_check_now - the time, to be read before a generation is opened
 *
 * Return: the time.
 */
u64 tlb_check_now(void)
{
	return tick();
}

/**
 * tlb_check_new_generation - translations of a root became stale on every CPU
 * @eptp: EPT pointer
 * @since: from tlb_check_now()
 *
 * Called when the new generation can be seen: who begins an entry afterwards sees it. Who saw it
 * before, and has flushed by now, did so after @since.
 */
void tlb_check_new_generation(u64 eptp, u64 since)
{
	struct translation *t;
	unsigned long flags;

	raw_spin_lock_irqsave(&translations_lock, flags);
	t = translation_get(eptp);
	if (t)
		t->generation = max(t->generation, since);
	raw_spin_unlock_irqrestore(&translations_lock, flags);
}

static void invalidated(u64 id)
{
	struct translation *t;
	unsigned long flags;

	raw_spin_lock_irqsave(&translations_lock, flags);
	t = translation_get(id);
	if (t)
		t->invalidated[raw_smp_processor_id()] = tick();
	raw_spin_unlock_irqrestore(&translations_lock, flags);
}

/**
 * tlb_check_invept - INVEPT single-context was executed on this CPU
 * @eptp: EPT pointer
 * @error: 0 if it succeeded
 */
void tlb_check_invept(u64 eptp, int error)
{
	if (!error)
		invalidated(eptp);
}

/**
 * tlb_check_invvpid - INVVPID single-context was executed on this CPU
 * @vpid: the VPID
 * @error: 0 if it succeeded
 */
void tlb_check_invvpid(u16 vpid, int error)
{
	if (!error)
		invalidated(vpid);
}

/**
 * tlb_check_begin - note which generation this entry has to be newer than
 * @vcpu: the vCPU about to enter
 *
 * Interrupts off, before tlb.c reads the generation: a flush that begins later is
 * dealt with by the kick that belongs to it.
 */
void tlb_check_begin(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	struct translation *t;
	unsigned long flags;

	raw_spin_lock_irqsave(&translations_lock, flags);
	t = translation_get(v->tlb.eptp);
	v->check.generation = t ? t->generation : 0;
	raw_spin_unlock_irqrestore(&translations_lock, flags);
}

static void stale(struct kvm_vcpu *vcpu, const char *what)
{
	pr_err_ratelimited("WARNING: entry with stale %s translations\n", what);
}

/**
 * tlb_check_entry - check the invariant
 * @vcpu: the vCPU about to enter
 *
 * Interrupts off, after tlb.c has flushed what it means to flush.
 */
void tlb_check_entry(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	int cpu = raw_smp_processor_id();
	struct translation *root, *vpid;
	unsigned long flags;
	u64 root_done, vpid_done;

	raw_spin_lock_irqsave(&translations_lock, flags);
	root = translation_get(v->tlb.eptp);
	vpid = translation_get(v->tlb.vpid);
	root_done = root ? root->invalidated[cpu] : U64_MAX;
	vpid_done = vpid ? vpid->invalidated[cpu] : U64_MAX;
	raw_spin_unlock_irqrestore(&translations_lock, flags);

	if (root_done < v->check.generation)
		stale(vcpu, "EPT root");
	/* check.entered is the creation of the vCPU until it first enters. */
	if (v->check.cpu != cpu && v->tlb.vpid && max(root_done, vpid_done) < v->check.entered)
		stale(vcpu, "VPID");
	v->check.cpu = cpu;
	v->check.entered = tick();
}
