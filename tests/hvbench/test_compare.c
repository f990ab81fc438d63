// SPDX-License-Identifier: GPL-2.0
/*
 * Ratios and their noise (compare.c).
 */
#include "test.h"

#include "compare.h"

/* Quartiles are that far below and above the median. */
static struct figure figure(double median, double half)
{
	return (struct figure){
		.name = "cpuid", .level = "l2", .unit = "cycles", .iterations = 10, .repeats = 5,
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

/* 5 % of the one and 10 % of the other make 15 % of the ratio. */
static void noise_adds_up(void **state)
{
	struct figure a = figure(1000, 50), b = figure(2000, 200);
	struct comparison c = compare_figures(&a, &b);

	assert_near(c.ratio, 2);
	assert_near(c.noise, 0.3);
	assert_int_equal(c.verdict, VERDICT_MORE);
}

static void within_noise_is_the_same(void **state)
{
	struct figure a = figure(1000, 50), b = figure(1100, 50);

	/* 1.1 and 1.1 * (0.05 + 0.04545...) = 0.105 */
	assert_int_equal(compare_figures(&a, &b).verdict, VERDICT_SAME);
	a = figure(1000, 40);
	b = figure(1100, 40);
	assert_int_equal(compare_figures(&a, &b).verdict, VERDICT_MORE);
	assert_int_equal(compare_figures(&a, &a).verdict, VERDICT_SAME);
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
		cmocka_unit_test(noise_adds_up),
		cmocka_unit_test(within_noise_is_the_same),
		cmocka_unit_test(few_repeats_have_no_noise),
		cmocka_unit_test(nothing_to_compare),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
