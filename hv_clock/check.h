/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One check of the TSC page and of the CPUs that read it.
 */
#ifndef HV_CLOCK_CHECK_H
#define HV_CLOCK_CHECK_H

#include <linux/types.h>

#include "bracket.h"
#include "page.h"

#define CHECK_REASON_SIZE	128

enum check_outcome {
	CHECK_PASSED,
	CHECK_FAILED,
	CHECK_VOID,	/* not all could be measured, or well enough, or the host was changing it */
};

/**
 * struct check - what a check found
 * @reason: why it did not pass, else empty
 * @page: the page; not valid if its sequence is 0
 * @hz: TSC frequency, 0 if neither the host nor the page says it
 * @ahead: page minus reference counter, in units of 100 ns
 * @drift_ppb: how fast that grows, in billionths; not known at the first check of a page
 * @counter_runs: the reference counter advances, as far as is known
 * @spread_ns: by how much the TSCs of two CPUs differ at most, as far as is known
 * @skew_ns: for each possible CPU, its page time minus that of the first CPU online
 */
struct check {
	char reason[CHECK_REASON_SIZE];
	struct page_copy page;
	u64 hz;
	struct bracket ahead, drift_ppb;
	bool counter_runs;
	u64 spread_ns;
	struct bracket *skew_ns;
};

int check_init(struct check *check);
void check_exit(struct check *check);
void check_copy(struct check *to, const struct check *from);
enum check_outcome check_run(struct check *check, u64 skew_bound_ns);
bool check_glance(void);
void check_forget(void);
void check_acquit(void);

#endif /* HV_CLOCK_CHECK_H */
