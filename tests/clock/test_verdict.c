// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the page is in service (verdict.c).
 */
#include "test.h"

#include <shim_clock.h>

#include "verdict.h"

static struct verdict fresh(void)
{
	struct verdict verdict = { .failed = true, .passed = 99, .fallbacks = 99 };

	verdict_init(&verdict);
	return verdict;
}

/* Checks that pass, until the page is back. */
static unsigned int passes_to_return(struct verdict *verdict)
{
	unsigned int n = 1;

	while (verdict_note(verdict, true) != VERDICT_RETURNS)
		if (++n > 1000)
			fail_msg("it never returns");
	return n;
}

static void starts_in_service(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		assert_int_equal(verdict_note(&verdict, true), VERDICT_STAYS);
		assert_false(verdict.failed);
	}
	assert_int_equal(verdict.checks, 1000);
	assert_int_equal(verdict.failures, 0);
	assert_int_equal(verdict.fallbacks, 0);
}

static void leaves_at_the_first_failure(void **state)
{
	struct verdict verdict = fresh();

	verdict_note(&verdict, true);
	assert_int_equal(verdict_note(&verdict, false), VERDICT_LEAVES);
	assert_true(verdict.failed);
	assert_int_equal(verdict_note(&verdict, false), VERDICT_STAYS);
	assert_int_equal(verdict_note(&verdict, false), VERDICT_STAYS);
	assert_int_equal(verdict.fallbacks, 1);
	assert_int_equal(verdict.failures, 3);
	assert_int_equal(verdict.checks, 4);
}

static void leaves_at_load(void **state)
{
	struct verdict verdict = fresh();

	assert_int_equal(verdict_note(&verdict, false), VERDICT_LEAVES);
}

static void returns_after_patience(void **state)
{
	struct verdict verdict = fresh();

	verdict_note(&verdict, false);
	assert_int_equal(passes_to_return(&verdict), VERDICT_PATIENCE);
	assert_false(verdict.failed);
	assert_int_equal(verdict_note(&verdict, true), VERDICT_STAYS);
}

static void a_failure_on_the_way_begins_again(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	verdict_note(&verdict, false);
	for (i = 0; i < VERDICT_PATIENCE - 1; i++)
		assert_int_equal(verdict_note(&verdict, true), VERDICT_STAYS);
	assert_int_equal(verdict_note(&verdict, false), VERDICT_STAYS);
	assert_int_equal(passes_to_return(&verdict), VERDICT_PATIENCE);
	assert_int_equal(verdict.fallbacks, 1);
}

static void every_other_check_never_brings_it_back(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	verdict_note(&verdict, false);
	for (i = 0; i < 1000; i++)
		assert_int_equal(verdict_note(&verdict, i % 2), VERDICT_STAYS);
	assert_int_equal(verdict.fallbacks, 1);
}

static void patience_doubles_and_has_an_end(void **state)
{
	struct verdict verdict = fresh();
	unsigned int expected = VERDICT_PATIENCE, i;

	for (i = 0; i < 12; i++) {
		verdict_note(&verdict, false);
		assert_int_equal(passes_to_return(&verdict), expected);
		expected = min(2 * expected, VERDICT_MAX_PATIENCE);
	}
	assert_int_equal(expected, VERDICT_MAX_PATIENCE);
	assert_int_equal(verdict.fallbacks, 12);
}

static void good_conduct_is_rewarded(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	verdict_note(&verdict, false);
	passes_to_return(&verdict);
	for (i = 0; i < VERDICT_FORGIVEN - 1; i++)
		verdict_note(&verdict, true);
	assert_int_equal(verdict.patience, 2 * VERDICT_PATIENCE);
	verdict_note(&verdict, true);
	verdict_note(&verdict, false);
	assert_int_equal(passes_to_return(&verdict), VERDICT_PATIENCE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_in_service),
		cmocka_unit_test(leaves_at_the_first_failure),
		cmocka_unit_test(leaves_at_load),
		cmocka_unit_test(returns_after_patience),
		cmocka_unit_test(a_failure_on_the_way_begins_again),
		cmocka_unit_test(every_other_check_never_brings_it_back),
		cmocka_unit_test(patience_doubles_and_has_an_end),
		cmocka_unit_test(good_conduct_is_rewarded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
