// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the reference counter runs; see counter.h.
 */
#include <linux/math64.h>

#include "counter.h"
#include "page.h"

/* A counter that is off by less is a counter: what it says of the page is for the checks. */
#define TOLERANCE	10	/* one in so many */

static s64 units(u64 cycles, u64 hz)
{
	return (s64)cycles > 0 ? mul_u64_u64_div_u64(cycles, REFERENCE_HZ, hz) : 0;
}

/**
 * counter_keeps_step() - compares the counter with the TSC between which it was read
 * @from: known
 * @to: known, later on the same CPU, which has kept its TSC's frequency meanwhile
 * @hz: that frequency, above REFERENCE_HZ
 *
 * Return: false if the counter has for certain not advanced as the TSC has
 */
bool counter_keeps_step(const struct counter_reading *from, const struct counter_reading *to,
			u64 hz)
{
	s64 least = units(to->before - from->after, hz), most = units(to->after - from->before, hz);
	s64 advanced = to->reference - from->reference;

	return advanced >= least - least / TOLERANCE - 1 && advanced <= most + most / TOLERANCE + 2;
}
