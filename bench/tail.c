// SPDX-License-Identifier: GPL-2.0
/*
 * tail.c - the slow ones of any number of operations, in constant room
 */
#include "tail.h"

#define STEPS	(1U << TAIL_BITS)	/* buckets in which a duration doubles */

/* Durations below STEPS have a bucket each. */
static unsigned int bucket_of(uint64_t cycles)
{
	unsigned int shift;

	if (cycles < STEPS)
		return cycles;
	shift = 63 - TAIL_BITS - __builtin_clzll(cycles);
	return shift * STEPS + (cycles >> shift);
}

/* The longest duration of a bucket. */
static uint64_t end_of(unsigned int bucket)
{
	unsigned int shift;

	if (bucket < STEPS)
		return bucket;
	shift = bucket / STEPS - 1;
	return ((uint64_t)(bucket % STEPS + STEPS + 1) << shift) - 1;
}

/**
 * tail_add() - count an operation
 * @tail: where, or NULL for nowhere
 * @cycles: what it took
 */
void tail_add(struct tail *tail, uint64_t cycles)
{
	if (!tail)
		return;
	tail->buckets[bucket_of(cycles)]++;
	tail->count++;
	if (cycles > tail->max)
		tail->max = cycles;
}

/**
 * tail_quantile() - how long a share of all operations took at most
 * @tail: the operations, at least one
 * @share: of them, from 0 to 1
 *
 * Return: the duration, up to 1/64 too long.
 */
double tail_quantile(const struct tail *tail, double share)
{
	uint64_t seen = 0;
	unsigned int i;

	for (i = 0; i < TAIL_BUCKETS; i++) {
		seen += tail->buckets[i];
		if (seen && seen >= share * tail->count)
			break;
	}
	return i == TAIL_BUCKETS || end_of(i) > tail->max ? tail->max : end_of(i);
}
