// SPDX-License-Identifier: GPL-2.0
#include <linux/cache.h>
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/time64.h>
#include <asm/barrier.h>
#include <asm/pvclock.h>

#include "rate.h"

/* For the shift of ticks that make ns not to overflow, from a frequency of 8 MHz on. */
#define MOST_TICKS	(1ull << 55)

/**
 * rate_mul_div - value * mul / div
 * @value: factor
 * @mul: factor
 * @div: may be 0
 *
 * mul_u64_u64_div_u64() faults where the result does not fit.
 *
 * Return: the result, rounded down; U64_MAX if it does not fit.
 */
u64 rate_mul_div(u64 value, u64 mul, u64 div)
{
	if (mul_u64_u64_shr(value, mul, 64) >= div)
		return U64_MAX;
	return mul_u64_u64_div_u64(value, mul, div);
}

/**
 * rate_tsc_ratio - the TSC scaling ratio (SDM 3C, 26.5.3) for a guest's frequency
 * @guest_khz: the guest's
 * @host_khz: the machine's
 * @bits: fraction bits of the ratio
 * @max: the highest ratio
 *
 * Rounded up: kvm.ko computes the guest's frequency back from the ratio, and cuts off.
 *
 * Return: the ratio, not above @max.
 */
u64 rate_tsc_ratio(u64 guest_khz, u64 host_khz, unsigned int bits, u64 max)
{
	u64 ratio = rate_mul_div(1ull << bits, guest_khz, host_khz);

	if (ratio < max && mul_u64_u64_shr(host_khz, ratio, bits) < guest_khz)
		ratio++;
	return min(ratio, max);
}

/**
 * rate_pvclock - the rate of a pvclock: ns = ((ticks << shift) * mul) >> 32 (asm/pvclock-abi.h)
 * @hz: ticks in a second; 0 leaves the others as they are
 * @shift: left, or right if negative
 * @mul: 2^31 or more
 */
void rate_pvclock(u64 hz, s8 *shift, u32 *mul)
{
	unsigned int up = 0, down = 0;

	if (!hz)
		return;
	while (hz << up <= NSEC_PER_SEC)
		up++;
	while (hz >> down > 2 * NSEC_PER_SEC)
		down++;
	*shift = up - down;
	*mul = rate_mul_div((u64)NSEC_PER_SEC << 32, 1ull << down, hz << up);
}

/**
 * rate_pvclock_early - have a pvclock line begin as early as neither its time nor its stamp wraps
 * @line: shows the same as before for all that is later than the stamp that it had
 *
 * A TSC below the stamp is no case for guests: some take the difference for a huge one, others for
 * none.
 */
void rate_pvclock_early(struct pvclock_vcpu_time_info *line)
{
	u64 ticks = min(line->tsc_timestamp, MOST_TICKS);
	u64 ns = pvclock_scale_delta(ticks, line->tsc_to_system_mul, line->tsc_shift);

	if (ns > line->system_time) {
		ticks = rate_mul_div(line->system_time, ticks, ns + 1);
		ns = pvclock_scale_delta(ticks, line->tsc_to_system_mul, line->tsc_shift);
	}
	line->tsc_timestamp -= ticks;
	line->system_time -= ns;
}
