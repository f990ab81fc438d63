// SPDX-License-Identifier: GPL-2.0
/*
 * cpuid_loop.c - the CPUID loop, where we stand
 *
 * The loop of "A slightly different nesting: KVM on Hyper-V" (FOSDEM 2018): CPUID always exits to a
 * hypervisor and asks next to nothing of it, so the loop shows what an exit costs.
 */
#include "cpuid_loop.h"
#include "tsc.h"

static int cpuid_loop_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	uint64_t before, i;

	(void)run;
	before = tsc_read();
	for (i = 0; i < count; i++) {
		uint32_t eax = 1, ebx, ecx = 0, edx;

		__asm__ __volatile__("cpuid" : "+a" (eax), "=b" (ebx), "+c" (ecx), "=d" (edx));
	}
	sample->inside = tsc_read() - before;
	sample->outside = 0;
	return 0;
}

const struct bench_ops cpuid_loop_ops = { .batch = cpuid_loop_batch };
