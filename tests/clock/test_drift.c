// SPDX-License-Identifier: GPL-2.0
/*
 * How fast the page runs away from the reference counter (drift.c), and brackets in general.
 */
#include <stdlib.h>

#include "test.h"

#include <shim_clock.h>

#include "drift.h"
#include "page.h"

#define SECOND	((u64)REFERENCE_HZ)

/* What is read, within @slack units, of a page that is 5 units ahead and drifts by @ppb. */
static struct bracket sample(u64 now, s64 ppb, u64 slack)
{
	u64 page = now + 5 + (s64)(now - SECOND) * ppb / 1000000000;
	u64 before = random() % (slack + 1);

	return drift_ahead(page - before, now, page + slack - before);
}

static struct bracket after(u64 units, s64 ppb, u64 slack)
{
	struct drift drift = { 0 };

	assert_false(bracket_known(drift_note(&drift, SECOND, sample(SECOND, ppb, slack))));
	return drift_note(&drift, SECOND + units, sample(SECOND + units, ppb, slack));
}

static void the_truth_is_in_the_bracket(void **state)
{
	static const s64 truths[] = { 0, 1, -1, 1000, -30000, 50000, 51000, -1000000, 100000000 };
	unsigned int i, round;

	for (i = 0; i < ARRAY_SIZE(truths); i++)
		for (round = 0; round < 1000; round++) {
			u64 units = SECOND / 10 + random() % (100 * SECOND);
			struct bracket ppb = after(units, truths[i], random() % 100);

			if (!bracket_known(ppb) || ppb.low - 1 > truths[i] || ppb.high + 1 < truths[i])
				fail_msg("%lld ppb over %llu units: %lld to %lld", truths[i], units,
					 ppb.low, ppb.high);
		}
}

/* Over 10 s, with 10 us of uncertainty at either end. */
static void drift_of_60_ppm_is_proven(void **state)
{
	assert_true(bracket_beyond(after(10 * SECOND, 60000, 100), 50000));
	assert_true(bracket_beyond(after(10 * SECOND, -60000, 100), 50000));
	assert_false(bracket_beyond(after(10 * SECOND, 40000, 100), 50000));
}

static void a_short_time_proves_little(void **state)
{
	assert_false(bracket_beyond(after(SECOND / 1000, 60000, 100), 50000));
	assert_true(bracket_beyond(after(SECOND / 1000, 60000000, 100), 50000));
}

static void short_periods_add_up(void **state)
{
	struct drift drift = { 0 };
	struct bracket ppb = BRACKET_UNKNOWN;
	unsigned int i;

	for (i = 0; i <= 100; i++) {
		u64 now = SECOND + i * SECOND / 10;

		ppb = drift_note(&drift, now, sample(now, 60000, 100));
	}
	assert_true(bracket_beyond(ppb, 50000));
	/* From then on it begins anew. */
	assert_int_equal(drift.reference, 11 * SECOND);
}

static void steps_of_any_size_are_survived(void **state)
{
	static const s64 steps[] = { 1ll << 20, -(1ll << 40), S64_MAX - 10, S64_MIN + 10 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		struct drift drift = { 0 };
		struct bracket ppb;

		drift_note(&drift, SECOND, (struct bracket){ -steps[i] / 2 - 3, -steps[i] / 2 + 3 });
		ppb = drift_note(&drift, 2 * SECOND, (struct bracket){ steps[i] / 2 - 3, steps[i] / 2 + 3 });
		assert_true(bracket_beyond(ppb, 50000));
		assert_true((bracket_middle(ppb) > 0) == (steps[i] > 0));
	}
}

static void the_counter_may_wrap(void **state)
{
	struct drift drift = { 0 };
	struct bracket ppb;

	drift_note(&drift, -SECOND, drift_ahead(-SECOND + 1, -SECOND, -SECOND + 9));
	ppb = drift_note(&drift, SECOND, drift_ahead(SECOND + 1, SECOND, SECOND + 9));
	assert_true(ppb.low < 0 && ppb.high > 0 && ppb.high < 1000);
}

static void brackets(void **state)
{
	struct bracket b = bracket_narrow((struct bracket){ -7, 10 }, (struct bracket){ -20, 4 });

	assert_true(b.low == -7 && b.high == 4);
	assert_int_equal(bracket_middle(b), -2);
	assert_int_equal(bracket_floor(b), 6);
	assert_true(bracket_known(b));
	assert_false(bracket_known(BRACKET_UNKNOWN));
	assert_false(bracket_known((struct bracket){ 1, 0 }));
	assert_false(bracket_known((struct bracket){ S64_MIN, 0 }));
	assert_false(bracket_known((struct bracket){ 0, S64_MAX }));
	assert_true(bracket_beyond((struct bracket){ 11, 900 }, 10));
	assert_false(bracket_beyond((struct bracket){ 10, 900 }, 10));
	assert_true(bracket_beyond((struct bracket){ -900, -11 }, 10));
	assert_false(bracket_beyond((struct bracket){ -900, -10 }, 10));
	assert_false(bracket_beyond(BRACKET_UNKNOWN, 0));
	assert_false(bracket_beyond((struct bracket){ 20, -20 }, 10));
	assert_int_equal(bracket_middle((struct bracket){ S64_MIN + 1, S64_MAX - 1 }), -1);
	assert_true(bracket_floor((struct bracket){ S64_MIN + 1, S64_MAX - 1 }) == (1ull << 63) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_truth_is_in_the_bracket),
		cmocka_unit_test(drift_of_60_ppm_is_proven),
		cmocka_unit_test(a_short_time_proves_little),
		cmocka_unit_test(short_periods_add_up),
		cmocka_unit_test(steps_of_any_size_are_survived),
		cmocka_unit_test(the_counter_may_wrap),
		cmocka_unit_test(brackets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
