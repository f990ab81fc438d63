/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stats.h - what is kept of a row of samples
 */
#ifndef HVBENCH_STATS_H
#define HVBENCH_STATS_H

#include <stddef.h>

/**
 * struct stats - summary of samples, in the unit of the samples
 * @min: the smallest
 * @q1: a quarter of the samples lies below
 * @median: half of them
 * @q3: three quarters
 * @p99: 99 of 100; with few samples that is next to @max
 * @max: the largest
 */
struct stats {
	double min;
	double q1;
	double median;
	double q3;
	double p99;
	double max;
};

void stats_summarize(double *samples, size_t count, struct stats *stats);
double stats_spread(const struct stats *stats);

#endif /* HVBENCH_STATS_H */
