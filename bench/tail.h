/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tail.h - the slow ones of any number of operations, in constant room
 */
#ifndef HVBENCH_TAIL_H
#define HVBENCH_TAIL_H

#include <stdint.h>

#define TAIL_BITS	6	/* below the leading one that tell buckets apart */
#define TAIL_BUCKETS	((64 - TAIL_BITS + 1) << TAIL_BITS)

/**
 * struct tail - how many operations took how long
 * @buckets: operations by duration, each bucket 1/64 of its duration wide or narrower
 * @count: operations
 * @max: duration of the slowest, exact
 *
 * Empty when it is zero.
 */
struct tail {
	uint64_t buckets[TAIL_BUCKETS];
	uint64_t count;
	uint64_t max;
};

void tail_add(struct tail *tail, uint64_t cycles);
double tail_quantile(const struct tail *tail, double share);

#endif /* HVBENCH_TAIL_H */
