// SPDX-License-Identifier: GPL-2.0
/*
 * What follows from a check for the machine and its VMs (service.c with verdict.c): the
 * clocksources, hv_evmcs's ear and the backends are the test's.
 */
#include "test.h"

#include <shim_clock.h>

#include "host.h"
#include "ref.h"
#include "service.h"
#include "tell.h"
#include "vms.h"

static struct {
	bool invariant;
	enum ref_clock forced;		/* REF_CLOCK_OTHER: nothing is */
	bool is_forced;
	bool rated_in;
	unsigned int switches;
	const char *vms;		/* of a backend that does not hear */
	bool born_meanwhile;		/* such a VM, during the return */
	bool held;			/* VMs */
	bool trusted;
	unsigned int falls;		/* how often it was said not to be */
	unsigned int acquitted;		/* how often the last suspicion was dropped */
	unsigned int lines;
	char line[512];
} world;

bool host_tsc_invariant(void)
{
	return world.invariant;
}

enum ref_clock ref_clock(char *name)
{
	enum ref_clock now = world.rated_in ? REF_CLOCK_REF : REF_CLOCK_PAGE;

	if (world.is_forced)
		now = world.forced;
	if (name)
		strcpy(name, now == REF_CLOCK_PAGE ? "page" : now == REF_CLOCK_REF ? "ref" : "other");
	return now;
}

bool ref_step_in(void)
{
	/* VMs do not see this machine's clock change. */
	if (ref_clock(NULL) == REF_CLOCK_PAGE)
		assert_true(world.held || !world.trusted);
	world.rated_in = true;
	world.switches++;
	return ref_clock(NULL) == REF_CLOCK_REF;
}

bool ref_step_out(void)
{
	world.rated_in = false;
	world.switches++;
	if (world.born_meanwhile)
		world.vms = "kvm_intel";
	return ref_clock(NULL) == REF_CLOCK_PAGE;
}

u64 ref_since_good(void)
{
	return 7000000;
}

s64 ref_behind_ns(void)
{
	return -4000;
}

const char *vms_stuck(void)
{
	return world.vms;
}

void tell_page_trusted(bool trusted)
{
	/* VMs hear of a return after this machine's clock has changed. */
	if (trusted && !world.invariant)
		assert_int_equal(ref_clock(NULL), REF_CLOCK_PAGE);
	world.falls += world.trusted && !trusted;
	world.trusted = trusted;
}

bool tell_page_leaves(bool (*leave)(void))
{
	bool left;

	world.held = true;
	left = leave();
	world.held = false;
	world.falls += world.trusted && left;
	world.trusted &= !left;
	return left;
}

int check_init(struct check *check)
{
	memset(check, 0, sizeof(*check));
	return 0;
}

void check_exit(struct check *check)
{
}

void check_acquit(void)
{
	world.acquitted++;
}

void check_copy(struct check *to, const struct check *from)
{
	*to = *from;
}

void log_line(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(world.line, sizeof(world.line), format, args);
	va_end(args);
	world.lines++;
}

static void note(enum check_outcome outcome, unsigned int times)
{
	struct check check = { .spread_ns = outcome == CHECK_FAILED ? 3000 : 0 };

	if (outcome == CHECK_FAILED)
		strcpy(check.reason, "it is bad");
	else if (outcome == CHECK_VOID)
		strcpy(check.reason, "it was busy");
	while (times--)
		service_note(&check, outcome);
}

static void expect(const char *state, const char *reason)
{
	const struct service *held = service_hold();
	char found[SERVICE_REASON_SIZE];

	assert_string_equal(service_state(held), state);
	service_reason(held, found, sizeof(found));
	if (!strstr(found, reason))
		fail_msg("\"%s\" is not in \"%s\"", reason, found);
	service_release();
}

/* In service, with one check passed. */
static int begin(void **state)
{
	memset(&world, 0, sizeof(world));
	world.trusted = true;
	service_init();
	note(CHECK_VOID, 1);	/* whatever the last test was left in, its state changes */
	note(CHECK_PASSED, 1);
	world.lines = 0;
	return 0;
}

static void good_checks_change_nothing(void **state)
{
	note(CHECK_PASSED, 1000);
	expect("content", "the TSC page passes");
	assert_false(world.rated_in);
	assert_true(world.trusted);
	assert_int_equal(world.lines, 0);
}

static void a_failure_takes_it_out_and_tells(void **state)
{
	note(CHECK_FAILED, 3);
	expect("fallback", "it is bad");
	assert_true(world.rated_in);
	assert_false(world.trusted);
	assert_int_equal(world.lines, 1);
	assert_string_equal(world.line, "hv_clock: it is bad: ref keeps the time; for at most 7 ms "
			    "clocks were off by up to 4000 ns\n");

	world.acquitted = 0;
	note(CHECK_PASSED, VERDICT_PATIENCE - 1);
	expect("fallback", "passed 3 checks, it returns after 4");
	assert_false(world.trusted);
	assert_int_equal(world.acquitted, 0);
	note(CHECK_PASSED, 1);
	expect("content", "the TSC page passes");
	assert_false(world.rated_in);
	assert_true(world.trusted);
	assert_int_equal(world.acquitted, 1);
	assert_int_equal(world.lines, 2);
	assert_int_equal(world.falls, 1);
}

/* And VMs are to be told which it is: kvm.ko keeps a master clock by the page, and by no other. */
static void a_forced_clocksource_is_only_watched(void **state)
{
	static const enum ref_clock forced[] = { REF_CLOCK_PAGE, REF_CLOCK_REF, REF_CLOCK_OTHER };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(forced); i++) {
		bool page = forced[i] == REF_CLOCK_PAGE;

		begin(NULL);
		world.is_forced = true;
		world.forced = forced[i];
		note(CHECK_VOID, 1);
		assert_int_equal(world.trusted, page);
		note(CHECK_PASSED, 2);
		expect(page ? "content" : "watching", page ? "passes" : "was forced; the TSC page passes");
		assert_int_equal(world.trusted, page);
		/* VMs keep what they have by the page that is forced, good or bad. */
		note(CHECK_FAILED, 2);
		if (forced[i] != REF_CLOCK_REF)
			expect("watching", "was forced; it is bad");
		assert_int_equal(world.trusted, page);
		assert_int_equal(world.falls, !page);

		/* The choice is hv_clock's again. */
		world.is_forced = false;
		note(CHECK_FAILED, 1);
		expect("fallback", "it is bad");
		assert_false(world.trusted);
		world.is_forced = true;
		note(CHECK_PASSED, VERDICT_PATIENCE);
		assert_int_equal(world.trusted, page);
		world.is_forced = false;
		note(CHECK_PASSED, 1);
		expect("content", "the TSC page passes");
		assert_true(world.trusted);
	}
}

static void an_invariant_tsc_is_only_watched(void **state)
{
	world.invariant = true;
	note(CHECK_FAILED, 2);
	expect("watching", "the TSC is invariant; it is bad");
	assert_false(world.rated_in);
	note(CHECK_PASSED, 100);
	expect("watching", "the TSC is invariant; the TSC page passes");
	assert_int_equal(world.falls, 0);
	assert_int_equal(world.switches, 0);
}

static void it_waits_for_vms_that_do_not_hear(void **state)
{
	note(CHECK_FAILED, 1);
	world.vms = "kvm_intel";
	note(CHECK_PASSED, 100);
	expect("fallback", "it returns when the VMs of kvm_intel have ended");
	assert_true(world.rated_in);
	assert_int_equal(world.switches, 1);
	assert_false(world.trusted);
	world.vms = NULL;
	note(CHECK_PASSED, 1);
	expect("content", "the TSC page passes");
	assert_true(world.trusted);
}

/* Its return is taken back before anybody hears of it. */
static void a_vm_that_is_born_during_the_return_is_seen(void **state)
{
	note(CHECK_FAILED, 1);
	world.born_meanwhile = true;
	note(CHECK_PASSED, VERDICT_PATIENCE);
	expect("fallback", "it returns when the VMs of kvm_intel have ended");
	assert_true(world.rated_in);
	assert_false(world.trusted);
	assert_int_equal(world.lines, 1);
	world.born_meanwhile = false;
	world.vms = NULL;
	note(CHECK_PASSED, 1);
	expect("content", "the TSC page passes");
	assert_int_equal(world.falls, 1);
}

static void what_cannot_be_checked_is_not_content(void **state)
{
	note(CHECK_VOID, VERDICT_VOIDS - 1);
	expect("content", "it was busy");
	assert_int_equal(world.lines, 0);
	note(CHECK_VOID, 1);
	expect("unknown", "it was busy");
	note(CHECK_VOID, 100);
	assert_int_equal(world.lines, 1);
	assert_string_equal(world.line, "hv_clock: unknown: it was busy; page keeps the time\n");
	assert_false(world.rated_in);
	assert_true(world.trusted);
	note(CHECK_PASSED, 1);
	expect("content", "the TSC page passes");
	assert_int_equal(world.lines, 2);
	assert_int_equal(service_pause_ms(10000), 7500);
}

static void void_checks_bring_nothing_back(void **state)
{
	note(CHECK_FAILED, 1);
	note(CHECK_PASSED, VERDICT_PATIENCE - 1);
	note(CHECK_VOID, 100);
	expect("fallback", "it was busy");
	assert_false(world.trusted);
	assert_int_equal(service_pause_ms(10000), VERDICT_RETRY_MS << (VERDICT_VOIDS - 1));
	note(CHECK_PASSED, 1);
	expect("content", "the TSC page passes");
}

static void before_the_first_check_nothing_is_known(void **state)
{
	memset(&world, 0, sizeof(world));
	service_init();
	expect("unknown", "");
	note(CHECK_VOID, 1);
	expect("unknown", "it was busy");
	note(CHECK_PASSED, 1);
	expect("content", "the TSC page passes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(good_checks_change_nothing, begin),
		cmocka_unit_test_setup(a_failure_takes_it_out_and_tells, begin),
		cmocka_unit_test_setup(a_forced_clocksource_is_only_watched, begin),
		cmocka_unit_test_setup(an_invariant_tsc_is_only_watched, begin),
		cmocka_unit_test_setup(it_waits_for_vms_that_do_not_hear, begin),
		cmocka_unit_test_setup(a_vm_that_is_born_during_the_return_is_seen, begin),
		cmocka_unit_test_setup(what_cannot_be_checked_is_not_content, begin),
		cmocka_unit_test_setup(void_checks_bring_nothing_back, begin),
		cmocka_unit_test(before_the_first_check_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
