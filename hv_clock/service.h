/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether the TSC page keeps the time: what follows from a check, for this machine and its VMs.
 */
#ifndef HV_CLOCK_SERVICE_H
#define HV_CLOCK_SERVICE_H

#include <linux/types.h>

#include "check.h"
#include "verdict.h"

/**
 * struct service - what sysfs shows
 * @check: the last check
 * @verdict: what followed from it, and the counts
 * @stuck: the backend whose VMs keep the page from returning, or NULL
 * @exposed_ns: how far clocks were apart, or off, when the page was last taken out of service
 * @exposed_for_ns: for how long at most: since the last check that passed
 */
struct service {
	struct check check;
	struct verdict verdict;
	const char *stuck;
	u64 exposed_ns, exposed_for_ns;
};

#define SERVICE_REASON_SIZE	(CHECK_REASON_SIZE + 128)

int service_init(void);
void service_exit(void);

void service_note(const struct check *check, enum check_outcome outcome);
unsigned int service_pause_ms(unsigned int period_ms);

const struct service *service_hold(void);
void service_release(void);
const char *service_state(const struct service *held);
void service_reason(const struct service *held, char *buf, size_t size);

#endif /* HV_CLOCK_SERVICE_H */
