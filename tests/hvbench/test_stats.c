// SPDX-License-Identifier: GPL-2.0
/*
 * What is kept of a row of samples (stats.c).
 */
#include "test.h"

#include "stats.h"

static void one_sample(void **state)
{
	double samples[] = { 7 };
	struct stats s;

	stats_summarize(samples, 1, &s);
	assert_near(s.min, 7);
	assert_near(s.q1, 7);
	assert_near(s.median, 7);
	assert_near(s.q3, 7);
	assert_near(s.p99, 7);
	assert_near(s.max, 7);
	assert_near(stats_spread(&s), 0);
}

static void unsorted(void **state)
{
	double samples[] = { 50, 10, 30, 20, 40 };
	struct stats s;

	stats_summarize(samples, 5, &s);
	assert_near(s.min, 10);
	assert_near(s.q1, 20);
	assert_near(s.median, 30);
	assert_near(s.q3, 40);
	assert_near(s.p99, 49.6);
	assert_near(s.max, 50);
	assert_near(stats_spread(&s), 20.0 / 30);
}

static void even_count(void **state)
{
	double samples[] = { 4, 1, 3, 2 };
	struct stats s;

	stats_summarize(samples, 4, &s);
	assert_near(s.q1, 1.75);
	assert_near(s.median, 2.5);
	assert_near(s.q3, 3.25);
}

/* One bad repeat of a thousand is in the maximum only. */
static void p99_is_not_max(void **state)
{
	double samples[1000];
	struct stats s;
	int i;

	for (i = 0; i < 1000; i++)
		samples[i] = 100;
	samples[500] = 1e6;
	stats_summarize(samples, 1000, &s);
	assert_near(s.p99, 100);
	assert_near(s.max, 1e6);
}

static void ties_and_zero(void **state)
{
	double samples[] = { 0, 0, 0 };
	struct stats s;

	stats_summarize(samples, 3, &s);
	assert_near(s.median, 0);
	assert_near(stats_spread(&s), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_sample),
		cmocka_unit_test(unsorted),
		cmocka_unit_test(even_count),
		cmocka_unit_test(p99_is_not_max),
		cmocka_unit_test(ties_and_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
