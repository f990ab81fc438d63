/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bracket: what is known of a quantity that cannot be measured exactly. It lies from low to high.
 * Every measurement of this module is one, so that a verdict never rests on noise: only what is
 * beyond a bound with the whole bracket counts. Pure arithmetic.
 */
#ifndef HV_CLOCK_BRACKET_H
#define HV_CLOCK_BRACKET_H

#include <linux/limits.h>
#include <linux/types.h>

struct bracket {
	s64 low, high;
};

#define BRACKET_UNKNOWN	((struct bracket){ S64_MIN, S64_MAX })

/* Both ends were measured, and they do not contradict each other. */
static inline bool bracket_known(struct bracket b)
{
	return b.low != S64_MIN && b.high != S64_MAX && b.low <= b.high;
}

/* Both brackets hold the same quantity. */
static inline struct bracket bracket_narrow(struct bracket a, struct bracket b)
{
	return (struct bracket){ a.low > b.low ? a.low : b.low, a.high < b.high ? a.high : b.high };
}

/* It is for certain further from 0 than @bound, which is not negative. */
static inline bool bracket_beyond(struct bracket b, s64 bound)
{
	return bracket_known(b) && (b.low > bound || b.high < -bound);
}

/* It is for certain no further from 0 than @bound, which is not negative. */
static inline bool bracket_within(struct bracket b, s64 bound)
{
	return bracket_known(b) && b.low >= -bound && b.high <= bound;
}

/* The best guess. */
static inline s64 bracket_middle(struct bracket b)
{
	return b.low + (s64)(((u64)b.high - (u64)b.low) / 2);
}

/* How far the truth may be from bracket_middle(): the floor of the measurement. */
static inline u64 bracket_floor(struct bracket b)
{
	u64 width = (u64)b.high - (u64)b.low;

	return width / 2 + width % 2;
}

#endif /* HV_CLOCK_BRACKET_H */
