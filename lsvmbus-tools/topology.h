/* SPDX-License-Identifier: GPL-2.0 */
/*
 * topology.h - which CPUs there are, and how they hang together
 */
#ifndef TOPOLOGY_H
#define TOPOLOGY_H

#include "cpulist.h"
#include "sysroot.h"

struct topology {
	struct cpulist possible, online;
	struct cpulist isolated;	/* the administrator wants nothing on them (isolcpus=) */
	int node[CPULIST_MAX];		/* of NUMA; 0 where there are none */
	int core[CPULIST_MAX];		/* lowest CPU of the core */
};

int topology_read(const struct sysroot *root, struct topology *topology);

#endif
