/* SPDX-License-Identifier: GPL-2.0 */
/*
 * clock.h - which clocksource this guest uses, and why
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>

#include "answer.h"
#include "cpuid_source.h"
#include "kernel_log.h"
#include "sysroot.h"

#define CLOCK_TSC_PAGE	"hyperv_clocksource_tsc_page"
#define CLOCK_MSR	"hyperv_clocksource_msr"
#define CLOCK_HV_REF	"hv_clock_ref"	/* hv_clock's, while the page is not to be trusted */
#define CLOCK_STIMER	"Hyper-V clockevent"

struct clock {
	char current[64];	/* empty if not known */
	char available[256];
	char forced[64];	/* clocksource= of the kernel's command line */
	char event[64];		/* the device that CPU 0's timer is on */
	char reason[256];	/* of hv_clock */
	char *tsc_unstable;	/* what the kernel said of the TSC, or NULL */
	enum answer master;	/* can be the master clock of KVM's guests */
};

void clock_read(struct clock *clock, const struct sysroot *root, const struct kernel_log *log);
void clock_free(struct clock *clock);
bool clock_has(const struct clock *clock, const char *source);
char *clock_why(const struct clock *clock, const struct cpuid *cpuid);

#endif
