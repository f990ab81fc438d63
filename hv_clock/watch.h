/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When the TSC page is checked, and what is done about it.
 */
#ifndef HV_CLOCK_WATCH_H
#define HV_CLOCK_WATCH_H

#include <linux/types.h>

#include "check.h"
#include "verdict.h"

/**
 * struct watch - what sysfs shows
 * @check: the last check that came to an end
 * @verdict: what followed from it, and the counts
 * @voided: checks that came to no end
 * @exposed_ns: how far clocks were apart, or off, when the page was last taken out of service
 * @exposed_for_ns: for how long at most: since the last check that passed
 */
struct watch {
	struct check check;
	struct verdict verdict;
	u64 voided;
	u64 exposed_ns, exposed_for_ns;
};

#define WATCH_REASON_SIZE	(CHECK_REASON_SIZE + 128)

/* The knobs. */
extern unsigned int watch_period_ms;
extern unsigned int watch_skew_bound_ns;

int watch_init(void);
void watch_exit(void);
int watch_start(void);
void watch_stop(void);
void watch_now(void);

const struct watch *watch_hold(void);
void watch_release(void);
const char *watch_state(const struct watch *held);
void watch_reason(const struct watch *held, char *buf, size_t size);

#endif /* HV_CLOCK_WATCH_H */
