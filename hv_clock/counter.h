/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether the reference counter is fit to bear witness against the page, and to step in for it: it
 * may stand still, or jump, and time with it. Pure arithmetic.
 */
#ifndef HV_CLOCK_COUNTER_H
#define HV_CLOCK_COUNTER_H

#include <linux/types.h>

/**
 * struct counter_reading - the counter, read between two readings of one CPU's TSC
 * @known: the rest is set
 * @before: the TSC before
 * @reference: the counter, in units of 100 ns
 * @after: the TSC after
 */
struct counter_reading {
	bool known;
	u64 before, reference, after;
};

bool counter_keeps_step(const struct counter_reading *from, const struct counter_reading *to,
			u64 hz);

#endif /* HV_CLOCK_COUNTER_H */
