// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic of the reference TSC page; see page.h.
 */
#include <linux/limits.h>
#include <linux/math64.h>

#include "page.h"

#define BILLION	1000000000u

/**
 * page_time() - the time the page gives
 * @page: a valid copy
 * @tsc: what RDTSC said
 *
 * Return: units of 100 ns
 */
u64 page_time(const struct page_copy *page, u64 tsc)
{
	return mul_u64_u64_shr(tsc, page->scale, 64) + page->offset;
}

/**
 * page_inverse() - scale of a frequency, or frequency of a scale
 * @hz_or_scale: one of the two; the frequency in Hz
 *
 * Their product is 10^7 * 2^64, so the same division gives the one from the other.
 *
 * Return: the other one, rounded down; 0 if it has more than 64 bits
 */
u64 page_inverse(u64 hz_or_scale)
{
	u64 rest = REFERENCE_HZ, quotient = 0;
	int bit;

	if (hz_or_scale <= REFERENCE_HZ)
		return 0;
	for (bit = 63; bit >= 0; bit--) {
		bool carry = rest >> 63;

		rest <<= 1;
		if (carry || rest >= hz_or_scale) {
			rest -= hz_or_scale;
			quotient |= 1ull << bit;
		}
	}
	return quotient;
}

/**
 * page_scale_error_ppb() - how far a scale is from that of a frequency
 * @scale: of the page
 * @hz: TSC frequency, more than 10^7
 *
 * Return: billionths of the right scale, at most a billion either way; above 0 if the page is fast
 */
s64 page_scale_error_ppb(u64 scale, u64 hz)
{
	u64 right = page_inverse(hz);
	u64 error = scale > right ? scale - right : right - scale;
	s64 ppb = error < right ? mul_u64_u64_div_u64(error, BILLION, right) : BILLION;

	return scale > right ? ppb : -ppb;
}

/**
 * page_cycles_to_ns() - a difference of two TSCs as time
 * @cycles: the difference, of either sign; what is beyond 2^54 is taken for 2^54
 * @hz: TSC frequency, at least 10^7
 *
 * Return: ns, rounded towards 0
 */
s64 page_cycles_to_ns(s64 cycles, u64 hz)
{
	u64 size = cycles < 0 ? -(u64)cycles : (u64)cycles;
	s64 ns = mul_u64_u64_div_u64(size < 1ull << 54 ? size : 1ull << 54, BILLION, hz);

	return cycles < 0 ? -ns : ns;
}
