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

	while (verdict_note(verdict, true, true) != VERDICT_RETURNS)
		if (++n > 1000)
			fail_msg("it never returns");
	return n;
}

static void starts_in_service(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	for (i = 0; i < 1000; i++) {
		assert_int_equal(verdict_note(&verdict, true, true), VERDICT_STAYS);
		assert_false(verdict.failed);
	}
	assert_int_equal(verdict.checks, 1000);
	assert_int_equal(verdict.failures, 0);
	assert_int_equal(verdict.fallbacks, 0);
}

static void leaves_at_the_first_failure(void **state)
{
	struct verdict verdict = fresh();

	verdict_note(&verdict, true, true);
	assert_int_equal(verdict_note(&verdict, false, true), VERDICT_LEAVES);
	assert_true(verdict.failed);
	assert_int_equal(verdict_note(&verdict, false, true), VERDICT_STAYS);
	assert_int_equal(verdict_note(&verdict, false, true), VERDICT_STAYS);
	assert_int_equal(verdict.fallbacks, 1);
	assert_int_equal(verdict.failures, 3);
	assert_int_equal(verdict.checks, 4);
}

static void leaves_at_load(void **state)
{
	struct verdict verdict = fresh();

	assert_int_equal(verdict_note(&verdict, false, true), VERDICT_LEAVES);
}

static void returns_after_patience(void **state)
{
	struct verdict verdict = fresh();

	verdict_note(&verdict, false, true);
	assert_int_equal(passes_to_return(&verdict), VERDICT_PATIENCE);
	assert_false(verdict.failed);
	assert_int_equal(verdict_note(&verdict, true, true), VERDICT_STAYS);
}

static void a_failure_on_the_way_begins_again(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	verdict_note(&verdict, false, true);
	for (i = 0; i < VERDICT_PATIENCE - 1; i++)
		assert_int_equal(verdict_note(&verdict, true, true), VERDICT_STAYS);
	assert_int_equal(verdict_note(&verdict, false, true), VERDICT_STAYS);
	assert_int_equal(passes_to_return(&verdict), VERDICT_PATIENCE);
	assert_int_equal(verdict.fallbacks, 1);
}

static void every_other_check_never_brings_it_back(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	verdict_note(&verdict, false, true);
	for (i = 0; i < 1000; i++)
		assert_int_equal(verdict_note(&verdict, i % 2, true), VERDICT_STAYS);
	assert_int_equal(verdict.fallbacks, 1);
}

static void patience_doubles_and_has_an_end(void **state)
{
	struct verdict verdict = fresh();
	unsigned int expected = VERDICT_PATIENCE, i;

	for (i = 0; i < 12; i++) {
		verdict_note(&verdict, false, true);
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

	verdict_note(&verdict, false, true);
	passes_to_return(&verdict);
	for (i = 0; i < VERDICT_FORGIVEN - 1; i++)
		verdict_note(&verdict, true, true);
	assert_int_equal(verdict.patience, 2 * VERDICT_PATIENCE);
	verdict_note(&verdict, true, true);
	verdict_note(&verdict, false, true);
	assert_int_equal(passes_to_return(&verdict), VERDICT_PATIENCE);
}

static void waits_until_it_may_return(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	verdict_note(&verdict, false, true);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(verdict_note(&verdict, true, false), VERDICT_STAYS);
		assert_true(verdict.failed);
	}
	assert_int_equal(verdict_note(&verdict, true, true), VERDICT_RETURNS);
	/* What it waited for is no check, and makes up for none. */
	verdict_note(&verdict, false, true);
	for (i = 0; i < VERDICT_PATIENCE; i++)
		assert_int_equal(verdict_note(&verdict, true, false), VERDICT_STAYS);
	assert_int_equal(passes_to_return(&verdict), VERDICT_PATIENCE);
}

static void a_return_that_failed_is_tried_again(void **state)
{
	struct verdict verdict = fresh();

	verdict_note(&verdict, false, true);
	passes_to_return(&verdict);
	verdict_recall(&verdict);
	assert_true(verdict.failed);
	assert_int_equal(verdict_note(&verdict, true, false), VERDICT_STAYS);
	assert_int_equal(verdict_note(&verdict, true, true), VERDICT_RETURNS);
	assert_int_equal(verdict.fallbacks, 1);
	verdict_recall(&verdict);
	assert_int_equal(verdict_note(&verdict, false, true), VERDICT_STAYS);
	assert_true(passes_to_return(&verdict) > VERDICT_PATIENCE);
}

static void a_void_check_counts_for_nothing(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	verdict_note(&verdict, false, true);
	for (i = 0; i < 1000; i++)
		verdict_note_void(&verdict);
	assert_true(verdict.failed);
	assert_int_equal(verdict.checks, 1);
	assert_int_equal(verdict.voided, 1000);
	assert_int_equal(passes_to_return(&verdict), VERDICT_PATIENCE);

	verdict_note(&verdict, false, true);
	verdict_note_void(&verdict);
	for (i = 1; i < 2 * VERDICT_PATIENCE; i++) {
		assert_int_equal(verdict_note(&verdict, true, true), VERDICT_STAYS);
		verdict_note_void(&verdict);
	}
	assert_int_equal(verdict_note(&verdict, true, true), VERDICT_RETURNS);
}

static void without_checks_nothing_is_known(void **state)
{
	struct verdict verdict = fresh();
	unsigned int i;

	assert_true(verdict_unknown(&verdict));
	verdict_note_void(&verdict);
	assert_true(verdict_unknown(&verdict));
	verdict_note(&verdict, true, true);
	assert_false(verdict_unknown(&verdict));
	for (i = 1; i < VERDICT_VOIDS; i++) {
		verdict_note_void(&verdict);
		assert_false(verdict_unknown(&verdict));
	}
	verdict_note_void(&verdict);
	assert_true(verdict_unknown(&verdict));
	for (i = 0; i < 1000; i++)
		verdict_note_void(&verdict);
	assert_true(verdict_unknown(&verdict));
	verdict_note(&verdict, true, true);
	assert_false(verdict_unknown(&verdict));
	assert_int_equal(verdict.voids, 0);
}

static void the_next_check_is_due_in_time(void **state)
{
	struct verdict verdict = fresh();
	unsigned int expected = VERDICT_RETRY_MS, i;

	/* Within a period, and with a quarter of it for the check itself. */
	assert_int_equal(verdict_pause_ms(&verdict, 10000), 7500);
	assert_int_equal(verdict_pause_ms(&verdict, 10), 8);
	assert_int_equal(verdict_pause_ms(&verdict, 3600000), 2700000);
	/* At once if there was none, but not for ever so often. */
	for (i = 0; i < VERDICT_VOIDS; i++) {
		verdict_note_void(&verdict);
		assert_int_equal(verdict_pause_ms(&verdict, 3600000), expected);
		assert_int_equal(verdict_pause_ms(&verdict, 100), min(expected, 75u));
		expected *= 2;
	}
	verdict_note_void(&verdict);
	assert_int_equal(verdict_pause_ms(&verdict, 3600000), expected / 2);
	verdict_note(&verdict, false, true);
	assert_int_equal(verdict_pause_ms(&verdict, 10000), 7500);
}

/* A year of checks at the shortest period is more than 32 bits. */
static void counts_do_not_wrap(void **state)
{
	struct verdict verdict = fresh();

	verdict.passed = VERDICT_FORGIVEN;
	verdict.voids = VERDICT_VOIDS;
	verdict_note_void(&verdict);
	assert_int_equal(verdict.voids, VERDICT_VOIDS);
	verdict_note(&verdict, true, true);
	assert_int_equal(verdict.passed, VERDICT_FORGIVEN);
	verdict.checks = UINT32_MAX;
	verdict_note(&verdict, true, true);
	assert_true(verdict.checks == 1ull << 32);
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
		cmocka_unit_test(waits_until_it_may_return),
		cmocka_unit_test(a_return_that_failed_is_tried_again),
		cmocka_unit_test(a_void_check_counts_for_nothing),
		cmocka_unit_test(without_checks_nothing_is_known),
		cmocka_unit_test(the_next_check_is_due_in_time),
		cmocka_unit_test(counts_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
