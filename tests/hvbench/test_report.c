// SPDX-License-Identifier: GPL-2.0
/*
 * Reports as JSON: what is written is read back, and what is none is refused (report_json.c).
 */
#include "test.h"

#include "report_json.h"

#define STATS	"\"min\":1,\"q1\":2,\"median\":3,\"q3\":4,\"p99\":5,\"max\":6"
#define BEGIN	"{\"name\":\"cpuid\",\"level\":\"l2\",\"unit\":\"cycles\","
#define FIGURE	BEGIN "\"n\":10,\"repeats\":5," STATS "}"
#define FILE_OF(figures, more)	"{\"benchmarks\":[" figures "],\"tsc_khz\":2000000" more "}"

static char path[] = "/tmp/test_report.XXXXXX";
static struct report report;
static char why[200];

static int make_file(void **state)
{
	int fd = mkstemp(path);

	return fd < 0 ? -1 : close(fd);
}

static int drop_file(void **state)
{
	return unlink(path);
}

static int drop_report(void **state)
{
	report_free(&report);
	return 0;
}

static int read_text(const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	why[0] = '\0';
	return report_read(&report, path, why, sizeof(why));
}

static void refuses(const char *text, const char *reason)
{
	assert_int_equal(read_text(text), -EINVAL);
	if (!strstr(why, reason))
		fail_msg("it says: %s, not: %s", why, reason);
	report_free(&report);
}

static void comes_back(void **state)
{
	const struct figure good = {
		.name = "cpuid", .level = "l2", .unit = "cycles", .iterations = 1234, .repeats = 7,
		.inside = { 1.5, 2.25, 3, 4, 5, 60000000.125 },
		.outside = { 10, 20, 30, 40, 50, 60 }, .has_outside = true,
		.operations = 8638, .operation_p99 = 2.5, .operation_max = 70000000,
	};
	const struct figure na = {
		.name = "pio", .level = "here", .unit = "cycles", .err = -EOPNOTSUPP,
		.reason = "a \"reason\"\\ with trouble",
	};
	const struct figure bad = {
		.name = "hlt", .level = "l2", .unit = "cycles", .err = -EIO, .reason = "it broke",
	};
	struct report out = {
		.label = "L1",
		.machine = {
			.cpu = 3, .partner = 4, .model = "A CPU", .kernel = "6.12",
			.tsc_khz = 2000001,
			.clocksource = "tsc", .hypervisor = "Microsoft Hv", .backend = "hv_evmcs",
			.module = "kvm_intel", .evmcs = YES,
			.halt_poll_ns = 200000, .idle_driver = "haltpoll",
			.mitigations = { { "l1tf", "Not affected" }, { "mds", "Vulnerable" } },
			.nr_mitigations = 2,
		},
	};
	FILE *file = fopen(path, "w");

	assert_int_equal(report_add(&out, &good), 0);
	assert_int_equal(report_add(&out, &na), 0);
	assert_int_equal(report_add(&out, &bad), 0);
	assert_int_equal(report_write(&out, file), 0);
	fclose(file);
	if (report_read(&report, path, why, sizeof(why)))
		fail_msg("%s", why);
	assert_string_equal(report.label, "L1");
	assert_memory_equal(&report.machine, &out.machine, sizeof(out.machine));
	assert_int_equal(report.count, 3);
	assert_memory_equal(&report.figures[0], &good, sizeof(good));
	assert_memory_equal(&report.figures[1], &na, sizeof(na));
	assert_memory_equal(&report.figures[2], &bad, sizeof(bad));
	report_free(&out);
}

static void nothing_known(void **state)
{
	struct report out = {
		.machine = { .partner = -1, .evmcs = UNKNOWN, .halt_poll_ns = -1 }
	};
	FILE *file = fopen(path, "w");

	assert_int_equal(report_write(&out, file), 0);
	fclose(file);
	assert_int_equal(report_read(&report, path, why, sizeof(why)), 0);
	assert_memory_equal(&report.machine, &out.machine, sizeof(out.machine));
	assert_int_equal(report.count, 0);
	/* for want of a better one */
	assert_string_equal(report.label, strrchr(path, '/') + 1);
}

static void no_utf8(void **state)
{
	struct report out = { .label = "\xff\xfe" };

	assert_int_equal(report_write(&out, stdout), -EILSEQ);
}

static void minimal(void **state)
{
	assert_int_equal(read_text(FILE_OF(FIGURE, "")), 0);
	assert_int_equal(report.machine.evmcs, UNKNOWN);
	assert_int_equal(report.machine.halt_poll_ns, -1);
	assert_false(report.figures[0].has_outside);
	assert_near(report.figures[0].inside.p99, 5);
}

static void not_json(void **state)
{
	assert_int_equal(report_read(&report, "/nonexistent.json", why, sizeof(why)), -EINVAL);
	assert_non_null(strstr(why, "No such file"));
	refuses("", "expected");
	refuses("{\"benchmarks\":\n[", "line 2");
	refuses("{\"benchmarks\":[],\"benchmarks\":[]}", "duplicate");
}

static void other_json(void **state)
{
	refuses("[]", "benchmarks");
	refuses("{}", "benchmarks");
	refuses("{\"benchmarks\":{}}", "benchmarks");
	refuses("{\"benchmarks\":[]}", "machine");
	refuses("{\"benchmarks\":[],\"tsc_khz\":-1}", "machine");
	refuses("{\"benchmarks\":[],\"tsc_khz\":1.5}", "machine");
	refuses(FILE_OF("", ",\"model\":5"), "machine");
	refuses(FILE_OF("", ",\"label\":[]"), "machine");
}

static void wrong_figures(void **state)
{
	refuses(FILE_OF("5", ""), "benchmarks[0]: needs the texts");
	refuses(FILE_OF(FIGURE ",{\"name\":\"a\",\"level\":\"l2\"}", ""),
		"benchmarks[1]: needs the texts");
	refuses(FILE_OF(FIGURE "," FIGURE, ""), "benchmarks[1]: cpuid (l2) is there twice");
	refuses(FILE_OF(BEGIN STATS "}", ""), "n and repeats");
	refuses(FILE_OF(BEGIN "\"n\":0,\"repeats\":5," STATS "}", ""), "n and repeats");
	refuses(FILE_OF(BEGIN "\"n\":1,\"repeats\":5,\"min\":1}", ""), "min, q1");
	refuses(FILE_OF(BEGIN "\"n\":1,\"repeats\":5,\"outside\":{}," STATS "}", ""), "min, q1");
	refuses(FILE_OF(BEGIN "\"n\":1,\"repeats\":5,\"operation\":{\"count\":1}," STATS "}", ""),
		"operation needs");
	refuses(FILE_OF(BEGIN "\"n\":1,\"repeats\":5,\"operation\":5," STATS "}", ""),
		"operation needs");
	refuses(FILE_OF(BEGIN "\"n\":1,\"repeats\":5,"
			"\"operation\":{\"count\":1,\"p99\":2,\"max\":1}," STATS "}", ""),
		"operation: p99 and max are not in order");
	refuses(FILE_OF(BEGIN "\"n\":1,\"repeats\":5,"
			"\"min\":2,\"q1\":1,\"median\":3,\"q3\":4,\"p99\":5,\"max\":6}", ""),
		"not in order");
}

/* Texts longer than there is room for are cut, no more. */
static void long_texts(void **state)
{
	char text[5000], name[1000];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(text, sizeof(text),
		 "{\"benchmarks\":[{\"name\":\"%s\",\"level\":\"l2\",\"unit\":\"c\",\"na\":\"%s\"}],\"tsc_khz\":1,\"mitigations\":{\"%s\":\"%.100s\"}}",
		 name, name, name, name);
	assert_int_equal(read_text(text), 0);
	assert_int_equal(strlen(report.figures[0].name), sizeof(report.figures[0].name) - 1);
	assert_int_equal(strlen(report.figures[0].reason), sizeof(report.figures[0].reason) - 1);
	assert_int_equal(report.machine.nr_mitigations, 1);
}

/* Never half a character, nor what moves a cursor. */
static void odd_texts(void **state)
{
	assert_int_equal(read_text("{\"benchmarks\":[],\"tsc_khz\":1,\"model\":\"\\u001b[1m\\u007f\","
				   "\"backend\":\"123456789012345\xc3\xa4\",\"partner\":-2}"), 0);
	assert_string_equal(report.machine.model, "?[1m?");
	assert_string_equal(report.machine.backend, "123456789012345");
	assert_int_equal(report.machine.partner, -1);
	report_free(&report);
	assert_int_equal(read_text("{\"benchmarks\":[],\"tsc_khz\":1,"
				   "\"backend\":\"12345678901234\xc3\xa4\"}"), 0);
	assert_string_equal(report.machine.backend, "12345678901234");
}

static void many_mitigations(void **state)
{
	char text[8000] = "{\"benchmarks\":[],\"tsc_khz\":1,\"mitigations\":{\"m\":null";
	size_t used = strlen(text);
	int i;

	for (i = 0; i < 100; i++)
		used += sprintf(text + used, ",\"m%d\":\"Vulnerable\"", i);
	strcpy(text + used, "}}");
	assert_int_equal(read_text(text), 0);
	assert_int_equal(report.machine.nr_mitigations, MACHINE_MAX_MITIGATIONS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(comes_back, drop_report),
		cmocka_unit_test_teardown(nothing_known, drop_report),
		cmocka_unit_test_teardown(no_utf8, drop_report),
		cmocka_unit_test_teardown(minimal, drop_report),
		cmocka_unit_test_teardown(not_json, drop_report),
		cmocka_unit_test_teardown(other_json, drop_report),
		cmocka_unit_test_teardown(wrong_figures, drop_report),
		cmocka_unit_test_teardown(long_texts, drop_report),
		cmocka_unit_test_teardown(odd_texts, drop_report),
		cmocka_unit_test_teardown(many_mitigations, drop_report),
	};

	return cmocka_run_group_tests(tests, make_file, drop_file);
}
