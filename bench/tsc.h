/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tsc.h - reading the time stamp counter of the CPU this runs on
 */
#ifndef HVBENCH_TSC_H
#define HVBENCH_TSC_H

#include <stdint.h>

/**
 * tsc_read() - read the TSC, ordered against the instructions around it
 *
 * Everything before has finished when the counter is read, and nothing after has begun (Intel SDM
 * vol. 2, RDTSC: LFENCE before and after).
 *
 * Return: the counter, in TSC cycles.
 */
static inline uint64_t tsc_read(void)
{
	uint32_t lo, hi;

	__asm__ __volatile__("lfence\n\trdtsc\n\tlfence" : "=a" (lo), "=d" (hi) : : "memory");
	return (uint64_t)hi << 32 | lo;
}

#endif /* HVBENCH_TSC_H */
