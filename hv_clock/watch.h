/* SPDX-License-Identifier: GPL-2.0 */
/*
 * When the TSC page is checked.
 */
#ifndef HV_CLOCK_WATCH_H
#define HV_CLOCK_WATCH_H

/* The knobs. */
extern unsigned int watch_period_ms;
extern unsigned int watch_skew_bound_ns;

int watch_start(void);
void watch_stop(void);
void watch_now(void);

#endif /* HV_CLOCK_WATCH_H */
