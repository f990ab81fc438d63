// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the page's time runs away from the reference counter; see drift.h.
 */
#include <linux/math64.h>
#include <linux/minmax.h>

#include "drift.h"
#include "page.h"

#define BILLION	1000000000ll

/*
 * Over so long, in units of 100 ns, unless the checks are further apart: 1 us of uncertainty at
 * either end is then 0.2 ppm.
 */
#define SPAN	(10ull * REFERENCE_HZ)

/**
 * drift_ahead() - one sample
 * @page_before: the page's time before the counter was read, in units of 100 ns
 * @reference: the counter
 * @page_after: the page's time after that
 *
 * Return: the page's time minus the counter's at one moment, both before they were rounded down to
 * units
 */
struct bracket drift_ahead(u64 page_before, u64 reference, u64 page_after)
{
	return (struct bracket){
		(s64)(page_before - reference) - 1,
		(s64)(page_after - reference) + 1
	};
}

/* A change of what the page is ahead, in billionths of the time it took. */
static s64 rate(s64 from, s64 to, u64 units)
{
	s64 change, most = S64_MAX / BILLION;

	if (__builtin_sub_overflow(to, from, &change))
		change = to > from ? most : -most;
	return div64_s64(clamp(change, -most, most) * BILLION, (s64)units);
}

/**
 * drift_note() - takes a sample, gives the drift
 * @drift: zeroed at first
 * @reference: when the sample was taken, by the counter
 * @ahead: the sample, known
 *
 * Return: billionths, above 0 if the page is fast; not known after the first sample
 */
struct bracket drift_note(struct drift *drift, u64 reference, struct bracket ahead)
{
	struct bracket ppb = BRACKET_UNKNOWN;
	u64 units = reference - drift->reference;

	if (drift->based && units) {
		ppb.low = rate(drift->ahead.high, ahead.low, units);
		ppb.high = rate(drift->ahead.low, ahead.high, units);
	}
	if (!drift->based || units >= SPAN)
		*drift = (struct drift){ true, reference, ahead };
	return ppb;
}
