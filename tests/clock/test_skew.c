// SPDX-License-Identifier: GPL-2.0
/*
 * How far the TSCs of two CPUs are apart (skew.c): on two CPUs of a simulation, whose time and
 * turns are the test's, and on two of this machine.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <ucontext.h>
#include <x86intrin.h>

#include "test.h"

#include <shim_clock.h>

#include "skew.h"

#define NEVER	UINT64_MAX

/* The simulation: true time in cycles, and two coroutines that are the CPUs. */
static struct simulation {
	bool on;
	u64 now;
	u64 offset[2];		/* of each TSC */
	unsigned int step;	/* an operation takes up to so long */
	u64 slice;		/* 0: both at the same time; else by turns, for so long */
	unsigned int way;	/* from the one to the other then */
	u64 jump_at;		/* then the TSC of CPU 1 changes by jump */
	s64 jump;
	u64 turn_ends;
	unsigned int cpu;
	bool ended[2];
	ucontext_t context[2], end;
} sim;

static struct skew_pair pair;
static __thread u64 thread_offset;

/* An operation of this CPU is over; the other one may come. */
static void pass_time(void)
{
	unsigned int me = sim.cpu;

	sim.now += 1 + random() % sim.step;
	if (sim.now >= sim.jump_at) {
		sim.offset[1] += sim.jump;
		sim.jump_at = NEVER;
	}
	if (sim.slice ? sim.now < sim.turn_ends : random() % 2)
		return;
	if (sim.ended[!me])
		return;
	sim.now += sim.slice ? sim.way : 0;
	sim.turn_ends = sim.now + sim.slice;
	sim.cpu = !me;
	swapcontext(&sim.context[me], &sim.context[!me]);
}

u64 rdtsc_ordered(void)
{
	u64 tsc;

	if (!sim.on) {
		_mm_lfence();
		return __rdtsc() + thread_offset;
	}
	pass_time();
	tsc = sim.now + sim.offset[sim.cpu];
	pass_time();
	return tsc;
}

void cpu_relax(void)
{
	if (sim.on)
		pass_time();
	else
		_mm_pause();
}

static void simulated_cpu(int which)
{
	skew_run(&pair, which);
	sim.ended[which] = true;
	if (sim.ended[!which])
		setcontext(&sim.end);
	sim.now += sim.slice ? sim.way : 0;
	sim.cpu = !which;
	setcontext(&sim.context[!which]);
}

/* Both CPUs measure, CPU 1 being ahead by @skew. */
static struct bracket simulate(struct simulation s, s64 skew)
{
	static char stacks[2][1 << 16];
	int i;

	sim = s;
	sim.on = true;
	sim.now = 1000;
	sim.offset[1] = sim.offset[0] + skew;
	skew_begin(&pair);
	for (i = 0; i < 2; i++) {
		getcontext(&sim.context[i]);
		sim.context[i].uc_stack.ss_sp = stacks[i];
		sim.context[i].uc_stack.ss_size = sizeof(stacks[i]);
		makecontext(&sim.context[i], (void (*)(void))simulated_cpu, 1, i);
	}
	sim.turn_ends = sim.slice;
	swapcontext(&sim.end, &sim.context[0]);
	sim.on = false;
	return skew_result(&pair);
}

static const struct simulation parallel = { .step = 100, .jump_at = NEVER };
static const struct simulation by_turns = {
	.step = 40,
	.slice = 20000,
	.way = 9000,
	.jump_at = NEVER,
};

static void expect_truth(struct simulation s, s64 skew)
{
	struct bracket b = simulate(s, skew);

	if (!bracket_known(b) || b.low > skew || b.high < skew)
		fail_msg("%lld cycles: %lld to %lld", skew, b.low, b.high);
}

static void the_truth_is_in_the_bracket(void **state)
{
	int i;

	for (i = 0; i < 300; i++) {
		s64 skew = (mrand48() >> (random() % 32));

		expect_truth(parallel, skew);
		expect_truth(by_turns, skew);
	}
}

/* 10^3 cycles, whenever the CPUs run at the same time; 10^6 and 10^9 also when by turns. */
static void skews_are_seen(void **state)
{
	static const s64 skews[] = { 1000, -1000, 1000000, -1000000, 1000000000, -1000000000 };
	unsigned int i, round;

	for (i = 0; i < ARRAY_SIZE(skews); i++)
		for (round = 0; round < 50; round++) {
			if (!bracket_beyond(simulate(parallel, skews[i]), 0))
				fail_msg("%lld cycles are not seen in parallel", skews[i]);
			if (llabs(skews[i]) > 1000 && !bracket_beyond(simulate(by_turns, skews[i]), 0))
				fail_msg("%lld cycles are not seen by turns", skews[i]);
		}
}

static void nothing_is_seen_where_nothing_is(void **state)
{
	int round;

	for (round = 0; round < 300; round++) {
		assert_false(bracket_beyond(simulate(parallel, 0), 0));
		assert_false(bracket_beyond(simulate(by_turns, 0), 0));
	}
}

/* The floor is what the way costs: no wider than the step of the simulation, or its way. */
static void the_floor_follows_the_way(void **state)
{
	u64 floor;
	int round;

	for (round = 0; round < 50; round++) {
		floor = bracket_floor(simulate(parallel, 12345));
		if (floor > 2 * parallel.step)
			fail_msg("%llu cycles in parallel", floor);
		floor = bracket_floor(simulate(by_turns, 12345));
		if (floor < by_turns.way || floor > by_turns.way + 4 * by_turns.step)
			fail_msg("%llu cycles by turns", floor);
	}
}

static void the_tsc_may_wrap(void **state)
{
	struct simulation s = parallel;
	int round;

	for (round = 0; round < 100; round++) {
		s.offset[0] = -(u64)(random() % 20000);
		expect_truth(s, 1000);
		expect_truth(s, -1000);
	}
	s.offset[0] = 1ull << 63;
	expect_truth(s, 1000);
}

/* What was measured before and after do not go together: not known, or wide enough to hold one. */
static void a_jump_meanwhile_proves_nothing(void **state)
{
	int round;

	for (round = 0; round < 200; round++) {
		struct simulation s = parallel;
		struct bracket b;

		s.jump_at = 1000 + random() % 8000;
		s.jump = round % 2 ? 100000 : -100000;
		b = simulate(s, 0);
		if (bracket_known(b) && !(b.low <= 0 && b.high >= 0) &&
		    !(b.low <= s.jump && b.high >= s.jump))
			fail_msg("a jump of %lld is taken for %lld to %lld", s.jump, b.low, b.high);
	}
}

/* The whole range of a TSC apart there is no telling who is ahead. */
static void the_farthest_skew_is_not_known(void **state)
{
	skew_begin(&pair);
	pair.side[0].meetings = 1;
	pair.side[1].meetings = 1;
	pair.side[0].closest = S64_MIN;
	pair.side[1].closest = S64_MIN;
	assert_false(bracket_known(skew_result(&pair)));
}

static void a_cpu_alone_gives_up(void **state)
{
	sim.on = false;
	skew_begin(&pair);
	skew_run(&pair, 0);
	assert_false(bracket_known(skew_result(&pair)));
	skew_begin(&pair);
	assert_false(bracket_known(skew_result(&pair)));
	/* The one has gone when the other comes. */
	skew_begin(&pair);
	skew_run(&pair, 0);
	skew_run(&pair, 1);
	assert_true(pair.side[1].meetings);
	assert_false(bracket_known(skew_result(&pair)));
}

struct real_cpu {
	unsigned int side;
	int cpu;
	s64 offset;
};

static void *real_cpu(void *data)
{
	struct real_cpu *me = data;
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(me->cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
	thread_offset = me->offset;
	skew_run(&pair, me->side);
	return NULL;
}

static struct bracket measure_here(const int *cpus, s64 offset)
{
	struct real_cpu sides[2] = { { 0, cpus[0], 0 }, { 1, cpus[1], offset } };
	pthread_t threads[2];
	int i;

	sim.on = false;
	skew_begin(&pair);
	for (i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, real_cpu, &sides[i]), 0);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return skew_result(&pair);
}

/* Two CPUs of this machine, whose TSCs agree as far as is known, and one that is made to differ. */
static void skews_are_seen_on_this_machine(void **state)
{
	static const s64 skews[] = { 1000, -1000, 1000000, -1000000 };
	struct bracket none = BRACKET_UNKNOWN;
	int cpus[2], n = 0, cpu, round;
	cpu_set_t set;
	unsigned int i;

	sched_getaffinity(0, sizeof(set), &set);
	for (cpu = 0; cpu < CPU_SETSIZE && n < 2; cpu++)
		if (CPU_ISSET(cpu, &set))
			cpus[n++] = cpu;
	if (n < 2)
		skip();
	for (round = 0; round < 20; round++) {
		struct bracket b = measure_here(cpus, 0);

		if (bracket_known(b))
			none = bracket_narrow(none, b);
	}
	assert_true(bracket_known(none));
	for (i = 0; i < ARRAY_SIZE(skews); i++) {
		struct bracket b = BRACKET_UNKNOWN;

		for (round = 0; round < 20; round++) {
			struct bracket once = measure_here(cpus, skews[i]);

			if (bracket_known(once))
				b = bracket_narrow(b, once);
		}
		if (b.low > none.high + skews[i] || b.high < none.low + skews[i])
			fail_msg("%lld cycles measured as %lld to %lld, none as %lld to %lld", skews[i],
				 b.low, b.high, none.low, none.high);
		/* Where the two CPUs have a way that is short enough; others may keep them busy. */
		if (bracket_floor(b) < 400 && bracket_floor(none) < 400 && !bracket_beyond(b, 0))
			fail_msg("%lld cycles are not seen: %lld to %lld", skews[i], b.low, b.high);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_truth_is_in_the_bracket),
		cmocka_unit_test(skews_are_seen),
		cmocka_unit_test(nothing_is_seen_where_nothing_is),
		cmocka_unit_test(the_floor_follows_the_way),
		cmocka_unit_test(the_tsc_may_wrap),
		cmocka_unit_test(a_jump_meanwhile_proves_nothing),
		cmocka_unit_test(the_farthest_skew_is_not_known),
		cmocka_unit_test(a_cpu_alone_gives_up),
		cmocka_unit_test(skews_are_seen_on_this_machine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
