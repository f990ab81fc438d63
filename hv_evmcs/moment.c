// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <clocksource/hyperv_timer.h>
#include <linux/irqflags.h>
#include <linux/printk.h>
#include <asm/mshyperv.h>
#include <asm/msr.h>
#include <asm/tsc.h>

#include "moment.h"

/* A migration that took longer did not leave the counter running. */
#define LONGEST_ELAPSED		(3600ull * 1000 * REFERENCE_PER_MS)

/**
 * moment_now - read both clocks
 * @by_page: the reference TSC page can be trusted
 *
 * By the page both are of one instant. While the TSC is emulated the page has the old frequency, as
 * the TSC. The counter's MSR is an exit, after which we may not be the next to run.
 *
 * Return: the moment.
 */
struct moment moment_now(bool by_page)
{
	struct moment moment;
	unsigned long flags;
	u64 tsc;

	if (by_page &&
	    hv_read_tsc_page_tsc(hv_get_tsc_page(), &moment.tsc, &moment.reference))
		return moment;
	local_irq_save(flags);
	tsc = rdtsc_ordered();
	rdmsrl(HV_X64_MSR_TIME_REF_COUNT, moment.reference);
	moment.tsc = tsc + (rdtsc_ordered() - tsc) / 2;
	local_irq_restore(flags);
	return moment;
}

/* The counter is the host's. If it went back, or an hour ahead, that is not believed. */
static u64 elapsed_between(const struct moment *before, const struct moment *after)
{
	s64 elapsed = after->reference - before->reference;

	if (elapsed >= 0 && elapsed <= LONGEST_ELAPSED)
		return elapsed;
	pr_warn_ratelimited("the host's reference counter moved by %lld * 100 ns while it changed the TSC\n",
			    elapsed);
	return 0;
}

/**
 * moment_change - what lies between two moments
 * @before: the earlier one
 * @after: the later one
 *
 * Return: the change of the TSC.
 */
struct change moment_change(const struct moment *before, const struct moment *after)
{
	return (struct change){ after->tsc, elapsed_between(before, after) };
}
