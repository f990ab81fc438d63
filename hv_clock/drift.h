/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How fast the page's time runs away from the reference counter. Pure arithmetic.
 */
#ifndef HV_CLOCK_DRIFT_H
#define HV_CLOCK_DRIFT_H

#include <linux/types.h>

#include "bracket.h"

/**
 * struct drift - since when it is measured
 * @based: @reference and @ahead are set; zero the structure to begin afresh
 * @reference: the counter then, in units of 100 ns
 * @ahead: the page's time minus the counter then, in units of 100 ns
 */
struct drift {
	bool based;
	u64 reference;
	struct bracket ahead;
};

struct bracket drift_ahead(u64 page_before, u64 reference, u64 page_after);
struct bracket drift_note(struct drift *drift, u64 reference, struct bracket ahead);

#endif /* HV_CLOCK_DRIFT_H */
