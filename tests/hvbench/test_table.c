// SPDX-License-Identifier: GPL-2.0
/*
 * Which columns the user wants (table.c).
 */
#include "test.h"

#include "table.h"

static const struct column columns[] = {
	{ .name = "NAME" }, { .name = "SIZE" }, { .name = "MORE", .extra = true },
};

static size_t chosen[TABLE_MAX_COLUMNS], count;
static const char *unknown;

static int choose(const char *list, bool all)
{
	const struct table_style style = { .list = list, .all = all };

	return columns_choose(columns, 3, &style, chosen, &count, &unknown);
}

static void usual(void **state)
{
	assert_int_equal(choose(NULL, false), 0);
	assert_int_equal(count, 2);
	assert_int_equal(chosen[1], 1);
}

static void all(void **state)
{
	assert_int_equal(choose(NULL, true), 0);
	assert_int_equal(count, 3);
}

static void named(void **state)
{
	assert_int_equal(choose("size,Name", false), 0);
	assert_int_equal(count, 2);
	assert_int_equal(chosen[0], 1);
	assert_int_equal(chosen[1], 0);
}

static void one_more(void **state)
{
	assert_int_equal(choose("+more", false), 0);
	assert_int_equal(count, 3);
	assert_int_equal(chosen[2], 2);
}

static void unknown_name(void **state)
{
	assert_int_equal(choose("NAME,NAM,SIZE", false), -EINVAL);
	assert_string_equal(unknown, "NAM,SIZE");
	assert_int_equal(choose("NAMES", false), -EINVAL);
	assert_int_equal(choose("NAME,", false), -EINVAL);
	assert_int_equal(choose("", false), -EINVAL);
	assert_int_equal(choose("+", false), -EINVAL);
	assert_int_equal(choose("++NAME", false), -EINVAL);
}

static void too_many(void **state)
{
	char list[TABLE_MAX_COLUMNS * 5 + 5] = "NAME";
	int i;

	for (i = 1; i < TABLE_MAX_COLUMNS; i++)
		strcat(list, ",NAME");
	assert_int_equal(choose(list, false), 0);
	strcat(list, ",NAME");
	assert_int_equal(choose(list, false), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usual),
		cmocka_unit_test(all),
		cmocka_unit_test(named),
		cmocka_unit_test(one_more),
		cmocka_unit_test(unknown_name),
		cmocka_unit_test(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
