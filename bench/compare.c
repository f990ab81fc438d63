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

/*
 * The standard error of the median of as many independent repeats, as a share of it. The deviation
 * of a repeat is taken from the quartiles, which a few outliers do not move: they lie 1.349 of it
 * apart. A median's error is sqrt(pi / 2) = 1.253 of a mean's (both of a normal distribution).
 */
static double standard_error(const struct figure *figure)
{
	return 1.253 * stats_spread(&figure->inside) / 1.349 / sqrt(figure->repeats);
}

/**
 * compare_figures() - compare two figures of one benchmark
 * @first: or NULL
 * @second: or NULL
 *
 * The noise of the ratio is COMPARE_ERRORS standard errors: those of the two medians, in
 * quadrature. It is the noise within a run, for repeats that do not depend on one another; what
 * differs from one boot to the next is not in it.
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
	c.noise = COMPARE_ERRORS * c.ratio * hypot(standard_error(first), standard_error(second));
	if (fabs(c.ratio - 1) <= c.noise)
		c.verdict = VERDICT_SAME;
	else
		c.verdict = c.ratio < 1 ? VERDICT_LESS : VERDICT_MORE;
	return c;
}
