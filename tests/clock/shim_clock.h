/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the tested sources of hv_clock use of the kernel's headers beyond tests/host/shim.h. The
 * TSC, the pauses of a loop and the log are the test's. There is one thread, or the test takes care.
 */
#ifndef TESTS_CLOCK_SHIM_CLOCK_H
#define TESTS_CLOCK_SHIM_CLOCK_H

#include <shim.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define U32_MAX			UINT32_MAX
#define U64_MAX			UINT64_MAX
#define NSEC_PER_SEC		1000000000L
#define NSEC_PER_MSEC		1000000L
#define MSEC_PER_SEC		1000L
#define S64_MAX			INT64_MAX
#define S64_MIN			INT64_MIN

#define ____cacheline_aligned	__aligned(64)
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value)	(*(volatile typeof(x) *)&(x) = (value))

#define min(a, b)		((a) < (b) ? (a) : (b))
#define max(a, b)		((a) > (b) ? (a) : (b))
#define clamp(x, low, high)	min(max(x, low), high)
#define max_t(type, a, b)	max((type)(a), (type)(b))
#undef abs
#define abs(x)			__builtin_llabs(x)
#define strscpy(to, from, size)	snprintf(to, size, "%s", from)

#define DEFINE_MUTEX(name)	char name
#define mutex_lock(mutex)	((void)(mutex))
#define mutex_unlock(mutex)	((void)(mutex))

#define __printf(text, first)	__attribute__((format(printf, text, first)))
#define vscnprintf		vsnprintf
#define local_irq_save(flags)	((void)((flags) = 0))
#define local_irq_restore(flags) ((void)(flags))

#define GFP_KERNEL		0
#define kcalloc(n, size, how)	calloc(n, size)
#define kfree			free

/* All CPUs are online, and stay so. */
extern unsigned int nr_cpu_ids, tsc_khz;
#define cpus_read_lock()	((void)0)
#define cpus_read_unlock()	((void)0)
#define cpu_online(cpu)		((cpu) < nr_cpu_ids)
#define cpumask_first(mask)	0u
#define for_each_online_cpu(cpu) for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++)

struct kthread_work {
	int unused;
};

struct completion {
	int unused;
};

struct list_head {
	struct list_head *next, *prev;
};

void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));
#define KBUILD_MODNAME		"hv_clock"
#define pr_info(format, ...)	log_line(pr_fmt(format), ##__VA_ARGS__)
#define pr_warn(format, ...)	log_line(pr_fmt(format), ##__VA_ARGS__)

#define HV_X64_MSR_TIME_REF_COUNT	0x40000020
u64 __rdmsr(unsigned int msr);

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

/* As the guest reads it (asm/pvclock-abi.h). */
struct pvclock_vcpu_time_info {
	u32 version;
	u32 pad0;
	u64 tsc_timestamp;
	u64 system_time;
	u32 tsc_to_system_mul;
	s8 tsc_shift;
	u8 flags;
	u8 pad[2];
};

static inline u64 pvclock_scale_delta(u64 ticks, u32 mul, int shift)
{
	return mul_u64_u64_shr(shift < 0 ? ticks >> -shift : ticks << shift, mul, 32);
}

static inline s64 div64_s64(s64 a, s64 b)
{
	return a / b;
}

#endif /* TESTS_CLOCK_SHIM_CLOCK_H */
