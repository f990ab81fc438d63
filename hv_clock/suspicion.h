/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the page was taken out of service for, and what must be seen before a check speaks for it
 * again: where a measurement is too coarse to show what had shown, that it does not show is no
 * proof. Pure.
 */
#ifndef HV_CLOCK_SUSPICION_H
#define HV_CLOCK_SUSPICION_H

#include <linux/types.h>

#include "bracket.h"

/**
 * struct suspicion - what failed since the page was last in service; all 0: nothing
 * @ahead: by how much the page and the counter were apart, in units of 100 ns
 * @skew_ns: by how much two CPUs were
 * @drift: the rates were
 */
struct suspicion {
	u64 ahead, skew_ns;
	bool drift;
};

/* A quantity of @size, or just beyond @bound, would have shown. Nothing has to with @size 0. */
static inline bool suspicion_dispelled(u64 size, u64 bound, struct bracket b)
{
	return !size || bracket_floor(b) < (size > bound ? size : bound) / 2;
}

#endif /* HV_CLOCK_SUSPICION_H */
