/* SPDX-License-Identifier: GPL-2.0 */
/*
 * compare.h - two figures of one benchmark
 */
#ifndef HVBENCH_COMPARE_H
#define HVBENCH_COMPARE_H

#include "report.h"

#define COMPARE_MIN_REPEATS	10	/* with fewer, quartiles say too little */

/*
 * With 3, a verdict over two runs of the same comes about once in 70 times at 11 repeats, and once
 * in 250 at 100.
 */
#define COMPARE_ERRORS		3

/**
 * enum verdict - what a ratio says
 * @VERDICT_NONE: nothing: a figure is missing, or has too few repeats to know its noise
 * @VERDICT_SAME: no more than noise
 * @VERDICT_LESS: the second one costs less
 * @VERDICT_MORE: the second one costs more
 */
enum verdict { VERDICT_NONE, VERDICT_SAME, VERDICT_LESS, VERDICT_MORE };

/**
 * struct comparison - the second figure against the first
 * @ratio: of the medians, second over first; NAN if one is missing
 * @noise: of the ratio, plus or minus; NAN if it is not known
 * @verdict: what they say
 */
struct comparison {
	double ratio;
	double noise;
	enum verdict verdict;
};

struct comparison compare_figures(const struct figure *first, const struct figure *second);

#endif /* HVBENCH_COMPARE_H */
