// SPDX-License-Identifier: GPL-2.0
/*
 * plan.c - which CPU each channel should interrupt
 *
 * A channel's ring was allocated on the NUMA node of the CPU it had when it was opened
 * (vmbus_alloc_ring()), so it stays on its node as long as that has a CPU to use. On a node, no CPU gets
 * more than its share of the busy channels, nor of those of one device; what already fits stays, so
 * that a plan for a machine that follows the plan moves nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* How many busy channels are placed on a CPU. */
struct load {
	unsigned int device;	/* of the device in question */
	unsigned int all;
	unsigned int core;	/* on it and its sibling threads */
};

/* The CPUs a channel may be given. */
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

/* @placed: which of the @channels have got their target. */
static struct load load_of(const struct plan_cpus *cpus, const struct plan_channel *channels,
			   const bool *placed, size_t count, int cpu, unsigned int device)
{
	const int *core = cpus->topology->core;
	struct load load = { 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		if (!placed[i] || !channels[i].busy || channels[i].target < 0 ||
		    channels[i].target >= CPULIST_MAX)
			continue;
		load.core += core[channels[i].target] == core[cpu];
		load.all += channels[i].target == cpu;
		load.device += channels[i].target == cpu && channels[i].device == device;
	}
	return load;
}

/* A CPU's share of the busy channels that want one of @list: of all, and of one device. */
static struct load share_of(const struct plan_channel *channels, size_t count,
			    const struct plan_cpus *cpus, const struct cpulist *list,
			    unsigned int device)
{
	unsigned int room = cpulist_count(list);
	struct load share = { 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		struct cpulist theirs;
		bool left_node;

		if (!channels[i].busy)
			continue;
		theirs = choices(cpus, channels[i].cpu, &left_node);
		if (memcmp(&theirs, list, sizeof(theirs)))
			continue;
		share.all++;
		share.device += channels[i].device == device;
	}
	share.all = (share.all + room - 1) / room;
	share.device = (share.device + room - 1) / room;
	return share;
}

static bool lighter(struct load a, struct load b)
{
	if (a.device != b.device)
		return a.device < b.device;
	if (a.all != b.all)
		return a.all < b.all;
	return a.core < b.core;
}

/* May it stay? A channel that is not busy may, wherever that is allowed. */
static bool stays(const struct plan_cpus *cpus, const struct plan_channel *channels,
		  const bool *placed, size_t count, const struct plan_channel *channel)
{
	struct load load, share;
	struct cpulist list;
	bool left_node;

	if (channel->fixed)
		return true;
	if (channel->cpu < 0 || !cpulist_has(&cpus->usable, channel->cpu))
		return false;
	if (!channel->busy)
		return true;
	list = choices(cpus, channel->cpu, &left_node);
	share = share_of(channels, count, cpus, &list, channel->device);
	load = load_of(cpus, channels, placed, count, channel->cpu, channel->device);
	return load.all < share.all && load.device < share.device;
}

static void move(const struct plan_cpus *cpus, const struct plan_channel *channels,
		 const bool *placed, size_t count, struct plan_channel *channel)
{
	bool left_node, usable = cpulist_has(&cpus->usable, channel->cpu);
	struct cpulist list = choices(cpus, channel->cpu, &left_node);
	struct load load, best = { 0 };
	int cpu, target = -1;

	cpulist_for_each(cpu, &list) {
		load = load_of(cpus, channels, placed, count, cpu, channel->device);
		if (target < 0 || lighter(load, best)) {
			target = cpu;
			best = load;
		}
	}
	channel->target = target;
	channel->why = target == channel->cpu ? PLAN_FINE : left_node ? PLAN_NODE :
		usable ? PLAN_SPREAD : PLAN_AVOID;
}

/**
 * plan_spread() - give each channel a CPU
 * @cpus: the CPUs; at least one is usable
 * @channels: the channels; target and why are filled in
 * @count: how many
 *
 * Fixed channels first, then those that can stay, then the rest, each where the load is least: of its
 * device, of all, of the core; the lowest CPU if that is equal.
 */
void plan_spread(const struct plan_cpus *cpus, struct plan_channel *channels, size_t count)
{
	bool *placed = calloc(count + 1, sizeof(*placed));
	size_t i;

	if (!placed)
		abort();
	for (i = 0; i < count; i++) {
		channels[i].target = channels[i].cpu;
		channels[i].why = channels[i].fixed ? PLAN_FIXED : PLAN_FINE;
		placed[i] = channels[i].fixed;
	}
	for (i = 0; i < count; i++)
		placed[i] = placed[i] || stays(cpus, channels, placed, count, &channels[i]);
	for (i = 0; i < count; i++) {
		if (!placed[i])
			move(cpus, channels, placed, count, &channels[i]);
		placed[i] = true;
	}
	free(placed);
}

/**
 * plan_why_text() - a reason in words
 * @why: the reason
 */
const char *plan_why_text(enum plan_why why)
{
	static const char *const texts[] = {
		[PLAN_FINE] = "fine where it is",
		[PLAN_SPREAD] = "its CPU has more than its share of channels",
		[PLAN_AVOID] = "its CPU is to be avoided",
		[PLAN_NODE] = "its NUMA node has no CPU left",
		[PLAN_FIXED] = "cannot be moved (not open)",
	};

	return texts[why];
}
