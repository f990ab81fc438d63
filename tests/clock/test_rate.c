// SPDX-License-Identifier: GPL-2.0
/*
 * Frequencies and what a pvclock page makes of them (hv_evmcs/rate.c).
 */
#include <stdlib.h>

#include "test.h"

#include <shim_clock.h>

#include "rate.h"

#define RATIO_BITS	48
#define RATIO_MAX	U64_MAX

static u64 any_u64(void)
{
	return ((u64)random() << 62 ^ (u64)random() << 31 ^ random()) >> random() % 64;
}

static void a_product_over_a_divisor_is_right_or_saturates(void **state)
{
	int i;

	for (i = 0; i < 1000000; i++) {
		u64 value = any_u64(), mul = any_u64(), div = any_u64();
		unsigned __int128 product = (unsigned __int128)value * mul;

		if (!div || product / div > U64_MAX)
			assert_int_equal(rate_mul_div(value, mul, div), U64_MAX);
		else
			assert_int_equal(rate_mul_div(value, mul, div), (u64)(product / div));
	}
}

/* What kvm.ko makes of the ratio is the frequency that the guest knows. */
static void a_guest_keeps_its_frequency(void **state)
{
	int i;

	for (i = 0; i < 1000000; i++) {
		u64 guest = 10000 + random() % 6000000, host = 10000 + random() % 6000000;
		u64 ratio = rate_tsc_ratio(guest, host, RATIO_BITS, RATIO_MAX);

		assert_int_equal(mul_u64_u64_shr(host, ratio, RATIO_BITS), guest);
	}
}

static void no_frequency_of_the_host_is_too_odd(void **state)
{
	static const u64 odd[] = { 0, 1, 999, U32_MAX, U64_MAX };
	unsigned int i;
	s8 shift;
	u32 mul;

	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		assert_true(rate_tsc_ratio(2000000, odd[i], RATIO_BITS, 1ull << 60) <= 1ull << 60);
		shift = 5;
		mul = 7;
		rate_pvclock(odd[i], &shift, &mul);
		if (odd[i])
			assert_true(mul >> 31);
		else
			assert_true(shift == 5 && mul == 7);
	}
}

/* A second of ticks is a second, to a few parts in 10^9. */
static void a_pvclock_counts_seconds(void **state)
{
	int i;

	for (i = 0; i < 1000000; i++) {
		u64 hz = 1000 + any_u64() % 100000000000ull, ticks = hz, ns;
		s8 shift = 0;
		u32 mul = 0;

		rate_pvclock(hz, &shift, &mul);
		ticks = shift < 0 ? ticks >> -shift : ticks << shift;
		ns = mul_u64_u64_shr(ticks, mul, 32);
		assert_true(mul >> 31);
		assert_in_range(ns, 999999990, 1000000000);
	}
}

/* As kvm.ko goes about it (kvm_get_time_scale()): halving cuts off what does not fit. */
static void kvms_pvclock(u64 hz, s8 *shift, u32 *mul)
{
	*shift = 0;
	for (; hz > 2 * NSEC_PER_SEC; hz /= 2)
		--*shift;
	for (; hz <= NSEC_PER_SEC; hz *= 2)
		++*shift;
	*mul = ((unsigned __int128)NSEC_PER_SEC << 32) / hz;
}

/* vCPUs for which hv_evmcs writes the page, and those whose page kvm.ko writes, show one time. */
static void a_pvclock_is_that_of_kvm(void **state)
{
	u64 khz;

	for (khz = 1; khz <= 16000000; khz += 1 + random() % 4) {
		s8 shift = 0, kvms_shift;
		u32 mul = 0, kvms_mul;

		rate_pvclock(khz * MSEC_PER_SEC, &shift, &mul);
		kvms_pvclock(khz * MSEC_PER_SEC, &kvms_shift, &kvms_mul);
		if (shift != kvms_shift || mul != kvms_mul)
			fail_msg("%llu kHz: %u, shift %d; kvm.ko has %u, shift %d", khz, mul, shift,
				 kvms_mul, kvms_shift);
	}
}

static u64 line_ns(const struct pvclock_vcpu_time_info *line, u64 tsc)
{
	return pvclock_scale_delta(tsc - line->tsc_timestamp, line->tsc_to_system_mul,
				   line->tsc_shift) + line->system_time;
}

static void a_line_begins_early_and_stays_the_same(void **state)
{
	struct pvclock_vcpu_time_info line, early;
	int i;

	for (i = 0; i < 1000000; i++) {
		u64 hz = 8000000 + any_u64() % 10000000000ull, later = any_u64() >> 10;

		line = (struct pvclock_vcpu_time_info){
			.tsc_timestamp = any_u64() >> 8, .system_time = any_u64() >> 1,
		};
		rate_pvclock(hz, &line.tsc_shift, &line.tsc_to_system_mul);
		early = line;
		rate_pvclock_early(&early);
		assert_true(early.tsc_timestamp <= line.tsc_timestamp);
		assert_true(early.system_time <= line.system_time);
		/* As far as it goes: one of them to 0, as far as ticks and ns let it. */
		assert_true(!early.tsc_timestamp || early.system_time <= 2 + NSEC_PER_SEC / hz ||
			    line.tsc_timestamp - early.tsc_timestamp == 1ull << 55);
		later += line.tsc_timestamp;
		/* What a shift and a product cut off is less in one piece. */
		assert_in_range(line_ns(&early, later) - line_ns(&line, later), 0, 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_product_over_a_divisor_is_right_or_saturates),
		cmocka_unit_test(a_guest_keeps_its_frequency),
		cmocka_unit_test(no_frequency_of_the_host_is_too_odd),
		cmocka_unit_test(a_pvclock_counts_seconds),
		cmocka_unit_test(a_line_begins_early_and_stays_the_same),
		cmocka_unit_test(a_pvclock_is_that_of_kvm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
