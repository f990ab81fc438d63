// SPDX-License-Identifier: GPL-2.0
/*
 * Guests have no performance counters (enable_pmu is off while this backend is
 * loaded). kvm.ko still calls these hooks without asking.
 */
#include <linux/kvm_host.h>

#include "kvm_private.h"
#include "pmu.h"

static struct kvm_pmc *no_rdpmc(struct kvm_vcpu *vcpu, unsigned int idx, u64 *mask)
{
	return NULL;
}

static struct kvm_pmc *no_msr(struct kvm_vcpu *vcpu, u32 msr)
{
	return NULL;
}

static bool not_valid(struct kvm_vcpu *vcpu, u32 msr)
{
	return false;
}

static int refuse(struct kvm_vcpu *vcpu, struct msr_data *msr)
{
	return 1;
}

static void nothing(struct kvm_vcpu *vcpu)
{
}

struct kvm_pmu_ops pmu_ops __initdata = {
	.rdpmc_ecx_to_pmc = no_rdpmc,
	.msr_idx_to_pmc = no_msr,
	.is_valid_msr = not_valid,
	.get_msr = refuse,
	.set_msr = refuse,
	.refresh = nothing,
	.init = nothing,
	.reset = nothing,
	.EVENTSEL_EVENT = ARCH_PERFMON_EVENTSEL_EVENT,
	.MAX_NR_GP_COUNTERS = 1,
	.MIN_NR_GP_COUNTERS = 1,
};
