// SPDX-License-Identifier: GPL-2.0
/*
 * kvm.ko has a guest's timers run on the machine's clock. If it sets one between a change of the
 * machine's TSC and the change of the guest's offset, that timer is off by as much as the TSC
 * jumped: it may never expire. So it is set again when the guest's clocks are right.
 */
#include <linux/kvm_host.h>
#include <asm/hyperv-tlfs.h>

#include "kvm_private.h"
#include "timers.h"
#include "vcpu.h"

/* The number of its last exit. */
static u64 last_exit(struct kvm_vcpu *vcpu)
{
	return vcpu->stat.exits - to_evmcs_vcpu(vcpu)->clock.called_off;
}

/* The VMM's write: nothing but the timer changes. */
static void write_again(struct kvm_vcpu *vcpu, u32 index, u64 data)
{
	struct msr_data msr = { .index = index, .data = data, .host_initiated = true };

	kvm_set_msr_common(vcpu, &msr);
}

/*
 * One that was set before the exit was right. Without TSC scaling it is to be left as it is: the
 * TSC has gone at another frequency than kvm.ko reckons with since the change.
 */
static void set_deadline_again(struct kvm_vcpu *vcpu)
{
	struct msr_data msr = { .index = MSR_IA32_TSC_DEADLINE, .host_initiated = true };

	if (to_evmcs_vcpu(vcpu)->timers.deadline_set == last_exit(vcpu) &&
	    !kvm_get_msr_common(vcpu, &msr) && msr.data)
		write_again(vcpu, MSR_IA32_TSC_DEADLINE, msr.data);
}

#ifdef CONFIG_KVM_HYPERV
/* Reference time now, in 100 ns. */
static u64 reference_now(struct kvm_vcpu *vcpu)
{
	struct msr_data msr = { .index = HV_X64_MSR_TIME_REF_COUNT, .host_initiated = true };

	return kvm_get_msr_common(vcpu, &msr) ? 0 : msr.data;
}

/*
 * A one-shot timer has an absolute time. A periodic one begins a new period if it is due later than
 * that. One whose message waits for its slot has expired.
 */
static bool has_to_start(const struct kvm_vcpu_hv_stimer *stimer, u64 now)
{
	if (!stimer->config.enable || !stimer->count || stimer->msg_pending)
		return false;
	return !stimer->config.periodic || stimer->exp_time > now + stimer->count;
}

/* kvm.ko starts them in a request, so also some that were written before. */
static void set_stimers_again(struct kvm_vcpu *vcpu)
{
	struct kvm_vcpu_hv *hv = vcpu->arch.hyperv;
	struct kvm_vcpu_hv_stimer *stimer;
	u64 now;
	int i;

	if (!hv)
		return;
	now = reference_now(vcpu);
	for (i = 0; i < ARRAY_SIZE(hv->stimer); i++) {
		stimer = &hv->stimer[i];
		if (has_to_start(stimer, now))
			write_again(vcpu, HV_X64_MSR_STIMER0_COUNT + 2 * i, stimer->count);
	}
}
#else
static void set_stimers_again(struct kvm_vcpu *vcpu)
{
}
#endif

/**
 * timers_deadline_set - the TSC deadline is being written
 * @vcpu: the vCPU
 */
void timers_deadline_set(struct kvm_vcpu *vcpu)
{
	to_evmcs_vcpu(vcpu)->timers.deadline_set = last_exit(vcpu);
}

/**
 * timers_set_again - have timers expire on time that were set while the machine's TSC changed
 * @vcpu: in its own task, loaded, its TSC and its VM's clocks being right
 *
 * A synthetic timer that uses kvm.ko's request KVM_REQ_HV_STIMER is started by the next entry.
 */
void timers_set_again(struct kvm_vcpu *vcpu)
{
	set_deadline_again(vcpu);
	set_stimers_again(vcpu);
}
