/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_PMU_H
#define HV_EVMCS_PMU_H

struct kvm_pmu_ops;

extern struct kvm_pmu_ops pmu_ops;

#endif /* HV_EVMCS_PMU_H */
