/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the host offers of clocks, and what it says of them at this moment.
 */
#ifndef HV_CLOCK_HOST_H
#define HV_CLOCK_HOST_H

#include <linux/types.h>
#include <asm/msr.h>
#include <asm/mshyperv.h>

#include "page.h"

const char *host_missing(void);
bool host_tsc_invariant(void);
bool host_page(struct page_copy *page);
u64 host_tsc_hz(void);
bool host_emulates_tsc(void);

/* The reference counter, in units of 100 ns. Any context, and without instrumentation. */
static __always_inline u64 host_reference(void)
{
	return __rdmsr(HV_X64_MSR_TIME_REF_COUNT);
}

#endif /* HV_CLOCK_HOST_H */
