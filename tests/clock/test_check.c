// SPDX-License-Identifier: GPL-2.0
/*
 * A check (check.c, with all that it computes): the host, the CPUs and what is measured between
 * them are the test's.
 */
#include <stdlib.h>

#include "test.h"

#include <shim_clock.h>

#include "check.h"
#include "counter.h"
#include "host.h"
#include "job.h"
#include "skew.h"
#include "suspicion.h"

#define HZ		2000000000ull
#define US		(HZ / 1000000)
#define SECOND		((u64)REFERENCE_HZ)
#define BOUND_NS	1000

/* Time passes with each reading of the TSC, and when a test says so. */
static struct {
	u64 tsc;
	u64 reading_takes;		/* cycles */
	u64 stated_hz;
	u32 sequence;
	s64 page_off, page_ppm;		/* units of 100 ns at TSC 0; millionths */
	bool frozen;
	u64 frozen_at;
	s64 counter_off;
	bool starved;
	unsigned int other;		/* the CPU that is measured */
	struct bracket skew[2];		/* in cycles */
} world;

unsigned int tsc_khz = HZ / 1000;
unsigned int nr_cpu_ids = 2;

u64 rdtsc_ordered(void)
{
	world.tsc += world.reading_takes;
	return world.tsc;
}

static u64 true_time(void)
{
	return (unsigned __int128)world.tsc * REFERENCE_HZ / HZ;
}

u64 __rdmsr(unsigned int msr)
{
	assert_int_equal(msr, HV_X64_MSR_TIME_REF_COUNT);
	return (world.frozen ? world.frozen_at : true_time()) + world.counter_off;
}

bool host_page(struct page_copy *page)
{
	u64 scale = page_inverse(HZ);

	page->sequence = world.sequence;
	page->scale = scale + (s64)(scale / 1000000) * world.page_ppm;
	page->offset = world.page_off;
	return page->sequence != 0;
}

u64 host_tsc_hz(void)
{
	return world.stated_hz;
}

bool host_emulates_tsc(void)
{
	return false;
}

void job_start(struct job *job, unsigned int which, unsigned int cpu)
{
	if (which == 1)
		world.other = cpu;
	if (!world.starved)
		job->run(job->data);
}

bool job_end(struct job *job)
{
	return !world.starved;
}

void skew_begin(struct skew_pair *pair)
{
}

void skew_run(struct skew_pair *pair, unsigned int which)
{
}

struct bracket skew_result(const struct skew_pair *pair)
{
	return world.skew[world.other];
}

static struct check check;

static void expect(enum check_outcome outcome, const char *reason)
{
	enum check_outcome found = check_run(&check, BOUND_NS);

	if (found != outcome || !strstr(check.reason, reason))
		fail_msg("outcome %d: \"%s\", not %d: \"%s\"", found, check.reason, outcome, reason);
	if (outcome == CHECK_PASSED)
		assert_int_equal(check.reason[0], 0);
}

static void pass_seconds(unsigned int seconds)
{
	world.tsc += seconds * HZ;
}

static void freeze(bool on)
{
	world.frozen_at = true_time();
	world.frozen = on;
}

/* That far apart, measured within some. */
static void skew_cpu(s64 ns, u64 floor_ns)
{
	s64 cycles = ns * (s64)(HZ / NSEC_PER_SEC), floor = floor_ns * (HZ / NSEC_PER_SEC);

	world.skew[1] = (struct bracket){ cycles - floor, cycles + floor };
}

/* Another page, which is ahead from the beginning. */
static void move_page(s64 units)
{
	world.page_off = units;
	world.sequence++;
}

/* One that is right at this moment, of a host that does not state the frequency. */
static void drift_page(s64 ppm)
{
	world.stated_hz = 0;
	world.page_ppm = ppm;
	move_page(-(s64)(true_time() / 1000000) * ppm);
}

/* In service, with one check passed. */
static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	world.tsc = 1000 * HZ;
	world.reading_takes = US;
	world.stated_hz = HZ;
	world.sequence = 1;
	skew_cpu(0, 100);
	check_forget();
	check_acquit();
	assert_int_equal(check_init(&check), 0);
	expect(CHECK_PASSED, "");
	pass_seconds(1);
	return 0;
}

static int end(void **state)
{
	check_exit(&check);
	return 0;
}

static void what_is_right_passes(void **state)
{
	unsigned int i;

	for (i = 0; i < 100; i++) {
		expect(CHECK_PASSED, "");
		pass_seconds(i);
	}
}

/* Whatever the host states. */
static void what_is_wrong_fails(void **state)
{
	world.page_ppm = 100;
	expect(CHECK_FAILED, "scale");
	end(state);
	begin(state);
	drift_page(90);
	expect(CHECK_PASSED, "");
	pass_seconds(1);
	expect(CHECK_FAILED, "drifts");
	end(state);
	begin(state);
	move_page(2000);
	expect(CHECK_FAILED, "200 us ahead");
	end(state);
	begin(state);
	skew_cpu(-5000, 100);
	expect(CHECK_FAILED, "CPU 1 is -");
	skew_cpu(0, 100);
	world.sequence = 0;
	expect(CHECK_FAILED, "withdrawn");
	world.sequence = 2;
	world.starved = true;
	expect(CHECK_VOID, "could not be had");
}

static void a_counter_that_stands_still_proves_nothing(void **state)
{
	unsigned int i;

	freeze(true);
	for (i = 0; i < 100; i++) {
		expect(CHECK_VOID, "does not run");
		pass_seconds(1);
	}
	/* Nor is it one to step in with, whatever else there is. */
	skew_cpu(1000000, 100);
	expect(CHECK_VOID, "does not run");
}

static void nor_does_one_that_stands_still_from_the_beginning(void **state)
{
	u64 hz[] = { HZ, 0 }, takes[] = { 1, US / 10, US, 1000 * US };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(hz); i++)
		for (j = 0; j < ARRAY_SIZE(takes); j++) {
			end(state);
			begin(state);
			world.stated_hz = hz[i];
			world.reading_takes = takes[j];
			freeze(true);
			world.counter_off = -5 * (s64)SECOND;
			check_forget();
			/* Where reading it takes no time at all there is no telling. */
			if (takes[j] > 1)
				expect(CHECK_VOID, "does not run");
		}
}

static void nor_does_one_that_went_back(void **state)
{
	unsigned int i;

	world.counter_off = -5 * (s64)SECOND;
	for (i = 0; i < 100; i++) {
		expect(CHECK_VOID, "has jumped, to 50000");
		pass_seconds(1);
	}
	/* It can still tell how fast the page is. */
	world.stated_hz = 0;
	world.page_ppm = 1000;
	world.page_off -= true_time() / 1000;
	pass_seconds(9);
	expect(CHECK_FAILED, "drifts");
}

static void one_that_stood_still_for_a_while_is_heard_again_when_it_is_right(void **state)
{
	freeze(true);
	pass_seconds(3);
	expect(CHECK_VOID, "does not run");
	world.counter_off = -3 * (s64)SECOND;
	freeze(false);
	expect(CHECK_VOID, "has jumped");
	pass_seconds(1);
	expect(CHECK_VOID, "has jumped");
	world.counter_off = 0;
	expect(CHECK_PASSED, "");
	pass_seconds(100);	/* so that this is a distance, and no drift */
	world.page_off = 2000;
	expect(CHECK_FAILED, "200 us ahead");
}

/* Against another page there is nothing to say yet. */
static void another_page_is_another_matter(void **state)
{
	world.counter_off = -5 * (s64)SECOND;
	expect(CHECK_VOID, "has jumped");
	pass_seconds(1);
	move_page(0);
	expect(CHECK_FAILED, "ahead");
	move_page(world.counter_off);
	expect(CHECK_PASSED, "");
}

static void a_jump_of_the_tsc_is_a_skew_all_the_same(void **state)
{
	world.tsc += 5 * HZ;
	world.counter_off = -5 * (s64)SECOND;
	skew_cpu(-5000000000, 100);
	expect(CHECK_FAILED, "CPU 1 is -");
}

static void a_skew_must_be_seen_to_be_gone(void **state)
{
	skew_cpu(300000, 100000);
	expect(CHECK_FAILED, "CPU 1 is");
	skew_cpu(300000, 400000);
	expect(CHECK_VOID, "within 4000");
	skew_cpu(0, 150001);
	expect(CHECK_VOID, "one was off by 300000 ns");
	skew_cpu(0, 149000);
	expect(CHECK_PASSED, "");
	/* A smaller one that fails meanwhile counts, too. */
	skew_cpu(-20000, 1000);
	expect(CHECK_FAILED, "CPU 1 is");
	skew_cpu(0, 149000);
	expect(CHECK_VOID, "one was off by 20000 ns");
	/* In service it is not suspect. */
	check_acquit();
	expect(CHECK_PASSED, "");
	/* With another bound it was none. */
	skew_cpu(20000, 1000);
	expect(CHECK_FAILED, "CPU 1 is");
	skew_cpu(0, 149000);
	assert_int_equal(check_run(&check, 1000000), CHECK_PASSED);
}

static void a_distance_must_be_seen_to_be_gone(void **state)
{
	move_page(-5000);
	expect(CHECK_FAILED, "us ahead");
	world.reading_takes = 600 * US;
	expect(CHECK_VOID, "it was off by");
	move_page(0);
	expect(CHECK_VOID, "it was off by");
	world.reading_takes = 100 * US;
	expect(CHECK_PASSED, "");
}

static void a_drift_must_be_seen_to_be_gone(void **state)
{
	unsigned int i;

	world.reading_takes = 5 * US;
	drift_page(90);
	expect(CHECK_PASSED, "");
	pass_seconds(1);
	expect(CHECK_FAILED, "drifts");
	for (i = 0; i < 4; i++) {
		/* Too short to say. */
		world.tsc += HZ / 100;
		expect(CHECK_VOID, "may still drift");
	}
	drift_page(0);
	expect(CHECK_VOID, "may still drift");
	pass_seconds(1);
	expect(CHECK_PASSED, "");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(what_is_right_passes),
		TEST(what_is_wrong_fails),
		TEST(a_counter_that_stands_still_proves_nothing),
		TEST(nor_does_one_that_stands_still_from_the_beginning),
		TEST(nor_does_one_that_went_back),
		TEST(one_that_stood_still_for_a_while_is_heard_again_when_it_is_right),
		TEST(another_page_is_another_matter),
		TEST(a_jump_of_the_tsc_is_a_skew_all_the_same),
		TEST(a_skew_must_be_seen_to_be_gone),
		TEST(a_distance_must_be_seen_to_be_gone),
		TEST(a_drift_must_be_seen_to_be_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
