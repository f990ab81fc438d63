/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What follows from a row of checks: whether the page is in service. It leaves at the first check
 * that fails, and returns after several that pass, more of them if it had left not long before:
 * each switch of the clocksource costs NTP what it has learned. Pure.
 */
#ifndef HV_CLOCK_VERDICT_H
#define HV_CLOCK_VERDICT_H

#include <linux/types.h>

#define VERDICT_PATIENCE	4	/* checks that must pass before the first return */
#define VERDICT_MAX_PATIENCE	64
#define VERDICT_FORGIVEN	128	/* passed in service, after which a fall is forgotten */

/**
 * struct verdict - the state; verdict_init() sets it up
 * @failed: the page is out of service
 * @passed: checks passed in a row
 * @patience: how many bring it back
 * @checks: all that there were
 * @failures: those that failed
 * @fallbacks: how often it left service
 */
struct verdict {
	bool failed;
	unsigned int passed, patience;
	u64 checks, failures, fallbacks;
};

enum verdict_change {
	VERDICT_STAYS,
	VERDICT_LEAVES,
	VERDICT_RETURNS,
};

void verdict_init(struct verdict *verdict);
enum verdict_change verdict_note(struct verdict *verdict, bool passed);

#endif /* HV_CLOCK_VERDICT_H */
