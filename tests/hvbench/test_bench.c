// SPDX-License-Identifier: GPL-2.0
/*
 * Benchmarks of one thread, with a sleep that is ours: that of timer-wake does not count, and no
 * more memory is touched than there is (bench.c, here.c).
 */
#include "test.h"

#include <time.h>

#include "bench.h"
#include "here.h"
#include "tsc.h"

#define TSC_KHZ		100000000ULL
#define ASLEEP		10000000ULL	/* cycles of such a TSC in the 100 us of timer-wake */
#define LATE		1000000ULL

static struct figure figure;
static uint64_t sleep_cycles;

/* In place of the C library's. */
int nanosleep(const struct timespec *pause, struct timespec *left)
{
	uint64_t begun = tsc_read();

	while (tsc_read() - begun < sleep_cycles)
		;
	return 0;
}

/* The least that a timer of those who sleep for so many cycles is late. */
static double lateness(uint64_t cycles)
{
	const struct bench_options opts = { .iterations = 1, .repeats = 50, .tsc_khz = TSC_KHZ };

	sleep_cycles = cycles;
	assert_int_equal(bench_measure(bench_find("timer-wake"), false, &opts, &figure), 0);
	return figure.inside.min;
}

static void lateness_is_without_the_sleep(void **state)
{
	double late = lateness(ASLEEP + LATE);

	assert_true(late >= LATE && late < ASLEEP);
	assert_near(lateness(0), 0);
}

/* Opens, which reserves but does not touch. */
static int open_pages(uint64_t count)
{
	struct bench_run run = {
		.bench = bench_find("first-touch"), .max_batch = count, .figure = &figure,
	};
	int err;

	figure = (struct figure){ 0 };
	err = here_first_touch.open(&run);
	if (!err)
		here_first_touch.close(&run);
	return err;
}

static uint64_t available_kib(void)
{
	FILE *file = popen("sed -n 's/^MemAvailable: *//p' /proc/meminfo", "r");
	unsigned long long kib = 0;

	assert_int_equal(fscanf(file, "%llu", &kib), 1);
	pclose(file);
	return kib;
}

static void pages_are_limited(void **state)
{
	const uint64_t pages = available_kib() / 4;

	assert_int_equal(open_pages(pages / 4), 0);
	assert_int_equal(open_pages(pages * 3 / 4), -EOPNOTSUPP);
	assert_non_null(strstr(figure.reason, "half of the memory that is available"));
	assert_int_equal(open_pages(UINT32_MAX), -EOPNOTSUPP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lateness_is_without_the_sleep),
		cmocka_unit_test(pages_are_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
