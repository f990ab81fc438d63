// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - hvbench: what an exit to the hypervisor costs, here or in a tiny L2 guest
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "machine.h"
#include "options.h"
#include "output.h"
#include "plot.h"
#include "progress.h"
#include "replace.h"
#include "report_json.h"
#include "tool.h"

/* Says a word to the caller and waits for its line. */
static int gate(const char *word)
{
	int c;

	if (puts(word) == EOF || fflush(stdout))
		return -EPIPE;
	while ((c = getchar()) != '\n')
		if (c == EOF)
			return -EPIPE;
	return 0;
}

static int failed(const char *what, int err)
{
	fprintf(stderr, "hvbench: %s: %s\n", what,
		err == -ENODATA ? "there are no figures to draw" : strerror(-err));
	return EXIT_FAILURE;
}

static int count_only(const struct request *request)
{
	struct figure figure;
	int err = machine_pin(request->bench.cpu);

	if (err)
		return failed("--cpu", err);
	if (!bench_count(bench_find(request->names[0]), request->where == WHERE_L2,
			 &request->bench, gate, &figure))
		return EXIT_SUCCESS;
	fprintf(stderr, "hvbench: %s: %s%s\n", figure.name,
		figure.err == -EOPNOTSUPP ? "n/a: " : "", figure.reason);
	return EXIT_FAILURE;
}

static int plot(const struct request *request, const struct report *reports, size_t count)
{
	const struct plot picture = { reports, count };
	int err = request->plot ? replace_file(request->plot, plot_write, &picture) : 0;

	if (err != -EINVAL)
		return err ? failed(request->plot, err) : EXIT_SUCCESS;
	fprintf(stderr, "hvbench: %s: not a file, so it is not replaced ('-' is standard output)\n",
		request->plot);
	return EXIT_FAILURE;
}

/* How a run goes: what it gives, how many of the figures are measured, and its exit status. */
struct run {
	const struct bench_options *options;
	struct report *report;
	unsigned int measured;
	int status;
};

static void run_at(struct run *run, const struct benchmark *bench, bool l2, bool by_name)
{
	struct figure figure;
	int err = bench_measure(bench, l2, run->options, &figure);

	if (report_add(run->report, &figure))
		tool_no_memory();
	run->measured += !err;
	if (err && (by_name || err != -EOPNOTSUPP))
		run->status = EXIT_FAILURE;
}

/*
 * Runs all that was named, where it was asked for; what makes sense in the tiny guest only is left
 * out here if it runs there. One that cannot run is an error if it was asked for by name; "all"
 * fails if nothing could run.
 */
static int run_all(const struct request *request, struct report *report)
{
	struct run run = { &request->bench, report };
	int i;

	for (i = 0; i < request->count; i++) {
		bool by_name = strcmp(request->names[i], "all") != 0;
		const struct benchmark *bench, *end;

		bench = by_name ? bench_find(request->names[i]) : benchmarks;
		end = by_name ? bench + 1 : NULL;
		for (; end ? bench < end : bench->name != NULL; bench++) {
			if (request->where == WHERE_HERE ||
			    (request->where == WHERE_HERE_AND_L2 && bench->here))
				run_at(&run, bench, false, by_name);
			if (request->where != WHERE_HERE)
				run_at(&run, bench, true, by_name);
		}
	}
	return run.measured ? run.status : EXIT_FAILURE;
}

static int measure(struct request *request)
{
	struct report report = { 0 };
	int status, err;

	snprintf(report.label, sizeof(report.label), "%s", request->label ? request->label : "");
	err = machine_read(&report.machine);
	if (err)
		return failed("/", err);
	report.machine.cpu = request->bench.cpu;
	report.machine.partner = request->bench.partner;
	request->bench.tsc_khz = report.machine.tsc_khz;

	err = progress_start(request->progress);
	if (err)
		return failed("progress", err);
	err = machine_pin(request->bench.cpu);
	if (err)
		return failed("--cpu", err);
	status = run_all(request, &report);
	progress_stop();
	err = output_report(&report, &request->columns);
	if (err)
		status = failed("output", err);
	if (plot(request, &report, 1))
		status = EXIT_FAILURE;
	report_free(&report);
	return status;
}

/* Reads every file that was named; those that were read are for the caller to give back. */
static int read_reports(const struct request *request, struct report *reports)
{
	char why[200];
	int i;

	for (i = 0; i < request->count; i++) {
		if (report_read(&reports[i], request->names[i], why, sizeof(why))) {
			fprintf(stderr, "hvbench: %s: %s\n", request->names[i], why);
			return EXIT_FAILURE;
		}
	}
	return EXIT_SUCCESS;
}

static void warn_text(const char *what, const struct report *first, const char *a,
		      const struct report *second, const char *b)
{
	if (strcmp(a, b))
		fprintf(stderr, "hvbench: %s: %s: %s, %s: %s\n", what, first->label,
			a[0] ? a : "unknown", second->label, b[0] ? b : "unknown");
}

static const char *mitigation(const struct machine *machine, const char *name)
{
	size_t i;

	for (i = 0; i < machine->nr_mitigations; i++)
		if (!strcmp(machine->mitigations[i].name, name))
			return machine->mitigations[i].text;
	return "";
}

static void warn_mitigations(const struct report *first, const struct report *second)
{
	const struct machine *a = &first->machine, *b = &second->machine;
	size_t i;

	for (i = 0; i < a->nr_mitigations; i++)
		warn_text(a->mitigations[i].name, first, a->mitigations[i].text, second,
			  mitigation(b, a->mitigations[i].name));
	for (i = 0; i < b->nr_mitigations; i++)
		if (!mitigation(a, b->mitigations[i].name)[0])
			warn_text(b->mitigations[i].name, first, "", second,
				  b->mitigations[i].text);
}

/*
 * What differs besides what is compared, which only the user knows. Cycles of TSCs of different
 * frequencies are not the same time.
 */
static void warn_differences(const struct report *first, const struct report *second)
{
	const struct machine *a = &first->machine, *b = &second->machine;

	warn_text("CPUs differ", first, a->model, second, b->model);
	warn_text("kernels differ", first, a->kernel, second, b->kernel);
	warn_text("clocksources differ", first, a->clocksource, second, b->clocksource);
	warn_text("idle drivers differ", first, a->idle_driver, second, b->idle_driver);
	if (a->tsc_khz > b->tsc_khz * 1.01 || b->tsc_khz > a->tsc_khz * 1.01)
		fprintf(stderr, "hvbench: TSCs differ: %s: %llu kHz, %s: %llu kHz; "
			"figures are cycles, not time\n",
			first->label, (unsigned long long)a->tsc_khz,
			second->label, (unsigned long long)b->tsc_khz);
	warn_mitigations(first, second);
}

static int show_reports(const struct request *request)
{
	struct report *reports = calloc(request->count, sizeof(*reports));
	int i, err, status;

	if (!reports)
		return failed("files", -ENOMEM);
	status = read_reports(request, reports);
	if (status)
		goto out;
	for (i = 1; i < request->count; i++)
		warn_differences(&reports[0], &reports[i]);
	if (request->mode == MODE_COMPARE) {
		output_compare(&reports[0], &reports[1], &request->columns);
	} else {
		err = output_levels(reports, request->count, &request->columns);
		if (err)
			status = failed("--table", err);
	}
	if (plot(request, reports, request->count))
		status = EXIT_FAILURE;
out:
	for (i = 0; i < request->count; i++)
		report_free(&reports[i]);
	free(reports);
	return status;
}

static int describe(const struct request *request)
{
	const char *dir = request->sysroot;
	struct machine machine;
	int err = dir ? machine_read_captured(&machine, dir) : machine_read(&machine);

	if (err)
		return failed(dir ? dir : "/", err);
	output_machine(&machine, &request->columns);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct request request;

	setlocale(LC_CTYPE, "");	/* no more: figures have decimal points */
	options_parse(argc, argv, &request);
	switch (request.mode) {
	case MODE_LIST:
		output_list(&request.columns);
		tool_leave(EXIT_SUCCESS);
	case MODE_MACHINE:
		tool_leave(describe(&request));
	case MODE_COMPARE:
	case MODE_TABLE:
		tool_leave(show_reports(&request));
	case MODE_COUNT:
		tool_leave(count_only(&request));
	default:
		tool_leave(measure(&request));
	}
}
