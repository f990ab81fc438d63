/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arithmetic of frequencies, which are the host's word: whatever it says, nothing here faults or
 * runs for ever.
 */
#ifndef HV_EVMCS_RATE_H
#define HV_EVMCS_RATE_H

#include <linux/types.h>

struct pvclock_vcpu_time_info;

u64 rate_mul_div(u64 value, u64 mul, u64 div);
u64 rate_tsc_ratio(u64 guest_khz, u64 host_khz, unsigned int bits, u64 max);
void rate_pvclock(u64 hz, s8 *shift, u32 *mul);
void rate_pvclock_early(struct pvclock_vcpu_time_info *line);

#endif /* HV_EVMCS_RATE_H */
