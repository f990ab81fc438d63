// SPDX-License-Identifier: GPL-2.0
/*
 * Reports side by side (series.c).
 */
#include "test.h"

#include "series.h"

static struct report reports[2];
static struct series_set set;

static void add(struct report *report, const char *name, const char *level, double median)
{
	struct figure figure = { .inside.median = median };

	strcpy(figure.name, name);
	strcpy(figure.level, level);
	assert_int_equal(report_add(report, &figure), 0);
}

static int teardown(void **state)
{
	series_free(&set);
	report_free(&reports[0]);
	report_free(&reports[1]);
	return 0;
}

static void nothing(void **state)
{
	assert_int_equal(series_make(&set, reports, 2), 0);
	assert_int_equal(set.count, 0);
	assert_int_equal(set.nr_names, 0);
}

static void levels_are_columns(void **state)
{
	strcpy(reports[0].label, "L1");
	strcpy(reports[1].label, "other");
	add(&reports[0], "cpuid", "here", 1);
	add(&reports[0], "spin", "l2", 2);
	add(&reports[0], "cpuid", "l2", 3);
	add(&reports[1], "pio", "here", 4);
	add(&reports[1], "cpuid", "here", 5);
	assert_int_equal(series_make(&set, reports, 2), 0);
	assert_int_equal(set.count, 3);
	assert_string_equal(set.series[0].label, "L1");
	assert_string_equal(set.series[1].label, "L1/l2");
	assert_string_equal(set.series[2].label, "other");
	assert_int_equal(set.nr_names, 3);
	assert_string_equal(set.names[0], "cpuid");
	assert_string_equal(set.names[1], "spin");
	assert_string_equal(set.names[2], "pio");
	assert_near(series_figure(&set.series[1], "cpuid")->inside.median, 3);
	assert_near(series_figure(&set.series[2], "cpuid")->inside.median, 5);
	assert_null(series_figure(&set.series[0], "spin"));
	assert_null(series_figure(&set.series[0], "pio"));
}

static void here_is_first(void **state)
{
	strcpy(reports[0].label, "L1");
	add(&reports[0], "spin", "l2", 1);
	add(&reports[0], "cpuid", "here", 2);
	add(&reports[0], "cpuid", "l2", 3);
	assert_int_equal(series_make(&set, reports, 1), 0);
	assert_int_equal(set.count, 2);
	assert_string_equal(set.series[0].label, "L1");
	assert_string_equal(set.series[1].label, "L1/l2");
	assert_string_equal(set.names[0], "spin");
}

static void labels_differ(void **state)
{
	strcpy(reports[0].label, "L1/l2");
	strcpy(reports[1].label, "L1");
	add(&reports[0], "cpuid", "here", 1);
	add(&reports[1], "cpuid", "l2", 2);
	assert_int_equal(series_make(&set, reports, 2), 0);
	assert_string_equal(set.series[0].label, "L1/l2");
	assert_string_equal(set.series[1].label, "L1/l2#2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(nothing, teardown),
		cmocka_unit_test_teardown(levels_are_columns, teardown),
		cmocka_unit_test_teardown(here_is_first, teardown),
		cmocka_unit_test_teardown(labels_differ, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
