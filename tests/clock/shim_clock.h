/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the arithmetic of hv_clock uses of the kernel's headers beyond tests/host/shim.h. The TSC
 * and the pauses of a loop are the test's.
 */
#ifndef TESTS_CLOCK_SHIM_CLOCK_H
#define TESTS_CLOCK_SHIM_CLOCK_H

#include <shim.h>

#define U32_MAX			UINT32_MAX
#define U64_MAX			UINT64_MAX
#define NSEC_PER_SEC		1000000000L
#define S64_MAX			INT64_MAX
#define S64_MIN			INT64_MIN

#define ____cacheline_aligned	__aligned(64)
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile typeof(x) *)&(x) = (value))

#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define clamp(x, low, high)	min(max(x, low), high)

u64 rdtsc_ordered(void);
void cpu_relax(void);

static inline void cond_resched(void)
{
}

static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int shift)
{
	return ((unsigned __int128)a * b) >> shift;
}

static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c)
{
	unsigned __int128 quotient = (unsigned __int128)a * b / c;

	if (quotient >> 64)
		__builtin_trap();	/* as the instruction does */
	return quotient;
}

static inline s64 div64_s64(s64 a, s64 b)
{
	return a / b;
}

#endif /* TESTS_CLOCK_SHIM_CLOCK_H */
