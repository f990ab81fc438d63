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

/* Between two samples, in proportion (Hyndman and Fan, 1996, definition 7). */
static double quantile(const double *sorted, size_t count, double share)
{
	double place = share * (count - 1);
	size_t below = place;

	if (below + 1 >= count)
		return sorted[count - 1];
	return sorted[below] + (place - below) * (sorted[below + 1] - sorted[below]);
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
	stats->q1 = quantile(samples, count, 0.25);
	stats->median = quantile(samples, count, 0.5);
	stats->q3 = quantile(samples, count, 0.75);
	stats->p99 = quantile(samples, count, 0.99);
	stats->max = samples[count - 1];
}

/**
 * stats_spread() - how far the samples lie apart
 * @stats: their summary
 *
 * Return: the distance of the quartiles as a share of the median; 0 for a median of 0.
 */
double stats_spread(const struct stats *stats)
{
	return stats->median ? (stats->q3 - stats->q1) / stats->median : 0;
}
