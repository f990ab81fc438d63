// SPDX-License-Identifier: GPL-2.0
/*
 * The picture (plot.c): where points are, what is written, what is escaped.
 */
#include "test.h"

#include "plot.h"

static struct report report;
static char *svg;
static size_t size;

static void add(const char *name, double min, double median, double max, int err)
{
	struct figure figure = {
		.level = "here", .unit = "cycles", .err = err,
		.inside = { min, median, median, median, median, max },
	};

	strcpy(figure.name, name);
	assert_int_equal(report_add(&report, &figure), 0);
}

static int draw(void)
{
	FILE *file = open_memstream(&svg, &size);
	int err = plot_write(file, &(struct plot){ &report, 1 });

	fclose(file);
	return err;
}

static int teardown(void **state)
{
	report_free(&report);
	free(svg);
	svg = NULL;
	return 0;
}

static void has(const char *text)
{
	if (!strstr(svg, text))
		fail_msg("no %s in %s", text, svg);
}

/* From 10 to 1000 in 620 pixels, two decades: 100 is in the middle. */
static void point_is_at_median(void **state)
{
	strcpy(report.label, "L1");
	add("cpuid", 10, 100, 1000, 0);
	assert_int_equal(draw(), 0);
	has("<circle cx=\"460.0\" cy=\"54.0\" r=\"4\" fill=\"#0072b2\"/>");
	has("<line x1=\"150.0\" y1=\"54.0\" x2=\"770.0\" y2=\"54.0\" stroke=\"#0072b2\"/>");
	has(">100</text>");
	has(">cpuid</text>");
	has(">L1</text>");
	has("</svg>");
}

/* All figures equal and a power of ten: still one decade. */
static void one_value(void **state)
{
	add("a", 100, 100, 100, 0);
	assert_int_equal(draw(), 0);
	has("<circle cx=\"150.0\"");
	assert_null(strstr(svg, "nan"));
	assert_null(strstr(svg, "inf"));
}

static void gaps_are_named(void **state)
{
	add("a", 10, 20, 30, 0);
	add("b", 0, 0, 0, -EOPNOTSUPP);
	add("c", 0, 0, 0, -EIO);
	add("d", 0, 0, 0, 0);
	assert_int_equal(draw(), 0);
	has(">n/a</text>");
	has(">failed</text>");
	has(">0</text>");
	assert_null(strstr(svg, "nan"));
	assert_null(strstr(svg, "inf"));
}

static void nothing_to_draw(void **state)
{
	assert_int_equal(draw(), -ENODATA);
	add("b", 0, 0, 0, -EOPNOTSUPP);
	free(svg);
	assert_int_equal(draw(), -ENODATA);
}

static void labels_are_escaped(void **state)
{
	strcpy(report.label, "<a & b\001>");
	add("x<y", 10, 20, 30, 0);
	assert_int_equal(draw(), 0);
	has(">&lt;a &amp; b?&gt;</text>");
	has(">x&lt;y</text>");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(point_is_at_median, teardown),
		cmocka_unit_test_teardown(one_value, teardown),
		cmocka_unit_test_teardown(gaps_are_named, teardown),
		cmocka_unit_test_teardown(nothing_to_draw, teardown),
		cmocka_unit_test_teardown(labels_are_escaped, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
