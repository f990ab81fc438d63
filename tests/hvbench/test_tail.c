// SPDX-License-Identifier: GPL-2.0
/*
 * The slow ones of many operations (tail.c).
 */
#include "test.h"

#include "tail.h"

static struct tail tail;

static int empty(void **state)
{
	memset(&tail, 0, sizeof(tail));
	return 0;
}

static void nowhere(void **state)
{
	tail_add(NULL, 5);
}

static void one(void **state)
{
	tail_add(&tail, 12345);
	assert_near(tail_quantile(&tail, 0.99), 12345);
	assert_near(tail_quantile(&tail, 0), 12345);
	assert_int_equal(tail.max, 12345);
	assert_int_equal(tail.count, 1);
}

/* Two slow ones of 200 are in the maximum and above P99; a mean of all would hide them. */
static void slow_ones_are_kept(void **state)
{
	int i;

	for (i = 0; i < 198; i++)
		tail_add(&tail, 1000);
	tail_add(&tail, 1000000);
	tail_add(&tail, 2000000);
	assert_true(tail_quantile(&tail, 0.99) >= 1000 && tail_quantile(&tail, 0.99) <= 1016);
	assert_true(tail_quantile(&tail, 0.995) >= 1e6 && tail_quantile(&tail, 0.995) <= 1.016e6);
	assert_near(tail_quantile(&tail, 1), 2000000);
	assert_int_equal(tail.max, 2000000);
}

/* Every duration comes back, no less and at most 1/64 more. */
static void durations_come_back(void **state)
{
	uint64_t cycles;

	for (cycles = 1; cycles < 1ULL << 62; cycles += cycles / 7 + 1) {
		double back;

		empty(NULL);
		tail_add(&tail, cycles);
		tail_add(&tail, UINT64_MAX);
		back = tail_quantile(&tail, 0.5);
		assert_true(back >= cycles && back <= cycles * (1 + 1.0 / 64));
	}
	assert_near(tail_quantile(&tail, 1), (double)UINT64_MAX);
}

static void small_ones_are_exact(void **state)
{
	int i;

	for (i = 0; i <= 100; i++)
		tail_add(&tail, i);
	assert_near(tail_quantile(&tail, 0), 0);
	assert_near(tail_quantile(&tail, 0.5), 50);
	assert_near(tail_quantile(&tail, 0.99), 99);
	assert_near(tail_quantile(&tail, 1), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nowhere, empty),
		cmocka_unit_test_setup(one, empty),
		cmocka_unit_test_setup(slow_ones_are_kept, empty),
		cmocka_unit_test_setup(durations_come_back, empty),
		cmocka_unit_test_setup(small_ones_are_exact, empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
