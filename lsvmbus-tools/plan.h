/* SPDX-License-Identifier: GPL-2.0 */
/*
 * plan.h - which CPU each channel should interrupt
 */
#ifndef PLAN_H
#define PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "topology.h"

enum plan_why {
	PLAN_FINE,	/* good where it is */
	PLAN_SPREAD,	/* another CPU has fewer channels */
	PLAN_AVOID,	/* its CPU is not to be used */
	PLAN_NODE,	/* as PLAN_AVOID, and its node has no other CPU */
	PLAN_FIXED,	/* cannot be moved */
};

struct plan_channel {
	/* what is */
	unsigned int device;	/* channels of one device belong on different CPUs */
	int cpu;		/* its CPU; -1 if not known */
	bool busy;		/* storage, network: is spread; else moved only if it must be */
	bool fixed;		/* it cannot be moved, but counts */
	/* what should be */
	int target;
	enum plan_why why;
};

struct plan_cpus {
	const struct topology *topology;
	struct cpulist usable;
	bool any_node;		/* a channel may leave the NUMA node of its CPU */
};

int plan_spread(const struct plan_cpus *cpus, struct plan_channel *channels, size_t count);
const char *plan_why_text(enum plan_why why);

#endif
