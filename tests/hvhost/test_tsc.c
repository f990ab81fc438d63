// SPDX-License-Identifier: GPL-2.0
/*
 * TSCs and reference time as hvhost sets them: what the guest computes from the page is the
 * counter, before and after every change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fake.h"
#include "reference.h"
#include "tsc.h"
#include "vm.h"

#define ROUNDS		2000

/* The TSC of a vCPU as the processor would have it. */
static uint64_t guest_tsc(unsigned int vp, uint64_t host)
{
	unsigned __int128 ratio = ((unsigned __int128)fake_vcpus[vp].khz << 48) / HOST_KHZ;

	return (uint64_t)((host * ratio) >> 48) + fake_vcpus[vp].offset;
}

static uint64_t page_time(uint64_t host)
{
	return (uint64_t)(((unsigned __int128)guest_tsc(0, host) * fake_page.scale) >> 64) + fake_page.offset;
}

static int64_t apart(uint64_t host)
{
	return page_time(host) - reference_at(host);
}

static uint64_t random_below(uint64_t limit)
{
	return (((uint64_t)random() << 31) ^ random()) % limit;
}

static uint64_t random_hz(void)
{
	return tsc_nearest(50010000 + random_below(749980000));
}

/* As the machine is when L1 has its page; returns a moment after that. */
static uint64_t begin(void)
{
	fake_begin();
	assert_int_equal(tsc_change(HOST_SECOND, 20 * HOST_SECOND, 0), 0);
	assert_int_equal(reference_write_page(PAGE_GPA | 1), 0);
	reference_publish(20 * HOST_SECOND);
	return 20 * HOST_SECOND + random_below(1000 * HOST_SECOND);
}

static void counter_goes_by_true_seconds(void **state)
{
	(void)state;
	begin();
	assert_int_equal(tsc_host_hz(), HOST_SECOND);
	assert_int_equal(reference_at(HOST_SECOND), 10000000);
	assert_int_equal(reference_at(2000 * HOST_SECOND), 20000000000);
}

static void frequencies_are_fractions_of_khz(void **state)
{
	unsigned int whole = 0;

	(void)state;
	begin();
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t asked = 50010000 + random_below(749980000), hz = tsc_nearest(asked);

		assert_in_range(hz + 501 - asked, 0, 1002);
		assert_int_equal(tsc_nearest(hz), hz);
		assert_int_equal(tsc_change(hz, 20 * HOST_SECOND, 0), 0);
		assert_int_equal(tsc_hz(), hz);
		whole += hz % 1000 == 0;
	}
	assert_in_range(whole, 0, ROUNDS / 100);
	assert_int_equal(tsc_nearest(HOST_SECOND), HOST_SECOND);
	assert_int_equal(tsc_nearest(HOST_SECOND / 4 - 1000), 0);
	assert_int_equal(tsc_nearest(HOST_SECOND * 4 + 1000), 0);
	assert_int_not_equal(tsc_nearest(HOST_SECOND * 4), 0);
}

/* Not the rounded one of the MSR, by which this would be off by a million and more. */
static void page_has_the_exact_rate(void **state)
{
	uint64_t host = begin(), later = host + 100000000 * HOST_SECOND;

	(void)state;
	assert_int_equal(tsc_change(50010000, host, 0), 0);
	reference_publish(host);
	assert_in_range(apart(later) + 100, 0, 200);
}

static void page_is_the_counter_through_changes(void **state)
{
	uint64_t host = begin();

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t before, after, later = host + random_below(100 * HOST_SECOND);

		before = page_time(host);
		assert_int_equal(tsc_change(random_hz(), host, 0), 0);
		reference_publish(host);
		after = page_time(host);
		assert_in_range(after - before + 2, 1, 3);
		assert_in_range(apart(host) + 2, 1, 3);
		assert_in_range(apart(later) + 2, 1, 3);
		host = later;
	}
}

static void tsc_goes_on_and_jumps(void **state)
{
	uint64_t host = begin();

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		int64_t jump = i % 2 ? (int64_t)random_below(1ULL << 50) - (1LL << 49) : 0;
		uint64_t hz = random_hz(), before[CPUS];

		for (unsigned int vp = 0; vp < CPUS; vp++)
			before[vp] = guest_tsc(vp, host);
		assert_int_equal(tsc_change(hz, host, jump), 0);
		assert_int_equal(tsc_hz(), hz);
		for (unsigned int vp = 0; vp < CPUS; vp++) {
			assert_int_equal(guest_tsc(vp, host), before[vp] + jump);
			assert_int_equal(guest_tsc(vp, host), tsc_guest(vp, host));
		}
		assert_in_range(guest_tsc(0, host + HOST_SECOND) - guest_tsc(0, host) + 1, hz,
				hz + 2);
		host += random_below(HOST_SECOND);
	}
}

static void skew_is_one_cpu_s_and_is_taken_back(void **state)
{
	uint64_t host = begin(), was = guest_tsc(1, host);

	(void)state;
	assert_int_equal(tsc_skew(1, 1000000), 0);
	assert_int_equal(guest_tsc(1, host) - guest_tsc(0, host), 1000000);
	assert_int_equal(tsc_change(tsc_nearest(3 * HOST_SECOND), host, 0), 0);
	assert_int_equal(guest_tsc(1, host) - guest_tsc(0, host), 1000000);
	assert_int_equal(tsc_skew(1, -5), 0);
	assert_int_equal(guest_tsc(1, host) - guest_tsc(0, host), -5);
	assert_int_equal(tsc_skew(1, 0), 0);
	assert_int_equal(guest_tsc(1, host), was);
}

static void page_is_withdrawn_and_wrong(void **state)
{
	uint64_t host = begin();
	uint32_t sequence = fake_page.sequence;

	(void)state;
	assert_int_not_equal(sequence, 0);
	reference_withdraw(true);
	assert_int_equal(fake_page.sequence, 0);
	reference_withdraw(false);
	assert_int_not_equal(fake_page.sequence, 0);
	assert_int_not_equal(fake_page.sequence, sequence);
	reference_scale_error(1000);
	reference_publish(host);
	assert_in_range(apart(host + HOST_SECOND), 10000 - 2, 10000 + 2);
	reference_scale_error(0);
	reference_publish(host);
	assert_in_range(apart(host + HOST_SECOND) + 2, 1, 3);
}

static void timers_go_on(void **state)
{
	uint64_t host = begin();

	(void)state;
	fake_vcpus[0].timer = 1000;
	fake_vcpus[1].timer = 0;
	assert_int_equal(tsc_change(random_hz(), host, 0), 0);
	assert_int_equal(fake_vcpus[0].timer, 500);
	assert_int_equal(fake_vcpus[1].timer, 0);
	assert_int_equal(tsc_skew(0, 1), 0);
	assert_int_equal(fake_vcpus[0].timer, 250);
	assert_int_equal(tsc_skew(0, 0), 0);
}

static void page_outside_of_memory_is_refused(void **state)
{
	uint64_t value;

	(void)state;
	begin();
	assert_int_not_equal(reference_write_page(0x7000 | 1), 0);
	reference_read_page(&value);
	assert_int_equal(value, PAGE_GPA | 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counter_goes_by_true_seconds),
		cmocka_unit_test(frequencies_are_fractions_of_khz),
		cmocka_unit_test(page_has_the_exact_rate),
		cmocka_unit_test(page_is_the_counter_through_changes),
		cmocka_unit_test(tsc_goes_on_and_jumps),
		cmocka_unit_test(skew_is_one_cpu_s_and_is_taken_back),
		cmocka_unit_test(page_is_withdrawn_and_wrong),
		cmocka_unit_test(timers_go_on),
		cmocka_unit_test(page_outside_of_memory_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
