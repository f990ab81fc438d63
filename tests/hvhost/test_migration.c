// SPDX-License-Identifier: GPL-2.0
/*
 * Migrations as a guest sees them through the MSRs. What is an assumption about Hyper-V is one
 * here, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <unistd.h>

#include "fake.h"
#include "reenlightenment.h"
#include "reference.h"
#include "tsc.h"
#include "vm.h"

#define VECTOR		0xee
#define ENABLED		(1ULL << 16)
#define VP(n)		((uint64_t)(n) << 32)
#define IN_PROGRESS	1
#define DELAY_NS	50000000
#define DELAYS		20	/* it may take so many times that */

static uint64_t msr(int (*read)(uint64_t *value))
{
	uint64_t value = 0;

	assert_int_equal(read(&value), 0);
	return value;
}

static uint64_t frequency(void)
{
	return msr(reenlightenment_read_frequency);
}

static uint64_t status(void)
{
	return msr(reenlightenment_read_status);
}

/* What the command `times` tells. */
static uint64_t told(const char *name)
{
	char *text = NULL, *line, *rest;
	size_t size, length = strlen(name);
	uint64_t value = UINT64_MAX;
	FILE *out = open_memstream(&text, &size);

	reenlightenment_print(out);
	fclose(out);
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (!strncmp(line, name, length) && line[length] == ' ')
			value = strtoull(line + length, NULL, 10);
	free(text);
	return value;
}

/* A guest that wants emulation and an interrupt, and has the page. */
static int begin(void **state)
{
	(void)state;
	reenlightenment_write_status(0);
	reenlightenment_interrupts(INTERRUPT_SEND, 0);
	reenlightenment_frequency_early(false);
	fake_begin();
	assert_int_equal(tsc_change(HOST_SECOND, tsc_host(), 0), 0);
	assert_int_equal(reference_write_page(PAGE_GPA | 1), 0);
	reenlightenment_write_control(VECTOR | ENABLED | VP(1));
	reenlightenment_write_emulation(1);
	fake_interrupts = 0;
	return 0;
}

static void guest_ends_the_emulation(void **state)
{
	uint64_t hz = tsc_nearest(300000000);
	struct fake_page before = fake_page;

	(void)state;
	assert_int_equal(reenlightenment_migrate(hz, NULL), 0);
	assert_int_equal(fake_interrupts, 1);
	assert_int_equal(fake_vector, VECTOR);
	assert_int_equal(fake_destination, vm.vcpus[1].apic_id);
	assert_int_equal(status(), IN_PROGRESS);
	assert_int_equal(frequency(), HOST_SECOND);
	assert_memory_equal(&fake_page, &before, sizeof(before));

	assert_int_equal(reenlightenment_write_status(IN_PROGRESS), 0);
	assert_int_equal(status(), IN_PROGRESS);
	assert_int_equal(reenlightenment_write_status(0), 0);
	assert_int_equal(status(), 0);
	assert_int_equal(frequency(), hz);
	assert_int_equal(told("old_hz"), HOST_SECOND);
	assert_int_equal(told("new_hz"), hz);
	assert_true(told("window_ns") > 0);
	assert_int_equal(told("window_ns"), told("ended_ns") - told("interrupt_ns"));
	assert_true(told("switched_ns") >= told("ended_ns"));
	assert_int_not_equal(fake_page.sequence, before.sequence);
	assert_true(fake_page.scale < before.scale);
}

static void second_one_goes_on_with_the_old_tsc(void **state)
{
	(void)state;
	assert_int_equal(reenlightenment_migrate(300000000, NULL), 0);
	assert_int_equal(reenlightenment_migrate(100000000, NULL), 0);
	assert_int_equal(fake_interrupts, 2);
	assert_int_equal(frequency(), HOST_SECOND);
	assert_int_equal(reenlightenment_write_status(0), 0);
	assert_int_equal(frequency(), tsc_nearest(100000000));
}

static void interrupt_is_lost(void **state)
{
	uint64_t lost = told("interrupts_lost");

	(void)state;
	reenlightenment_interrupts(INTERRUPT_DROP, 0);
	assert_int_equal(reenlightenment_migrate(300000000, NULL), 0);
	assert_int_equal(told("interrupts_lost"), ++lost);

	reenlightenment_interrupts(INTERRUPT_SEND, 0);
	reenlightenment_write_control(VECTOR | VP(1));
	assert_int_equal(reenlightenment_migrate(300000000, NULL), 0);
	assert_int_equal(told("interrupts_lost"), ++lost);

	reenlightenment_write_control(VECTOR | ENABLED | VP(CPUS));
	assert_int_equal(reenlightenment_migrate(300000000, NULL), 0);
	assert_int_equal(told("interrupts_lost"), ++lost);

	/* Asking for it later brings none, and the status stays. */
	reenlightenment_write_control(VECTOR | ENABLED | VP(0));
	reenlightenment_write_emulation(0);
	assert_int_equal(fake_interrupts, 0);
	assert_int_equal(status(), IN_PROGRESS);
}

static void interrupt_is_late(void **state)
{
	(void)state;
	reenlightenment_interrupts(INTERRUPT_DELAY, DELAY_NS);
	assert_int_equal(reenlightenment_migrate(300000000, NULL), 0);
	assert_int_equal(status(), IN_PROGRESS);
	assert_int_equal(fake_interrupts, 0);
	for (int i = 0; i < DELAYS && !*(volatile unsigned int *)&fake_interrupts; i++)
		usleep(DELAY_NS / 1000);
	assert_int_equal(fake_interrupts, 1);
}

static void without_emulation_it_is_at_once(void **state)
{
	(void)state;
	reenlightenment_write_emulation(0);
	assert_int_equal(reenlightenment_migrate(300000000, NULL), 0);
	assert_int_equal(fake_interrupts, 0);
	assert_int_equal(status(), 0);
	assert_int_equal(frequency(), tsc_nearest(300000000));
}

static void frequency_may_be_early(void **state)
{
	(void)state;
	reenlightenment_frequency_early(true);
	assert_int_equal(reenlightenment_migrate(300000000, NULL), 0);
	assert_int_equal(frequency(), tsc_nearest(300000000));
	assert_int_equal(tsc_hz(), HOST_SECOND);
}

static void tsc_may_start_anywhere(void **state)
{
	uint64_t tsc = 1000000000, host;

	(void)state;
	assert_int_equal(reenlightenment_migrate(300000000, &tsc), 0);
	host = tsc_host();
	assert_int_equal(reenlightenment_write_status(0), 0);
	assert_in_range(tsc_guest(0, host), tsc - 300000000, tsc);
	assert_in_range(tsc_guest(0, tsc_host()), tsc, tsc + 300000000);
}

static void too_far_is_refused(void **state)
{
	(void)state;
	assert_int_equal(reenlightenment_migrate(HOST_SECOND / 5, NULL), -ERANGE);
	assert_int_equal(reenlightenment_migrate(HOST_SECOND * 5, NULL), -ERANGE);
	assert_int_equal(status(), 0);
	assert_int_equal(fake_interrupts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(guest_ends_the_emulation, begin),
		cmocka_unit_test_setup(second_one_goes_on_with_the_old_tsc, begin),
		cmocka_unit_test_setup(interrupt_is_lost, begin),
		cmocka_unit_test_setup(interrupt_is_late, begin),
		cmocka_unit_test_setup(without_emulation_it_is_at_once, begin),
		cmocka_unit_test_setup(frequency_may_be_early, begin),
		cmocka_unit_test_setup(tsc_may_start_anywhere, begin),
		cmocka_unit_test_setup(too_far_is_refused, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
