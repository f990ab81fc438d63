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
 * @median: the one in the middle, or the mean of the two in the middle
 * @max: the largest
 */
struct stats {
	double min;
	double median;
	double max;
};

void stats_summarize(double *samples, size_t count, struct stats *stats);

#endif /* HVBENCH_STATS_H */
