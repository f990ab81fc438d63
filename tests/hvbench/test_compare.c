// SPDX-License-Identifier: GPL-2.0
/*
 * Ratios and their noise (compare.c).
 */
#include "test.h"

#include "compare.h"

#define REPEATS	11

/* Quartiles are that far below and above the median. */
static struct figure figure(double median, double half)
{
	return (struct figure){
		.name = "cpuid", .level = "l2", .unit = "cycles", .iterations = 10,
		.repeats = REPEATS,
		.inside = {
			.min = median - half, .q1 = median - half, .median = median,
			.q3 = median + half, .p99 = median + half, .max = median + half,
		},
	};
}

static void ratio_is_second_over_first(void **state)
{
	struct figure a = figure(1000, 0), b = figure(800, 0);
	struct comparison c = compare_figures(&a, &b);

	assert_near(c.ratio, 0.8);
	assert_near(c.noise, 0);
	assert_int_equal(c.verdict, VERDICT_LESS);
	c = compare_figures(&b, &a);
	assert_near(c.ratio, 1.25);
	assert_int_equal(c.verdict, VERDICT_MORE);
}

/* Quartiles 5 % about the median of the one, 10 % of the other. */
static void noise_is_in_quadrature(void **state)
{
	struct figure a = figure(1000, 50), b = figure(2000, 200);
	struct comparison c = compare_figures(&a, &b);

	assert_near(c.ratio, 2);
	assert_near(c.noise,
		    3 * 2 * 1.253 / 1.349 * sqrt(0.1 * 0.1 + 0.2 * 0.2) / sqrt(REPEATS));
	assert_int_equal(c.verdict, VERDICT_MORE);
	a.repeats = b.repeats = 100 * REPEATS;
	assert_near(compare_figures(&a, &b).noise, c.noise / 10);
}

static void within_noise_is_the_same(void **state)
{
	struct figure a = figure(1000, 45), b = figure(1100, 45);

	/* 1.1 and 0.1135 */
	assert_int_equal(compare_figures(&a, &b).verdict, VERDICT_SAME);
	a = figure(1000, 35);
	b = figure(1100, 35);
	/* 0.0883 */
	assert_int_equal(compare_figures(&a, &b).verdict, VERDICT_MORE);
	assert_int_equal(compare_figures(&a, &a).verdict, VERDICT_SAME);
}

/* A figure of repeats that are drawn from a normal distribution with a deviation of 2 %. */
static struct figure drawn(double mean, unsigned int repeats)
{
	struct figure drawn = figure(mean, 0);
	double samples[100];
	unsigned int i, j;

	for (i = 0; i < repeats; i++) {
		double sum = -6;

		for (j = 0; j < 12; j++)
			sum += drand48();
		samples[i] = mean * (1 + 0.02 * sum);
	}
	drawn.repeats = repeats;
	stats_summarize(samples, repeats, &drawn.inside);
	return drawn;
}

/* How many of 2000 comparisons do not say "the same". */
static unsigned int verdicts(double first, double second, unsigned int repeats)
{
	unsigned int i, count = 0;

	srand48(1);
	for (i = 0; i < 2000; i++) {
		struct figure a = drawn(first, repeats), b = drawn(second, repeats);

		count += compare_figures(&a, &b).verdict != VERDICT_SAME;
	}
	return count;
}

/* 3 % at most, and less with more repeats. */
static void same_is_seldom_called_different(void **state)
{
	assert_in_range(verdicts(1000, 1000, REPEATS), 0, 60);
	assert_in_range(verdicts(1000, 1000, 100), 0, 20);
}

/* What 11 repeats may miss, 100 see. */
static void repeats_give_power(void **state)
{
	assert_in_range(verdicts(1000, 1100, REPEATS), 1950, 2000);
	assert_in_range(verdicts(1000, 1020, 100), 1950, 2000);
}

static void few_repeats_have_no_noise(void **state)
{
	struct figure a = figure(1000, 0), b = figure(500, 0);
	struct comparison c;

	b.repeats = COMPARE_MIN_REPEATS - 1;
	c = compare_figures(&a, &b);
	assert_near(c.ratio, 0.5);
	assert_true(isnan(c.noise));
	assert_int_equal(c.verdict, VERDICT_NONE);
	b.repeats = COMPARE_MIN_REPEATS;
	assert_int_equal(compare_figures(&a, &b).verdict, VERDICT_LESS);
}

static void nothing_to_compare(void **state)
{
	struct figure a = figure(1000, 0), na = figure(1000, 0), zero = figure(0, 0);
	struct figure other = figure(1000, 0);

	na.err = -EOPNOTSUPP;
	strcpy(other.unit, "ns");
	assert_true(isnan(compare_figures(&a, NULL).ratio));
	assert_true(isnan(compare_figures(NULL, &a).ratio));
	assert_true(isnan(compare_figures(&a, &na).ratio));
	assert_true(isnan(compare_figures(&na, &a).ratio));
	assert_true(isnan(compare_figures(&zero, &a).ratio));
	assert_true(isnan(compare_figures(&a, &other).ratio));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ratio_is_second_over_first),
		cmocka_unit_test(noise_is_in_quadrature),
		cmocka_unit_test(within_noise_is_the_same),
		cmocka_unit_test(same_is_seldom_called_different),
		cmocka_unit_test(repeats_give_power),
		cmocka_unit_test(few_repeats_have_no_noise),
		cmocka_unit_test(nothing_to_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
