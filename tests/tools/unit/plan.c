// SPDX-License-Identifier: GPL-2.0
/*
 * plan.c - the spread of channels over CPUs
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan.h"

static struct topology topology;
static struct plan_cpus cpus;

/* @count CPUs on @nodes nodes, @threads to a core, all usable. */
static void machine(int count, int nodes, int threads)
{
	int cpu;

	topology = (struct topology){ 0 };
	cpus = (struct plan_cpus){ .topology = &topology };
	for (cpu = 0; cpu < count; cpu++) {
		cpulist_add(&topology.online, cpu);
		topology.node[cpu] = cpu / (count / nodes);
		topology.core[cpu] = cpu / threads * threads;
	}
	cpus.usable = topology.online;
}

static void avoid(int cpu)
{
	cpulist_remove(&cpus.usable, cpu);
}

static struct plan_channel busy(unsigned int device, int cpu)
{
	return (struct plan_channel){ .device = device, .cpu = cpu, .busy = true, .target = -2 };
}

/* How many of the busy channels are to interrupt a CPU. */
static unsigned int load(const struct plan_channel *channels, size_t count, int cpu)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < count; i++)
		n += channels[i].busy && channels[i].target == cpu;
	return n;
}

/* No channel has more of its own device beside it than it would have on another CPU. */
static void assert_spread(const struct plan_channel *channels, size_t count)
{
	unsigned int of_device[CPULIST_MAX];
	size_t i, j;
	int cpu;

	for (i = 0; i < count; i++) {
		if (!channels[i].busy || channels[i].fixed)
			continue;
		memset(of_device, 0, sizeof(of_device));
		for (j = 0; j < count; j++)
			if (channels[j].busy && channels[j].device == channels[i].device)
				of_device[channels[j].target]++;
		cpulist_for_each(cpu, &cpus.usable)
			assert_true(of_device[channels[i].target] <= of_device[cpu] + 1);
	}
}

/* A plan that is followed must ask for nothing more. */
static void assert_stable(const struct plan_channel *channels, size_t count)
{
	struct plan_channel again[64];
	size_t i;

	assert_true(count <= 64);
	for (i = 0; i < count; i++) {
		again[i] = channels[i];
		again[i].cpu = channels[i].target;
	}
	plan_spread(&cpus, again, count);
	for (i = 0; i < count; i++)
		assert_int_equal(again[i].target, channels[i].target);
}

static void good_stays(void **state)
{
	struct plan_channel channels[] = { busy(0, 3), busy(0, 1), busy(0, 0), busy(0, 2) };
	size_t i;

	(void)state;
	machine(4, 1, 1);
	plan_spread(&cpus, channels, 4);
	for (i = 0; i < 4; i++) {
		assert_int_equal(channels[i].target, channels[i].cpu);
		assert_int_equal(channels[i].why, PLAN_FINE);
	}
}

static void one_cpu_each(void **state)
{
	struct plan_channel channels[8];
	size_t i;

	(void)state;
	machine(8, 1, 2);
	for (i = 0; i < 8; i++)
		channels[i] = busy(0, 0);
	plan_spread(&cpus, channels, 8);
	for (i = 0; i < 8; i++)
		assert_int_equal(load(channels, 8, i), 1);
	assert_int_equal(channels[0].target, 0);
	assert_int_equal(channels[1].why, PLAN_SPREAD);
	assert_stable(channels, 8);
}

static void share_is_rounded_up(void **state)
{
	struct plan_channel channels[10];
	size_t i;

	(void)state;
	machine(4, 1, 1);
	for (i = 0; i < 10; i++)
		channels[i] = busy(i / 5, 0);
	plan_spread(&cpus, channels, 10);
	for (i = 0; i < 4; i++)
		assert_in_range(load(channels, 10, i), 2, 3);
	assert_stable(channels, 10);
}

/* Two channels of one device do not meet while a CPU has none of it, even if that has others. */
static void device_is_spread(void **state)
{
	struct plan_channel channels[] = { busy(0, 0), busy(1, 1), busy(0, 0), busy(1, 1) };

	(void)state;
	machine(2, 1, 1);
	plan_spread(&cpus, channels, 4);
	assert_int_not_equal(channels[0].target, channels[2].target);
	assert_int_not_equal(channels[1].target, channels[3].target);
	assert_stable(channels, 4);
}

/* Devices that move out of the way make room for more than they took. */
static void load_is_spread(void **state)
{
	struct plan_channel channels[] = { busy(0, 0), busy(0, 0), busy(1, 1), busy(2, 1) };

	(void)state;
	machine(2, 1, 1);
	plan_spread(&cpus, channels, 4);
	assert_int_equal(load(channels, 4, 0), 2);
	assert_int_equal(load(channels, 4, 1), 2);
	assert_stable(channels, 4);
}

static void other_core_first(void **state)
{
	struct plan_channel channels[] = { busy(0, 0), busy(0, 0) };

	(void)state;
	machine(4, 1, 2);
	plan_spread(&cpus, channels, 2);
	assert_int_equal(channels[0].target, 0);
	assert_int_equal(channels[1].target, 2);
}

static void node_is_kept(void **state)
{
	struct plan_channel channels[] = { busy(0, 5), busy(0, 5), busy(0, 5) };
	size_t i;

	(void)state;
	machine(8, 2, 1);
	plan_spread(&cpus, channels, 3);
	for (i = 0; i < 3; i++)
		assert_in_range(channels[i].target, 4, 7);
	cpus.any_node = true;
	avoid(4);
	avoid(6);
	avoid(7);
	plan_spread(&cpus, channels, 3);
	assert_int_equal(channels[0].target, 5);
	assert_in_range(channels[1].target, 0, 3);
}

static void node_is_left_if_it_must(void **state)
{
	struct plan_channel channels[] = { busy(0, 2), busy(0, 3), busy(0, 0) };

	(void)state;
	machine(4, 2, 1);
	avoid(2);
	avoid(3);
	plan_spread(&cpus, channels, 3);
	assert_in_range(channels[0].target, 0, 1);
	assert_int_equal(channels[0].why, PLAN_NODE);
	assert_in_range(channels[1].target, 0, 1);
	assert_int_equal(channels[2].target, 0);
	assert_stable(channels, 3);
}

static void avoided_is_left(void **state)
{
	struct plan_channel channels[] = {
		busy(0, 1), { .device = 1, .cpu = 1 }, { .device = 2, .cpu = 0 }
	};

	(void)state;
	machine(4, 1, 1);
	avoid(1);
	plan_spread(&cpus, channels, 3);
	assert_int_not_equal(channels[0].target, 1);
	assert_int_equal(channels[0].why, PLAN_AVOID);
	assert_int_not_equal(channels[1].target, 1);
	assert_int_equal(channels[1].why, PLAN_AVOID);
	assert_int_equal(channels[2].target, 0);
}

/* Services of the host make no load: they may all stay where they are. */
static void quiet_stays(void **state)
{
	struct plan_channel channels[] = {
		{ .device = 1, .cpu = 0 }, { .device = 2, .cpu = 0 }, busy(0, 0), busy(0, 0)
	};

	(void)state;
	machine(2, 1, 1);
	plan_spread(&cpus, channels, 4);
	assert_int_equal(channels[0].target, 0);
	assert_int_equal(channels[1].target, 0);
	assert_int_equal(channels[2].target, 0);
	assert_int_equal(channels[3].target, 1);
}

/* One that cannot be moved stays even on a CPU to be avoided, and the others make room. */
static void fixed_counts(void **state)
{
	struct plan_channel channels[] = { busy(0, 0), busy(1, 0), busy(0, 1) };

	(void)state;
	machine(3, 1, 1);
	channels[1].fixed = true;
	avoid(1);
	plan_spread(&cpus, channels, 3);
	assert_int_equal(channels[1].target, 0);
	assert_int_equal(channels[1].why, PLAN_FIXED);
	assert_int_equal(load(channels, 3, 1), 0);
	assert_int_equal(load(channels, 3, 2), 1);
}

static void unknown_cpu(void **state)
{
	struct plan_channel channels[] = { busy(0, -1), busy(0, CPULIST_MAX), busy(0, 0) };

	(void)state;
	machine(2, 1, 1);
	channels[0].fixed = true;
	plan_spread(&cpus, channels, 3);
	assert_int_equal(channels[0].target, -1);
	assert_in_range(channels[1].target, 0, 1);
}

/* Of any machine. */
static void any_machine(void **state)
{
	struct plan_channel channels[64];
	unsigned int seed, devices, count_cpus;
	size_t i, count;

	(void)state;
	for (seed = 0; seed < 4000; seed++) {
		srand(seed);
		count_cpus = 2 << rand() % 4;
		machine(count_cpus, 1 + rand() % 2, 1 + rand() % 2);
		for (i = rand() % (count_cpus / 2); i; i--)
			avoid(rand() % count_cpus);
		if (!cpulist_count(&cpus.usable))
			continue;
		cpus.any_node = rand() % 2;
		count = rand() % 64;
		devices = 1 + rand() % 5;
		for (i = 0; i < count; i++) {
			channels[i] = busy(rand() % devices, rand() % count_cpus);
			channels[i].busy = rand() % 4;	/* most */
			channels[i].fixed = !(rand() % 10);
		}
		plan_spread(&cpus, channels, count);
		for (i = 0; i < count; i++)
			if (channels[i].fixed)
				assert_int_equal(channels[i].target, channels[i].cpu);
			else
				assert_true(cpulist_has(&cpus.usable, channels[i].target));
		if (cpus.any_node)
			assert_spread(channels, count);
		assert_stable(channels, count);
	}
}

static void nothing(void **state)
{
	(void)state;
	machine(1, 1, 1);
	plan_spread(&cpus, NULL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_stays),
		cmocka_unit_test(one_cpu_each),
		cmocka_unit_test(share_is_rounded_up),
		cmocka_unit_test(device_is_spread),
		cmocka_unit_test(load_is_spread),
		cmocka_unit_test(other_core_first),
		cmocka_unit_test(node_is_kept),
		cmocka_unit_test(node_is_left_if_it_must),
		cmocka_unit_test(avoided_is_left),
		cmocka_unit_test(quiet_stays),
		cmocka_unit_test(fixed_counts),
		cmocka_unit_test(unknown_cpu),
		cmocka_unit_test(any_machine),
		cmocka_unit_test(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
