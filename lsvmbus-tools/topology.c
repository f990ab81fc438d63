// SPDX-License-Identifier: GPL-2.0
/*
 * topology.c - which CPUs there are, and how they hang together
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "topology.h"

#define CPUS	"sys/devices/system/cpu"
#define NODES	"sys/devices/system/node"

/* A file that holds a list of CPUs; empty if it cannot be read. */
static int read_list(const struct sysroot *root, struct cpulist *list, const char *path)
{
	char text[4096];
	int err = sysroot_read_line(root, text, sizeof(text), "%s", path);

	*list = (struct cpulist){ 0 };
	return err ? err : cpulist_parse(list, text);
}

static void read_nodes(const struct sysroot *root, struct topology *topology)
{
	struct sysroot_names names;
	struct cpulist list;
	char path[64];
	int node, cpu;
	char end;
	size_t i;

	sysroot_list(root, &names, NODES);
	for (i = 0; i < names.count; i++) {
		if (sscanf(names.names[i], "node%5d%c", &node, &end) != 1 || node < 0)
			continue;
		snprintf(path, sizeof(path), NODES "/node%d/cpulist", node);
		if (!read_list(root, &list, path))
			cpulist_for_each(cpu, &list)
				topology->node[cpu] = node;
	}
	sysroot_names_free(&names);
}

static void read_cores(const struct sysroot *root, struct topology *topology)
{
	struct cpulist siblings;
	char path[80];
	int cpu;

	for (cpu = 0; cpu < CPULIST_MAX; cpu++)
		topology->core[cpu] = cpu;
	cpulist_for_each(cpu, &topology->online) {
		snprintf(path, sizeof(path), CPUS "/cpu%d/topology/core_cpus_list", cpu);
		if (!read_list(root, &siblings, path) && cpulist_has(&siblings, cpu))
			topology->core[cpu] = cpulist_next(&siblings, -1);
	}
}

/*
 * CPUs of isolcpus=managed_irq,...: the kernel lets no channel interrupt them (EINVAL), and names
 * them nowhere but on its command line. Unlike the file isolated, which holds those of
 * isolcpus=domain,... and of isolcpus=LIST.
 */
static void read_managed(const struct sysroot *root, struct topology *topology)
{
	char text[4096], *word, *rest = text, *list;
	struct cpulist managed;
	int cpu;

	if (sysroot_read_line(root, text, sizeof(text), "proc/cmdline"))
		return;
	while ((word = strsep(&rest, " "))) {
		if (strncmp(word, "isolcpus=", 9) || !strstr(word, "managed_irq"))
			continue;
		list = word + 9 + strcspn(word + 9, "0123456789");
		if (!cpulist_parse(&managed, list))
			cpulist_for_each(cpu, &managed)
				cpulist_add(&topology->isolated, cpu);
	}
}

/**
 * topology_read() - read which CPUs there are
 * @root: where from
 * @topology: filled in
 *
 * Return: 0, or -errno if it is not known which CPUs are online.
 */
int topology_read(const struct sysroot *root, struct topology *topology)
{
	int err;

	memset(topology, 0, sizeof(*topology));
	err = read_list(root, &topology->online, CPUS "/online");
	if (err)
		return err;
	if (read_list(root, &topology->possible, CPUS "/possible"))
		topology->possible = topology->online;
	read_list(root, &topology->isolated, CPUS "/isolated");
	read_managed(root, topology);
	read_nodes(root, topology);
	read_cores(root, topology);
	return 0;
}
