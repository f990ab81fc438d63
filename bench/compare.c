// SPDX-License-Identifier: GPL-2.0
/*
 * compare.c - two figures of one benchmark
 */
#include <math.h>
#include <string.h>

#include "compare.h"

static bool measured(const struct figure *figure)
{
	return figure && !figure->err && figure->inside.median > 0;
}

/**
 * compare_figures() - compare two figures of one benchmark
 * @first: or NULL
 * @second: or NULL
 *
 * The noise of a figure is half the distance of its quartiles, as a share of its median: half of
 * all repeats lie that close to it. The noise of the ratio is the ratio times the sum of both: what
 * comes out when both err by that much and in opposite directions. It is the noise within a run;
 * what differs from one boot to the next is not in it.
 *
 * Return: the comparison.
 */
struct comparison compare_figures(const struct figure *first, const struct figure *second)
{
	struct comparison c = { .ratio = NAN, .noise = NAN, .verdict = VERDICT_NONE };

	if (!measured(first) || !measured(second) || strcmp(first->unit, second->unit))
		return c;
	c.ratio = second->inside.median / first->inside.median;
	if (first->repeats < COMPARE_MIN_REPEATS || second->repeats < COMPARE_MIN_REPEATS)
		return c;
	c.noise = c.ratio * (stats_spread(&first->inside) + stats_spread(&second->inside)) / 2;
	if (fabs(c.ratio - 1) <= c.noise)
		c.verdict = VERDICT_SAME;
	else
		c.verdict = c.ratio < 1 ? VERDICT_LESS : VERDICT_MORE;
	return c;
}
