// SPDX-License-Identifier: GPL-2.0
/*
 * What kvm.ko derives a guest's clocks from: the VM's master clock, and each vCPU's TSC.
 */
#include <linux/kvm_host.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/timekeeping.h>
#include <asm/msr.h>
#include <asm/pvclock.h>
#include <asm/tsc.h>

#include "gate.h"
#include "kvm_private.h"
#include "kvmclock.h"
#include "moment.h"
#include "msr.h"
#include "rate.h"
#include "vcpu.h"

/* Of the difference of two readings of the reference counter; so as not to be ahead of it. */
#define REFERENCE_ERROR_NS	(2 * REFERENCE_NS)

/**
 * kvmclock_vm_init - a VM is born
 * @kvm: the VM, not yet set up by kvm.ko
 */
void kvmclock_vm_init(struct kvm *kvm)
{
	to_vm(kvm)->clock.kvmclock.born_khz = tsc_khz;
}

/**
 * kvmclock_first_vcpu - a VM gets its first vCPU
 * @kvm: the VM
 *
 * Without TSC scaling a guest has no other frequency than the machine's, also when that has changed
 * since the VM was born.
 */
void kvmclock_first_vcpu(struct kvm *kvm)
{
	if (!kvm_caps.has_tsc_control &&
	    kvm->arch.default_tsc_khz == to_vm(kvm)->clock.kvmclock.born_khz)
		kvm->arch.default_tsc_khz = tsc_khz;
}

/* The VM's master clock at that TSC of the machine, in ns since boot by CLOCK_MONOTONIC_RAW. */
static u64 master_ns(const struct kvm_arch *ka, u64 tsc)
{
	s64 cycles = tsc - ka->master_cycle_now;

	/* A vCPU may have set it just after that moment. */
	if (cycles < 0)
		return ka->master_kernel_ns;
	return ka->master_kernel_ns + rate_mul_div(cycles, NSEC_PER_MSEC, tsc_khz);
}

/*
 * By how much a vCPU's line may have strayed from the VM's clock in that time: they go by
 * frequencies that are cut to kHz. What is farther away was read while the vCPU, in kvm.ko, was
 * just writing it.
 */
static u64 most_strayed_ns(struct kvm_vcpu *vcpu, u64 ns)
{
	return NSEC_PER_MSEC + rate_mul_div(ns, 4, min_t(u64, tsc_khz, vcpu->arch.virtual_tsc_khz));
}

/* What the vCPU's line shows at that TSC of the machine. */
static u64 line_ns(struct kvm_vcpu *vcpu, u64 host_tsc)
{
	const struct pvclock_vcpu_time_info *line = &vcpu->arch.hv_clock;
	u64 tsc = kvm_read_l1_tsc(vcpu, host_tsc);

	return tsc < line->tsc_timestamp ? line->system_time : __pvclock_read_cycles(line, tsc);
}

/* kvm.ko's clock where there is no master clock. */
static u64 kernel_ns(void)
{
	return ktime_to_ns(ktime_mono_to_any(0, TK_OFFS_BOOT)) + ktime_get_raw_ns();
}

/*
 * What the VM's kvmclock showed at that TSC of the machine, at most. If it has lost its master
 * clock what is left of that may be no clock at all.
 */
static u64 shown_ns(struct kvm *kvm, u64 tsc)
{
	const struct kvm_arch *ka = &kvm->arch;
	u64 base = ka->use_master_clock ? master_ns(ka, tsc) : kernel_ns();
	u64 strays_for = ka->use_master_clock ? base - ka->master_kernel_ns :
						base + ka->kvmclock_offset;
	u64 expected = base + ka->kvmclock_offset;
	struct kvm_vcpu *vcpu;
	unsigned long i;
	u64 most = 0;

	kvm_for_each_vcpu(i, vcpu, kvm) {
		u64 ns = line_ns(vcpu, tsc);

		if (vcpu->arch.hv_clock.flags & PVCLOCK_TSC_STABLE_BIT &&
		    abs_diff(ns, expected) <= most_strayed_ns(vcpu, strays_for))
			most = max(most, ns);
	}
	return most ?: expected;
}

static u64 scaling_ratio(struct kvm_vcpu *vcpu)
{
	if (!kvm_caps.has_tsc_control)
		return kvm_caps.default_tsc_scaling_ratio;
	return rate_tsc_ratio(vcpu->arch.virtual_tsc_khz, tsc_khz,
			      kvm_caps.tsc_scaling_ratio_frac_bits,
			      kvm_caps.max_tsc_scaling_ratio);
}

/* Only kvm.ko's idea of it: each vCPU takes it into its VMCS itself. */
static void set_tsc(struct kvm_vcpu *vcpu, u64 ratio, u64 offset)
{
	vcpu->arch.l1_tsc_scaling_ratio = ratio;
	vcpu->arch.tsc_scaling_ratio = ratio;
	vcpu->arch.l1_tsc_offset = offset;
	vcpu->arch.tsc_offset = offset;
	to_evmcs_vcpu(vcpu)->clock.kvmclock.moved = true;
}

/* kvm.ko has given it one; it does so when the vCPU is in the VM already. */
static bool has_tsc(const struct kvm_vcpu *vcpu)
{
	return vcpu->arch.this_tsc_generation;
}

static bool has_cur_tsc(const struct kvm_vcpu *vcpu)
{
	return vcpu->arch.this_tsc_generation == vcpu->kvm->arch.cur_tsc_generation;
}

/*
 * A vCPU that is made after a change of the TSC gets from kvm.ko the offset of the others, and a
 * ratio that does not go with it: frequencies that differ by little are one to kvm.ko, and where it
 * cannot scale, it would have the TSC catch up with the frequency of before.
 */
static void adopt_tsc(struct kvm_vcpu *vcpu)
{
	struct kvm_arch *ka = &vcpu->kvm->arch;
	struct kvm_vcpu *other;
	unsigned long i;

	lockdep_assert_held(&ka->tsc_write_lock);
	if (to_evmcs_vcpu(vcpu)->clock.kvmclock.moved || !has_cur_tsc(vcpu))
		return;
	kvm_for_each_vcpu(i, other, vcpu->kvm) {
		if (to_evmcs_vcpu(other)->clock.kvmclock.moved && has_cur_tsc(other) &&
		    other->arch.virtual_tsc_khz == vcpu->arch.virtual_tsc_khz) {
			set_tsc(vcpu, other->arch.l1_tsc_scaling_ratio, ka->cur_tsc_offset);
			vcpu->arch.tsc_catchup = other->arch.tsc_catchup;
			vcpu->arch.tsc_always_catchup = other->arch.tsc_always_catchup;
			return;
		}
	}
}

static u64 scaled(u64 host_tsc, u64 ratio)
{
	return mul_u64_u64_shr(host_tsc, ratio, kvm_caps.tsc_scaling_ratio_frac_bits);
}

static void note_tsc(struct kvm_vcpu *vcpu, u64 host_tsc)
{
	struct vcpu_kvmclock *clock = &to_evmcs_vcpu(vcpu)->clock.kvmclock;
	struct kvm *kvm = vcpu->kvm;

	if (!has_tsc(vcpu))
		return;
	clock->noted = gate_turn;
	clock->tsc = kvm_read_l1_tsc(vcpu, host_tsc);
	/* A guest may have set a vCPU's own to another. */
	if (has_cur_tsc(vcpu))
		to_vm(kvm)->clock.kvmclock.cur_tsc = kvm->arch.cur_tsc_offset +
			scaled(host_tsc, vcpu->arch.l1_tsc_scaling_ratio);
}

/**
 * kvmclock_note - remember what the clocks show before the machine's TSC changes
 * @kvm: a VM of which no vCPU is in its guest
 * @before: the change
 *
 * The gate is closed. kvm.ko may set the clocks until kvmclock_move(), by the TSC of then.
 */
void kvmclock_note(struct kvm *kvm, const struct moment *before)
{
	struct vm_kvmclock *clock = &to_vm(kvm)->clock.kvmclock;
	struct kvm_arch *ka = &kvm->arch;
	struct kvm_vcpu *vcpu;
	unsigned long i;

	raw_spin_lock_irq(&ka->tsc_write_lock);
	kvm_for_each_vcpu(i, vcpu, kvm) {
		adopt_tsc(vcpu);	/* of an earlier change */
		note_tsc(vcpu, before->tsc);
	}
	clock->had_master = ka->use_master_clock;
	clock->offset = ka->kvmclock_offset;
	clock->shown_ns = shown_ns(kvm, before->tsc);
	raw_spin_unlock_irq(&ka->tsc_write_lock);
}

static bool was_noted(struct kvm_vcpu *vcpu)
{
	return to_evmcs_vcpu(vcpu)->clock.kvmclock.noted == gate_turn;
}

/* The offset with which a TSC goes on that was this before. */
static u64 moved_offset(struct kvm_vcpu *vcpu, u64 tsc, const struct change *change)
{
	return tsc + rate_mul_div(change->elapsed, vcpu->arch.virtual_tsc_khz, REFERENCE_PER_MS) -
	       scaled(change->to, scaling_ratio(vcpu));
}

/* What vCPUs that are added later get. In a VM that was made meanwhile it begins at 0. */
static void move_cur_tsc(struct kvm *kvm, const struct change *change)
{
	struct kvm_arch *ka = &kvm->arch;
	u64 offset = ka->cur_tsc_offset;
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm) {
		if (!has_tsc(vcpu) || !has_cur_tsc(vcpu))
			continue;
		if (was_noted(vcpu)) {
			offset = moved_offset(vcpu, to_vm(kvm)->clock.kvmclock.cur_tsc, change);
			break;
		}
		offset = -scaled(change->to, scaling_ratio(vcpu));
	}
	/* One that its VMM gives the last offset is like the others. */
	if (ka->last_tsc_offset == ka->cur_tsc_offset)
		ka->last_tsc_offset = offset;
	ka->cur_tsc_offset = offset;
}

/* Whatever kvm.ko made of its offset meanwhile. */
static void move_tsc(struct kvm_vcpu *vcpu, const struct change *change)
{
	const struct vcpu_kvmclock *clock = &to_evmcs_vcpu(vcpu)->clock.kvmclock;
	u64 offset = vcpu->arch.l1_tsc_offset;

	if (was_noted(vcpu))
		offset = moved_offset(vcpu, clock->tsc, change);
	else if (has_tsc(vcpu))
		offset = vcpu->kvm->arch.cur_tsc_offset;
	set_tsc(vcpu, scaling_ratio(vcpu), offset);
	/* From these kvm.ko sets it anew when a CPU comes online, and when TSCs differ. */
	vcpu->arch.last_guest_tsc = kvm_read_l1_tsc(vcpu, change->to);
	if (vcpu->arch.last_host_tsc)
		vcpu->arch.last_host_tsc = change->to;
}

/* Where the kernel's clock, which the guest has from now on, is behind, the difference stays. */
static void keep_up(struct kvm_arch *ka, u64 shown)
{
	s64 behind = shown - (kernel_ns() + ka->kvmclock_offset);

	if (behind > 0)
		ka->kvmclock_offset += behind;
}

/**
 * kvmclock_move - let a VM's clocks go on after the machine's TSC has changed
 * @kvm: a VM of which no vCPU has entered since kvmclock_note()
 * @change: of the machine's TSC; tsc_khz has the new frequency
 *
 * The TSC goes on where it was, at the frequency that the guest knows (without TSC scaling at the
 * machine's). So does the master clock, and not by the kernel's clock: from that it has strayed,
 * since it goes by a frequency in kHz, for as long as the VM lives.
 */
void kvmclock_move(struct kvm *kvm, const struct change *change)
{
	const struct vm_kvmclock *clock = &to_vm(kvm)->clock.kvmclock;
	u64 elapsed_ns = change->elapsed * REFERENCE_NS;
	struct kvm_arch *ka = &kvm->arch;
	struct kvm_vcpu *vcpu;
	unsigned long i;
	u64 shown;

	raw_spin_lock_irq(&ka->tsc_write_lock);
	write_seqcount_begin(&ka->pvclock_sc);
	move_cur_tsc(kvm, change);
	kvm_for_each_vcpu(i, vcpu, kvm)
		move_tsc(vcpu, change);
	if (clock->had_master) {
		shown = clock->shown_ns + max_t(u64, elapsed_ns, REFERENCE_ERROR_NS) -
			REFERENCE_ERROR_NS;
		ka->master_kernel_ns = shown - clock->offset;
		ka->master_cycle_now = change->to;
		/* A vCPU may have taken it away meanwhile. */
		if (!ka->use_master_clock)
			keep_up(ka, shown);
	}
	write_seqcount_end(&ka->pvclock_sc);
	raw_spin_unlock_irq(&ka->tsc_write_lock);
}

static bool shows_master(struct kvm *kvm)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	kvm_for_each_vcpu(i, vcpu, kvm)
		if (vcpu->arch.hv_clock.flags & PVCLOCK_TSC_STABLE_BIT)
			return true;
	return false;
}

/**
 * kvmclock_leave_master - have no master clock any more, ever
 * @kvm: a VM of which no vCPU is in its guest
 * @now: now
 *
 * The TSCs of its vCPUs are no longer alike, and will not be again (see kvm.ko's
 * kvm_arch_vcpu_load()). kvm.ko may have taken it away already, and some vCPUs still show it.
 */
void kvmclock_leave_master(struct kvm *kvm, const struct moment *now)
{
	struct kvm_arch *ka = &kvm->arch;

	raw_spin_lock_irq(&ka->tsc_write_lock);
	write_seqcount_begin(&ka->pvclock_sc);
	if (shows_master(kvm))
		keep_up(ka, shown_ns(kvm, now->tsc));
	ka->backwards_tsc_observed = true;
	write_seqcount_end(&ka->pvclock_sc);
	raw_spin_unlock_irq(&ka->tsc_write_lock);
}

/**
 * kvmclock_note_master - remember what the clock shows before the machine's leaves the page
 * @kvm: a VM of which no vCPU is in its guest
 */
void kvmclock_note_master(struct kvm *kvm)
{
	struct vm_kvmclock *clock = &to_vm(kvm)->clock.kvmclock;
	struct kvm_arch *ka = &kvm->arch;

	raw_spin_lock_irq(&ka->tsc_write_lock);
	clock->had_master = shows_master(kvm);
	clock->noted_tsc = rdtsc_ordered();
	clock->shown_ns = shown_ns(kvm, clock->noted_tsc);
	raw_spin_unlock_irq(&ka->tsc_write_lock);
}

/**
 * kvmclock_leave_noted_master - kvmclock_leave_master(), after the machine's clock was switched
 * @kvm: a VM of which no vCPU has entered since kvmclock_note_master()
 *
 * The switch may have put the machine's clock right, by any amount. The VM's was right by the TSC,
 * and goes on by it, on the CPU that noted it; what vCPUs in kvm.ko have written since is of no
 * account.
 */
void kvmclock_leave_noted_master(struct kvm *kvm)
{
	const struct vm_kvmclock *clock = &to_vm(kvm)->clock.kvmclock;
	struct kvm_arch *ka = &kvm->arch;
	s64 cycles;

	raw_spin_lock_irq(&ka->tsc_write_lock);
	write_seqcount_begin(&ka->pvclock_sc);
	if (clock->had_master) {
		u64 base = kernel_ns();

		cycles = max_t(s64, rdtsc_ordered() - clock->noted_tsc, 0);
		ka->kvmclock_offset = clock->shown_ns - base +
				      rate_mul_div(cycles, NSEC_PER_MSEC, tsc_khz);
	}
	ka->backwards_tsc_observed = true;
	write_seqcount_end(&ka->pvclock_sc);
	raw_spin_unlock_irq(&ka->tsc_write_lock);
}

/**
 * kvmclock_update_vcpu - have a vCPU's clocks follow the VM's
 * @vcpu: in its own task, loaded
 *
 * Its pvclock page is written by kvm.ko before it enters.
 */
void kvmclock_update_vcpu(struct kvm_vcpu *vcpu)
{
	struct kvm_arch *ka = &vcpu->kvm->arch;

	raw_spin_lock_irq(&ka->tsc_write_lock);
	adopt_tsc(vcpu);
	raw_spin_unlock_irq(&ka->tsc_write_lock);
	vcpu->arch.last_host_tsc = rdtsc();	/* a racing vcpu_put() may have left an old one */
	if (kvm_caps.has_tsc_control)
		msr_write_tsc_multiplier(vcpu);
	msr_write_tsc_offset(vcpu);
	if (ka->use_master_clock && ka->backwards_tsc_observed)
		kvm_make_request(KVM_REQ_MASTERCLOCK_UPDATE, vcpu);
	kvm_make_request(KVM_REQ_CLOCK_UPDATE, vcpu);
}

/**
 * kvmclock_renew_tsc_page - have kvm.ko write the guest's reference TSC page anew
 * @kvm: a VM; may sleep
 *
 * It is written by the first vCPU that has its pvclock updated. A guest that is to end a TSC
 * emulation of its own first (it has guests, too) keeps what it has.
 */
void kvmclock_renew_tsc_page(struct kvm *kvm)
{
#ifdef CONFIG_KVM_HYPERV
	struct kvm_hv *hv = &kvm->arch.hyperv;

	mutex_lock(&hv->hv_lock);
	if (hv->hv_tsc_page_status == HV_TSC_PAGE_SET && !hv->hv_tsc_emulation_control)
		hv->hv_tsc_page_status = HV_TSC_PAGE_HOST_CHANGED;
	mutex_unlock(&hv->hv_lock);
#endif
}
