// SPDX-License-Identifier: GPL-2.0
/*
 * kvm.ko gives each vCPU a line, ns over TSC, in a pvclock page. With a master clock all vCPUs have
 * the same line and say so (PVCLOCK_TSC_STABLE_BIT); then they read each other's pages, and a
 * guest's vDSO reads that of vCPU 0 alone, also when vCPU 0 sleeps. So whoever changes the line
 * sees to all pages before any vCPU enters.
 *
 * Without one each has a line of its own, which holds on that CPU and until its TSC steps. A step
 * back below the time stamp would be, in the unsigned arithmetic of pvclock, a time far in the
 * future, from which Linux does not come back.
 */
#include <linux/kvm_host.h>
#include <linux/mutex.h>
#include <asm/msr.h>
#include <asm/pvclock.h>
#include <asm/tsc.h>

#include "kvm_private.h"
#include "line.h"
#include "rate.h"
#include "vcpu.h"

/* How old a vCPU's own line may be at an entry. */
#define OWN_AGE_MS	10

/**
 * line_vm_init - a VM is born
 * @kvm: the VM, not yet set up by kvm.ko
 */
void line_vm_init(struct kvm *kvm)
{
	mutex_init(&to_vm(kvm)->clock.line.lock);
}

static u64 tsc_hz(struct kvm_vcpu *vcpu)
{
	return MSEC_PER_SEC * mul_u64_u64_shr(tsc_khz, vcpu->arch.l1_tsc_scaling_ratio,
					      kvm_caps.tsc_scaling_ratio_frac_bits);
}

static void set_line(struct kvm_vcpu *vcpu, struct pvclock_vcpu_time_info *line, bool stable)
{
	const struct kvm_arch *ka = &vcpu->kvm->arch;
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&ka->pvclock_sc);
		if (!stable || !ka->use_master_clock || ka->backwards_tsc_observed) {
			line->flags &= ~PVCLOCK_TSC_STABLE_BIT;
			continue;
		}
		line->tsc_timestamp = kvm_read_l1_tsc(vcpu, ka->master_cycle_now);
		line->system_time = ka->master_kernel_ns + ka->kvmclock_offset;
		rate_pvclock(tsc_hz(vcpu), &line->tsc_shift, &line->tsc_to_system_mul);
	} while (read_seqcount_retry(&ka->pvclock_sc, seq));
}

/* From now to end_line() nobody reads it. False if the guest has none there. */
static bool begin_line(struct kvm *kvm, gpa_t gpa, struct pvclock_vcpu_time_info *line)
{
	if (kvm_read_guest(kvm, gpa, line, sizeof(*line)))
		return false;
	line->version |= 1;
	kvm_write_guest(kvm, gpa + offsetof(typeof(*line), version), &line->version,
			sizeof(line->version));
	smp_wmb();	/* readers see an odd version, or nothing that has changed */
	return true;
}

static void end_line(struct kvm *kvm, gpa_t gpa, struct pvclock_vcpu_time_info *line)
{
	kvm_write_guest(kvm, gpa, line, sizeof(*line));
	smp_wmb();	/* ... and all of it with an even one */
	line->version++;
	kvm_write_guest(kvm, gpa + offsetof(typeof(*line), version), &line->version,
			sizeof(line->version));
}

/**
 * line_write_for - write the pvclock page, which others read, of a vCPU that does not run
 * @vcpu: not in its guest, where it does not go before it has written its page itself
 * @stable: if not, it may be about to write an old line, and the others shall not read this page
 *
 * In the task of another vCPU of that VM, kvm->srcu held; may sleep.
 */
void line_write_for(struct kvm_vcpu *vcpu, bool stable)
{
	const struct gfn_to_pfn_cache *page = &vcpu->arch.pv_time;
	struct pvclock_vcpu_time_info line;
	struct kvm *kvm = vcpu->kvm;
	gpa_t gpa = page->gpa;

	if (!READ_ONCE(page->active) || !begin_line(kvm, gpa, &line))
		return;
	set_line(vcpu, &line, stable);
	end_line(kvm, gpa, &line);
}

static unsigned int pvclock_turn(struct kvm *kvm)
{
	return read_seqcount_begin(&kvm->arch.pvclock_sc);
}

/**
 * line_ring_full - have a vCPU's writes so far filled its dirty ring?
 * @vcpu: the vCPU that writes
 *
 * Return: true if kvm.ko has to have it emptied before the next one.
 */
bool line_ring_full(struct kvm_vcpu *vcpu)
{
	return kvm_test_request(KVM_REQ_DIRTY_RING_SOFT_FULL, vcpu);
}

static bool has_revoked(struct kvm *kvm)
{
	return READ_ONCE(to_vm(kvm)->clock.line.revoked) == pvclock_turn(kvm);
}

static bool page_says_stable(struct kvm_vcpu *vcpu)
{
	const struct gfn_to_pfn_cache *page = &vcpu->arch.pv_time;
	struct pvclock_vcpu_time_info line;

	return READ_ONCE(page->active) &&
	       !kvm_read_guest(vcpu->kvm, page->gpa, &line, sizeof(line)) &&
	       line.flags & PVCLOCK_TSC_STABLE_BIT;
}

/*
 * kvm.ko takes the master clock from all vCPUs at once, and from then on has the TSC of each catch
 * up, but the page of each is written when that vCPU enters: until then others read it as stable,
 * with a TSC that does not go with it.
 */
static void revoke_others(struct kvm_vcpu *vcpu)
{
	struct kvm *kvm = vcpu->kvm;
	unsigned int turn = pvclock_turn(kvm);
	struct kvm_vcpu *other;
	bool done = true;
	unsigned long i;

	if (READ_ONCE(kvm->arch.use_master_clock))
		return;
	kvm_for_each_vcpu(i, other, kvm) {
		if (other == vcpu || !page_says_stable(other))
			continue;
		done = !line_ring_full(vcpu);
		if (!done)
			break;
		line_write_for(other, false);
	}
	/* If there is a master clock again some lines may have got lost. */
	if (read_seqcount_retry(&kvm->arch.pvclock_sc, turn))
		kvm_make_all_cpus_request(kvm, KVM_REQ_CLOCK_UPDATE);
	else if (done)
		WRITE_ONCE(to_vm(kvm)->clock.line.revoked, turn);
}

static void revoke_stable(struct kvm_vcpu *vcpu)
{
	struct vm_line *vm = &to_vm(vcpu->kvm)->clock.line;

	/* A page may only be written here while its vCPU cannot enter. Signals are for kvm.ko. */
	if (mutex_lock_interruptible(&vm->lock))
		return;
	if (!has_revoked(vcpu->kvm))
		revoke_others(vcpu);
	mutex_unlock(&vm->lock);
}

/**
 * line_own_holds - line_holds(), without a master clock
 * @vcpu: loaded, interrupts off
 *
 * A vCPU whose TSC has to catch up all the time has a new line whenever it comes back to kvm.ko.
 *
 * Return: whether no other line is taken for stable, its own was written after that and begins
 * early enough, and no step of the TSC shows since.
 */
bool line_own_holds(struct kvm_vcpu *vcpu)
{
	struct vcpu_line *line = &to_evmcs_vcpu(vcpu)->clock.line;
	bool fresh;
	u64 age;

	if (!READ_ONCE(vcpu->arch.pv_time.active))
		return true;
	if (line->turn != pvclock_turn(vcpu->kvm))
		return false;
	if (vcpu->arch.tsc_always_catchup)
		return true;
	fresh = line->fresh;
	line->fresh = false;
	if (vcpu->arch.hv_clock.tsc_timestamp != line->stamp)
		return false;
	age = rdtsc() - line->tsc;	/* a great one if that is in the future */
	/* A machine may be too slow to get here in time. */
	return age < (u64)OWN_AGE_MS * tsc_khz || (fresh && (s64)age > 0);
}

static void mend_own(struct kvm_vcpu *vcpu)
{
	struct vcpu_line *line = &to_evmcs_vcpu(vcpu)->clock.line;
	struct pvclock_vcpu_time_info shown, own = vcpu->arch.hv_clock;
	gpa_t gpa = vcpu->arch.pv_time.gpa;

	/* Also if it cannot be written: the guest does not wait for it. */
	line->stamp = own.tsc_timestamp;
	line->tsc = rdtsc();
	line->fresh = true;
	/* With a master clock until now kvm.ko has been asked for the next one. */
	if (own.flags & PVCLOCK_TSC_STABLE_BIT || !begin_line(vcpu->kvm, gpa, &shown))
		return;
	rate_pvclock_early(&own);
	own.version = shown.version;
	own.flags |= shown.flags & PVCLOCK_GUEST_STOPPED;
	end_line(vcpu->kvm, gpa, &own);
}

/**
 * line_mend - do what is to be done before line_holds()
 * @vcpu: in its own task, loaded, kvm->srcu held; may sleep
 *
 * Called again and again, with kvm.ko dealing with requests between.
 */
void line_mend(struct kvm_vcpu *vcpu)
{
	struct vcpu_line *line = &to_evmcs_vcpu(vcpu)->clock.line;

	if (!has_revoked(vcpu->kvm)) {
		revoke_stable(vcpu);
		return;
	}
	line->turn = READ_ONCE(to_vm(vcpu->kvm)->clock.line.revoked);
	if (vcpu->arch.hv_clock.tsc_timestamp == line->stamp)
		kvm_make_request(KVM_REQ_CLOCK_UPDATE, vcpu);
	else
		mend_own(vcpu);
}
