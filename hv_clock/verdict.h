/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What follows from a row of checks: whether the page is in service. It leaves at the first check
 * that fails, and returns after several that pass, more of them if it had left not long before:
 * each switch of the clocksource costs NTP what it has learned. Pure.
 */
#ifndef HV_CLOCK_VERDICT_H
#define HV_CLOCK_VERDICT_H

#include <linux/types.h>

#define VERDICT_PATIENCE	4u	/* checks that must pass before the first return */
#define VERDICT_MAX_PATIENCE	64u
#define VERDICT_FORGIVEN	128u	/* passed in service, after which a fall is forgotten */
#define VERDICT_VOIDS		8u	/* in a row, after which nothing is known of the page */
#define VERDICT_RETRY_MS	10u	/* after the first of them */

/**
 * struct verdict - the state; verdict_init() sets it up
 * @failed: the page is out of service
 * @passed: checks passed in a row; counts no further than is of interest
 * @patience: how many bring it back
 * @voids: checks in a row that came to no end; counts no further than is of interest
 * @checks: all that there were and came to an end
 * @failures: those that failed
 * @fallbacks: how often it left service
 * @voided: checks that came to no end
 */
struct verdict {
	bool failed;
	unsigned int passed, patience, voids;
	u64 checks, failures, fallbacks, voided;
};

enum verdict_change {
	VERDICT_STAYS,
	VERDICT_LEAVES,
	VERDICT_RETURNS,
};

void verdict_init(struct verdict *verdict);
enum verdict_change verdict_note(struct verdict *verdict, bool passed, bool may_return);
void verdict_note_void(struct verdict *verdict);
void verdict_recall(struct verdict *verdict);
bool verdict_unknown(const struct verdict *verdict);
unsigned int verdict_pause_ms(const struct verdict *verdict, unsigned int period_ms);

#endif /* HV_CLOCK_VERDICT_H */
