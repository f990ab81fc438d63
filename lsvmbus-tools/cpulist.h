/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cpulist.h - sets of CPUs, written as in "0-3,8"
 */
#ifndef CPULIST_H
#define CPULIST_H

#include <stdbool.h>
#include <stdint.h>

#define CPULIST_MAX	4096	/* CPUs are numbered below this */

struct cpulist {
	uint64_t bits[CPULIST_MAX / 64];
};

int cpulist_parse(struct cpulist *list, const char *text);
char *cpulist_format(const struct cpulist *list);
unsigned int cpulist_count(const struct cpulist *list);
int cpulist_next(const struct cpulist *list, int after);

static inline bool cpulist_has(const struct cpulist *list, uint64_t cpu)
{
	return cpu < CPULIST_MAX && list->bits[cpu / 64] >> cpu % 64 & 1;
}

static inline void cpulist_add(struct cpulist *list, uint64_t cpu)
{
	if (cpu < CPULIST_MAX)
		list->bits[cpu / 64] |= 1ULL << cpu % 64;
}

static inline void cpulist_remove(struct cpulist *list, uint64_t cpu)
{
	if (cpu < CPULIST_MAX)
		list->bits[cpu / 64] &= ~(1ULL << cpu % 64);
}

/* Visits each CPU of a list, lowest first. */
#define cpulist_for_each(cpu, list) \
	for ((cpu) = cpulist_next(list, -1); (cpu) >= 0; (cpu) = cpulist_next(list, cpu))

#endif
