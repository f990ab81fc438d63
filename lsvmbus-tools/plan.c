// SPDX-License-Identifier: GPL-2.0
/*
 * plan.c - which CPU each channel should interrupt
 *
 * A channel's ring was allocated on the NUMA node of the CPU it had when it was opened
 * (vmbus_alloc_ring()), so it stays on its node as long as that has a CPU to use. From where they
 * are, busy channels move one by one to a CPU with fewer channels of their device, or of all if
 * that is equal, until none gains by it. Each move makes the sum of the squares of these loads
 * smaller, so that comes to an end; and a plan for a machine that follows the plan moves nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* How many busy channels interrupt a CPU. */
struct load {
	unsigned int device;	/* of the device in question */
	unsigned int all;
	unsigned int core;	/* it and its sibling threads; held at the lowest of them */
};

struct plan {
	const struct plan_cpus *cpus;
	struct plan_channel *channels;
	size_t count;
	struct load loads[CPULIST_MAX];
};

/* The CPUs a channel may be given; all that are usable if its node has none. */
static struct cpulist choices(const struct plan_cpus *cpus, int from, bool *left_node)
{
	const struct topology *topology = cpus->topology;
	struct cpulist list = cpus->usable;
	int cpu;

	*left_node = false;
	if (cpus->any_node || from < 0 || from >= CPULIST_MAX)
		return list;
	cpulist_for_each(cpu, &cpus->usable)
		if (topology->node[cpu] != topology->node[from])
			cpulist_remove(&list, cpu);
	*left_node = !cpulist_count(&list);
	return *left_node ? cpus->usable : list;
}

/* Counts the loads as they are without @channel, and with regard to its device. */
static void count_loads(struct plan *plan, const struct plan_channel *channel)
{
	const int *core = plan->cpus->topology->core;
	const struct plan_channel *other;

	memset(plan->loads, 0, sizeof(plan->loads));
	for (other = plan->channels; other < plan->channels + plan->count; other++) {
		if (other == channel || !other->busy || other->target < 0 ||
		    other->target >= CPULIST_MAX)
			continue;
		plan->loads[other->target].device += other->device == channel->device;
		plan->loads[other->target].all++;
		plan->loads[core[other->target]].core++;
	}
}

/* Is there less load on CPU @a than on CPU @b? */
static bool lighter(const struct plan *plan, int a, int b)
{
	const struct load *x = &plan->loads[a], *y = &plan->loads[b];

	return x->device != y->device ? x->device < y->device : x->all < y->all;
}

/* The CPU with the least load; of those that are equal, one of the core with the least. */
static int lightest(const struct plan *plan, const struct cpulist *list)
{
	const int *core = plan->cpus->topology->core;
	int cpu, best = cpulist_next(list, -1);

	cpulist_for_each(cpu, list)
		if (lighter(plan, cpu, best) ||
		    (!lighter(plan, best, cpu) &&
		     plan->loads[core[cpu]].core < plan->loads[core[best]].core))
			best = cpu;
	return best;
}

/* Moves a channel if it must or gains by it; returns whether it moved. */
static bool improve(struct plan *plan, struct plan_channel *channel)
{
	const bool usable = cpulist_has(&plan->cpus->usable, channel->target);
	struct cpulist list;
	bool left_node;
	int best;

	if (channel->fixed || (usable && !channel->busy))
		return false;
	list = choices(plan->cpus, channel->cpu, &left_node);
	count_loads(plan, channel);
	best = lightest(plan, &list);
	if (usable && !lighter(plan, best, channel->target))
		return false;
	channel->target = best;
	channel->why = cpulist_has(&plan->cpus->usable, channel->cpu) ? PLAN_SPREAD :
		left_node ? PLAN_NODE : PLAN_AVOID;
	return true;
}

/**
 * plan_spread() - give each channel a CPU
 * @cpus: the CPUs; at least one is usable
 * @channels: the channels; target and why are filled in
 * @count: how many
 *
 * Where two channels meet, the later one moves: the first of a device is its primary channel.
 *
 * Return: 0 or -ENOMEM.
 */
int plan_spread(const struct plan_cpus *cpus, struct plan_channel *channels, size_t count)
{
	struct plan *plan = malloc(sizeof(*plan));
	bool moved = true;
	size_t i;

	if (!plan)
		return -ENOMEM;
	*plan = (struct plan){ .cpus = cpus, .channels = channels, .count = count };
	for (i = 0; i < count; i++) {
		channels[i].target = channels[i].cpu;
		channels[i].why = channels[i].fixed ? PLAN_FIXED : PLAN_FINE;
	}
	while (moved) {
		moved = false;
		for (i = count; i-- > 0;)
			moved |= improve(plan, &channels[i]);
	}
	for (i = 0; i < count; i++)
		if (!channels[i].fixed && channels[i].target == channels[i].cpu)
			channels[i].why = PLAN_FINE;
	free(plan);
	return 0;
}

/**
 * plan_why_text() - a reason in words
 * @why: the reason
 */
const char *plan_why_text(enum plan_why why)
{
	static const char *const texts[] = {
		[PLAN_FINE] = "fine where it is",
		[PLAN_SPREAD] = "another CPU has fewer channels",
		[PLAN_AVOID] = "its CPU is to be avoided",
		[PLAN_NODE] = "its NUMA node has no CPU left",
		[PLAN_FIXED] = "cannot be moved (not open)",
	};

	return texts[why];
}
