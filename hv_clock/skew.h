/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How far the TSCs of two CPUs are apart, measured by the two CPUs through memory.
 *
 * Each CPU, all the time, publishes its TSC and reads the other's. A time that it reads was taken
 * before its own next one, whatever interrupts, preempts or deschedules either CPU in between: such
 * things only make a sample useless, never wrong. The closest sample of each side bounds the
 * difference from one side, and the two together are its bracket. Where the CPUs run at the same
 * time that is about as wide as a cache line's way there and back; where a host runs them by turns,
 * as its way from the one to the other and back.
 */
#ifndef HV_CLOCK_SKEW_H
#define HV_CLOCK_SKEW_H

#include <linux/cache.h>
#include <linux/types.h>

#include "bracket.h"

/**
 * struct skew_side - what one of the two CPUs writes
 * @tsc: its TSC, published
 * @closest: the least of its TSC minus one that the other had published before
 * @meetings: how many different ones it saw
 * @done: it saw enough
 */
struct skew_side {
	u64 tsc;
	s64 closest;
	u32 meetings;
	bool done;
} ____cacheline_aligned;

struct skew_pair {
	struct skew_side side[2];
};

void skew_begin(struct skew_pair *pair);
void skew_run(struct skew_pair *pair, unsigned int which);
struct bracket skew_result(const struct skew_pair *pair);

#endif /* HV_CLOCK_SKEW_H */
