// SPDX-License-Identifier: GPL-2.0
/*
 * stats.c - what is kept of a row of samples
 */
#include <stdlib.h>

#include "stats.h"

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/**
 * stats_summarize() - summarize samples
 * @samples: the samples; sorted on return
 * @count: how many, at least one
 * @stats: where the summary goes
 */
void stats_summarize(double *samples, size_t count, struct stats *stats)
{
	qsort(samples, count, sizeof(samples[0]), compare);
	stats->min = samples[0];
	stats->median = (samples[(count - 1) / 2] + samples[count / 2]) / 2;
	stats->max = samples[count - 1];
}
