// SPDX-License-Identifier: GPL-2.0
/*
 * Arithmetic of the reference TSC page (page.c), against 128-bit arithmetic of the compiler and,
 * for the product, against that of a school book.
 */
#include <stdlib.h>

#include "test.h"

#include <shim_clock.h>

#include "page.h"

#define ROUNDS 200000

typedef unsigned __int128 u128;

static u64 random64(void)
{
	u64 value = (u64)mrand48() << 32 ^ (u32)mrand48();

	return value >> (mrand48() & 63);	/* of all sizes */
}

/* The upper half of a product, from four products of halves. */
static u64 product_high(u64 a, u64 b)
{
	u64 a0 = (u32)a, a1 = a >> 32, b0 = (u32)b, b1 = b >> 32;
	u64 middle = (a0 * b0 >> 32) + (u32)(a0 * b1) + (u32)(a1 * b0);

	return a1 * b1 + (a0 * b1 >> 32) + (a1 * b0 >> 32) + (middle >> 32);
}

static void expect_time(u64 tsc, u64 scale, s64 offset)
{
	struct page_copy page = { .sequence = 1, .scale = scale, .offset = offset };
	u64 expected = product_high(tsc, scale) + (u64)offset;

	if (page_time(&page, tsc) != expected)
		fail_msg("TSC %llx, scale %llx, offset %lld: %llx, not %llx", tsc, scale, offset,
			 page_time(&page, tsc), expected);
}

static void time_is_exact(void **state)
{
	static const u64 edges[] = { 0, 1, UINT32_MAX, 1ull << 32, 1ull << 63, UINT64_MAX };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(edges); i++)
		for (j = 0; j < ARRAY_SIZE(edges); j++)
			expect_time(edges[i], edges[j], -1);
	for (i = 0; i < ROUNDS; i++)
		expect_time(random64(), random64(), random64());
}

static void a_second_is_a_second(void **state)
{
	static const u64 frequencies[] = { 10000001, 66000000, 1000000000, 2593905000, 5000000000 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(frequencies); i++) {
		struct page_copy page = { 1, page_inverse(frequencies[i]), -7 };
		u64 day = page_time(&page, frequencies[i] * 86400) + 7;

		if (day > 864000000000ull || day < 864000000000ull - 1)
			fail_msg("a day at %llu Hz has %llu units", frequencies[i], day);
	}
}

static void inverse_is_exact(void **state)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		u64 x = random64(), expected = 0;

		if (x > REFERENCE_HZ)
			expected = ((u128)REFERENCE_HZ << 64) / x;
		if (page_inverse(x) != expected)
			fail_msg("of %llu: %llu, not %llu", x, page_inverse(x), expected);
	}
	assert_int_equal(page_inverse(0), 0);
	assert_int_equal(page_inverse(REFERENCE_HZ), 0);
	assert_true(page_inverse(REFERENCE_HZ + 1) == ((u128)REFERENCE_HZ << 64) / (REFERENCE_HZ + 1));
	assert_true(page_inverse(UINT64_MAX) == REFERENCE_HZ);
}

static void frequency_comes_back(void **state)
{
	u64 hz;

	for (hz = 20000000; hz < 10000000000ull; hz += 12345678) {
		u64 back = page_inverse(page_inverse(hz));

		if (back < hz || back > hz + 1)
			fail_msg("%llu Hz come back as %llu", hz, back);
	}
}

static void scale_errors_are_seen(void **state)
{
	u64 hz = 2593905000, right = page_inverse(hz);

	assert_int_equal(page_scale_error_ppb(right, hz), 0);
	assert_int_equal(page_scale_error_ppb(right + right / 20000, hz), 49999);
	assert_int_equal(page_scale_error_ppb(right - right / 20000, hz), -49999);
	assert_int_equal(page_scale_error_ppb(right + right / 10, hz), 99999999);
	assert_int_equal(page_scale_error_ppb(0, hz), -1000000000);
	assert_int_equal(page_scale_error_ppb(UINT64_MAX, hz), 1000000000);
	assert_int_equal(page_scale_error_ppb(2 * right, hz), 1000000000);
	/* The host states whole Hz, or whole kHz, and that must not look like an error. */
	assert_true(llabs(page_scale_error_ppb(right, hz + 1000)) < 400);
}

static void cycles_become_ns(void **state)
{
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		s64 cycles = (s64)random64() % (1ll << 54);
		u64 hz = REFERENCE_HZ + 1 + random64() % 10000000000ull;
		s64 expected = (__int128)cycles * 1000000000 / hz;

		if (page_cycles_to_ns(cycles, hz) != expected)
			fail_msg("%lld cycles at %llu Hz are %lld ns, not %lld", cycles, hz,
				 page_cycles_to_ns(cycles, hz), expected);
		if (page_cycles_to_ns(-cycles, hz) != -expected)
			fail_msg("%lld cycles are not symmetrical", cycles);
	}
	assert_true(page_cycles_to_ns(S64_MIN, 3000000000) == page_cycles_to_ns(-(1ll << 54), 3000000000));
	assert_true(page_cycles_to_ns(S64_MAX, REFERENCE_HZ + 1) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_is_exact),
		cmocka_unit_test(a_second_is_a_second),
		cmocka_unit_test(inverse_is_exact),
		cmocka_unit_test(frequency_comes_back),
		cmocka_unit_test(scale_errors_are_seen),
		cmocka_unit_test(cycles_become_ns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
