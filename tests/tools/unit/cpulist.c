// SPDX-License-Identifier: GPL-2.0
/*
 * cpulist.c - lists of CPUs, read and written
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cpulist.h"

static void round_trip(void **state)
{
	static const struct {
		const char *in, *out;
		unsigned int count;
	} lists[] = {
		{ "", "", 0 }, { "0", "0", 1 }, { "0-3", "0-3", 4 }, { "3,1,2", "1-3", 3 },
		{ "0-1,4,6-7", "0-1,4,6-7", 5 }, { "62-65,127-128", "62-65,127-128", 6 },
		{ "5,5,5", "5", 1 }, { "4095", "4095", 1 }, { "0-4095", "0-4095", 4096 },
	};
	struct cpulist list;
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_int_equal(cpulist_parse(&list, lists[i].in), 0);
		assert_int_equal(cpulist_count(&list), lists[i].count);
		text = cpulist_format(&list);
		assert_string_equal(text, lists[i].out);
		free(text);
	}
}

static void refused(void **state)
{
	static const char *const lists[] = {
		"4096", "1-4096", "3-1", "1,", ",1", "1-", "-1", "1--2", " 1", "1 ", "a", "0x1", "1;2",
		"99999999999999999999", "1-2-3", "+1",
	};
	struct cpulist list;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (!cpulist_parse(&list, lists[i]))
			fail_msg("taken: '%s'", lists[i]);
}

static void single(void **state)
{
	struct cpulist list = { 0 };
	int cpu;

	(void)state;
	cpulist_add(&list, CPULIST_MAX);	/* out of range: no effect */
	cpulist_add(&list, UINT64_MAX);
	assert_int_equal(cpulist_next(&list, -1), -1);
	for (cpu = 0; cpu < CPULIST_MAX; cpu++) {
		cpulist_add(&list, cpu);
		assert_int_equal(cpulist_next(&list, -1), cpu);
		assert_int_equal(cpulist_next(&list, cpu), -1);
		assert_true(cpulist_has(&list, cpu));
		assert_false(cpulist_has(&list, cpu + 1));
		cpulist_remove(&list, cpu);
	}
	assert_false(cpulist_has(&list, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(refused),
		cmocka_unit_test(single),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
