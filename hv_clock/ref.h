/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clocksource hv_clock_ref: Hyper-V's reference counter. Rated below the kernel's TSC page at
 * rest, and above it when it has to step in.
 */
#ifndef HV_CLOCK_REF_H
#define HV_CLOCK_REF_H

#include <linux/types.h>

#define REF_NAME		"hv_clock_ref"
#define REF_CLOCK_NAME_SIZE	32

enum ref_clock {
	REF_CLOCK_PAGE,		/* L1's time is read from the kernel's TSC page */
	REF_CLOCK_REF,		/* ... from hv_clock_ref */
	REF_CLOCK_OTHER,
};

/**
 * struct ref_moment - one moment, on two clocks
 * @known: it is one
 * @reference: the reference counter, in units of 100 ns
 * @raw_ns: L1's time, which nobody sets
 */
struct ref_moment {
	bool known;
	u64 reference;
	u64 raw_ns;
};

int ref_register(void (*changed)(void));
void ref_unregister(void);

bool ref_step_in(void);
bool ref_step_out(void);
enum ref_clock ref_clock(char *name);

struct ref_moment ref_moment(void);
void ref_note_good(const struct ref_moment *moment);
void ref_forget(void);
u64 ref_since_good(void);
s64 ref_behind_ns(void);

#endif /* HV_CLOCK_REF_H */
