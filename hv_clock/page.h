/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Arithmetic of the reference TSC page (TLFS, "Partition Reference TSC Mechanism"): time, in units
 * of 100 ns, is ((TSC * scale) >> 64) + offset. Pure: no access to the page itself.
 */
#ifndef HV_CLOCK_PAGE_H
#define HV_CLOCK_PAGE_H

#include <linux/types.h>

#define REFERENCE_HZ		10000000u	/* of the page and of the reference counter */
#define REFERENCE_UNIT_NS	100

/**
 * struct page_copy - what the page held at one moment
 * @sequence: changes with the rest; 0: the page is withdrawn
 * @scale: units of time per cycle, times 2^64
 * @offset: units of time
 */
struct page_copy {
	u32 sequence;
	u64 scale;
	s64 offset;
};

u64 page_time(const struct page_copy *page, u64 tsc);
u64 page_inverse(u64 hz_or_scale);
s64 page_scale_error_ppb(u64 scale, u64 hz);
s64 page_cycles_to_ns(s64 cycles, u64 hz);

#endif /* HV_CLOCK_PAGE_H */
