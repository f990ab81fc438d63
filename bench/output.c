// SPDX-License-Identifier: GPL-2.0
/*
 * output.c - what hvbench has to say, as tables
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "compare.h"
#include "output.h"
#include "report_json.h"
#include "series.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

enum { LIST_NAME, LIST_BARE, LIST_L1, LIST_L2, LIST_TINY, LIST_UNIT, LIST_N, LIST_SUMMARY,
       LIST_WHY_NOT };
static const struct column list_columns[] = {
	[LIST_NAME] = { "NAME", "what to type", },
	[LIST_BARE] = { "BARE", "makes sense on bare metal", },
	[LIST_L1] = { "L1", "makes sense in a virtual machine", },
	[LIST_L2] = { "L2", "makes sense in a Linux guest of that", },
	[LIST_TINY] = { "--L2", "runs in the tiny guest that --l2 starts", },
	[LIST_UNIT] = { "UNIT", "unit of the figures, per operation", },
	[LIST_N] = { "N", "operations per repeat", .number = true },
	[LIST_SUMMARY] = { "SUMMARY", "what one operation is", },
	[LIST_WHY_NOT] = { "WHY-NOT", "why it says n/a elsewhere", .extra = true },
};

enum { FIGURE_NAME, FIGURE_LEVEL, FIGURE_UNIT, FIGURE_N, FIGURE_REPEATS, FIGURE_MIN, FIGURE_MEDIAN,
       FIGURE_P99, FIGURE_MAX, FIGURE_SPREAD, FIGURE_OUTSIDE, FIGURE_NOTE, FIGURE_Q1, FIGURE_Q3 };
static const struct column figure_columns[] = {
	[FIGURE_NAME] = { "NAME", "the benchmark", },
	[FIGURE_LEVEL] = { "LEVEL", "\"here\", or \"l2\" for a tiny guest of our own", },
	[FIGURE_UNIT] = { "UNIT", "unit of the figures, per operation", },
	[FIGURE_N] = { "N", "operations per repeat", .number = true },
	[FIGURE_REPEATS] = { "REPEATS", "number of repeats", .number = true },
	[FIGURE_MIN] = { "MIN", "the least of the repeats", .number = true },
	[FIGURE_MEDIAN] = { "MEDIAN", "the one in the middle", .number = true },
	[FIGURE_P99] = { "P99", "99 of 100 repeats lie below", .number = true },
	[FIGURE_MAX] = { "MAX", "the greatest of the repeats", .number = true },
	[FIGURE_SPREAD] = { "SPREAD", "distance of the quartiles, in percent of the median",
			    .number = true },
	[FIGURE_OUTSIDE] = { "OUTSIDE", "median that the host of the tiny guest measured",
			     .number = true },
	[FIGURE_NOTE] = { "NOTE", "why there are no figures", },
	[FIGURE_Q1] = { "Q1", "a quarter of the repeats lies below", .number = true,
			.extra = true },
	[FIGURE_Q3] = { "Q3", "three quarters of the repeats lie below", .number = true,
			.extra = true },
};

enum { COMPARE_NAME, COMPARE_LEVEL, COMPARE_UNIT, COMPARE_FIRST, COMPARE_SECOND, COMPARE_RATIO,
       COMPARE_NOISE, COMPARE_VERDICT };
static const struct column compare_columns[] = {
	[COMPARE_NAME] = { "NAME", "the benchmark", },
	[COMPARE_LEVEL] = { "LEVEL", "\"here\", or \"l2\" for a tiny guest of our own", },
	[COMPARE_UNIT] = { "UNIT", "unit of the medians, per operation", },
	[COMPARE_FIRST] = { "A", "median in the first file", .number = true },
	[COMPARE_SECOND] = { "B", "median in the second file", .number = true },
	[COMPARE_RATIO] = { "RATIO", "B over A", .number = true },
	[COMPARE_NOISE] = { "NOISE", "of the ratio, plus or minus: half the distance of the "
			    "quartiles, of A and B together", .number = true },
	[COMPARE_VERDICT] = { "VERDICT", "what B is: less, more, or the same within noise", },
};

const struct output_columns output_list_columns = {
	"--list", list_columns, COUNT(list_columns)
};
const struct output_columns output_figure_columns = {
	"figures", figure_columns, COUNT(figure_columns)
};
const struct output_columns output_compare_columns = {
	"--compare", compare_columns, COUNT(compare_columns)
};

static const char *yes(bool is)
{
	return is ? "yes" : "-";
}

/**
 * output_list() - write the table of benchmarks
 * @style: how
 *
 * Return: 0 or the errno of what failed.
 */
int output_list(const struct table_style *style)
{
	struct table *table = table_new("benchmarks", list_columns, COUNT(list_columns), style);
	const struct benchmark *bench;

	for (bench = benchmarks; bench->name; bench++) {
		table_line(table);
		table_set(table, LIST_NAME, "%s", bench->name);
		table_set(table, LIST_BARE, "%s", yes(bench->here));
		table_set(table, LIST_L1, "%s", yes(bench->here));
		table_set(table, LIST_L2, "%s", yes(bench->here && !bench->is_host));
		table_set(table, LIST_TINY, "%s", yes(bench->l2));
		table_set(table, LIST_UNIT, "%s", bench->unit);
		table_set(table, LIST_N, "%llu", (unsigned long long)bench->iterations);
		table_set(table, LIST_SUMMARY, "%s", bench->summary);
		if (bench->why_not)
			table_set(table, LIST_WHY_NOT, "%s", bench->why_not);
	}
	return table_print(table);
}

static const char *or_else(const char *text, const char *other)
{
	return text[0] ? text : other;
}

/* Of each vulnerability that the CPU has: whether it is mitigated; the rest is for JSON. */
static void output_mitigations(const struct machine *machine)
{
	static const char *const kinds[] = { "Mitigation", "Vulnerable" };
	static const char *const titles[] = { "Mitigated", "Vulnerable" };
	size_t kind, i;

	for (kind = 0; kind < COUNT(kinds); kind++) {
		printf("%s:", titles[kind]);
		for (i = 0; i < machine->nr_mitigations; i++)
			if (strstr(machine->mitigations[i].text, kinds[kind]))
				printf(" %s", machine->mitigations[i].name);
		putchar('\n');
	}
}

/**
 * output_machine() - write what a machine is, in lines
 * @machine: the machine
 */
void output_machine(const struct machine *machine)
{
	printf("CPU: %s", or_else(machine->model, "unknown"));
	if (machine->cpu >= 0)
		printf(", on CPU %d", machine->cpu);
	if (machine->partner >= 0)
		printf(", second thread on CPU %d", machine->partner);
	printf("\nKernel: %s\n", or_else(machine->kernel, "unknown"));
	if (machine->tsc_khz)
		printf("TSC: %llu kHz\n", (unsigned long long)machine->tsc_khz);
	printf("Clocksource: %s\n", or_else(machine->clocksource, "unknown"));
	printf("Hypervisor: %s\n", or_else(machine->hypervisor, "none"));
	printf("KVM backend: %s", or_else(machine->backend, "none"));
	if (strcmp(machine->backend, machine->module))
		printf(", loaded as %s", machine->module);
	if (machine->evmcs >= 0)
		printf(", %s enlightened VMCS", machine->evmcs ? "with" : "without");
	putchar('\n');
	output_mitigations(machine);
}

static void report_line(struct table *table, const struct figure *figure)
{
	const struct stats *stats = &figure->inside;

	table_line(table);
	table_set(table, FIGURE_NAME, "%s", figure->name);
	table_set(table, FIGURE_LEVEL, "%s", figure->level);
	table_set(table, FIGURE_UNIT, "%s", figure->unit);
	if (figure->err) {
		table_set(table, FIGURE_NOTE, "%s: %s",
			  figure->err == -EOPNOTSUPP ? "n/a" : "failed", figure->reason);
		return;
	}
	table_set(table, FIGURE_N, "%llu", (unsigned long long)figure->iterations);
	table_set(table, FIGURE_REPEATS, "%u", figure->repeats);
	table_set(table, FIGURE_MIN, "%.1f", stats->min);
	table_set(table, FIGURE_Q1, "%.1f", stats->q1);
	table_set(table, FIGURE_MEDIAN, "%.1f", stats->median);
	table_set(table, FIGURE_Q3, "%.1f", stats->q3);
	table_set(table, FIGURE_P99, "%.1f", stats->p99);
	table_set(table, FIGURE_MAX, "%.1f", stats->max);
	table_set(table, FIGURE_SPREAD, "%.1f", stats_spread(stats) * 100);
	if (figure->has_outside)
		table_set(table, FIGURE_OUTSIDE, "%.1f", figure->outside.median);
}

/**
 * output_report() - write the figures of a run
 * @report: the run
 * @style: how; JSON is the whole report, see report_json.c
 *
 * Return: 0 or the errno of what failed.
 */
int output_report(const struct report *report, const struct table_style *style)
{
	struct table *table;
	size_t i;

	if (style->format == TABLE_JSON)
		return report_write(report, stdout);
	if (style->format == TABLE_TEXT && style->headings) {
		output_machine(&report->machine);
		putchar('\n');
	}
	table = table_new("figures", figure_columns, COUNT(figure_columns), style);
	for (i = 0; i < report->count; i++)
		report_line(table, &report->figures[i]);
	return table_print(table);
}

static void set_median(struct table *table, size_t column, const struct figure *figure)
{
	if (figure && !figure->err)
		table_set(table, column, "%.1f", figure->inside.median);
}

static void compare_line(struct table *table, const struct figure *first,
			 const struct figure *second)
{
	static const char *const words[] = {
		[VERDICT_SAME] = "same", [VERDICT_LESS] = "less", [VERDICT_MORE] = "more",
	};
	const struct comparison c = compare_figures(first, second);
	const struct figure *either = first ? first : second;

	table_line(table);
	table_set(table, COMPARE_NAME, "%s", either->name);
	table_set(table, COMPARE_LEVEL, "%s", either->level);
	table_set(table, COMPARE_UNIT, "%s", either->unit);
	set_median(table, COMPARE_FIRST, first);
	set_median(table, COMPARE_SECOND, second);
	if (!isnan(c.ratio))
		table_set(table, COMPARE_RATIO, "%.3f", c.ratio);
	if (!isnan(c.noise))
		table_set(table, COMPARE_NOISE, "%.3f", c.noise);
	if (c.verdict != VERDICT_NONE)
		table_set(table, COMPARE_VERDICT, "%s", words[c.verdict]);
}

/**
 * output_compare() - write ratios of two reports
 * @first: what the ratios are over
 * @second: the other
 * @style: how
 *
 * Return: 0 or the errno of what failed.
 */
int output_compare(const struct report *first, const struct report *second,
		   const struct table_style *style)
{
	struct table *table = table_new("comparison", compare_columns, COUNT(compare_columns),
					style);
	const struct figure *figure;
	size_t i;

	if (style->format == TABLE_TEXT && style->headings)
		printf("A: %s, B: %s\n", first->label, second->label);
	for (i = 0; i < first->count; i++) {
		figure = &first->figures[i];
		compare_line(table, figure, report_find(second, figure->name, figure->level));
	}
	for (i = 0; i < second->count; i++) {
		figure = &second->figures[i];
		if (!report_find(first, figure->name, figure->level))
			compare_line(table, NULL, figure);
	}
	return table_print(table);
}

static void levels_line(struct table *table, const struct series_set *set, size_t row, bool json)
{
	size_t i;

	table_line(table);
	table_set(table, 0, "%s", set->names[row]);
	for (i = 0; i < set->count; i++) {
		const struct figure *figure = series_figure(&set->series[i], set->names[row]);

		if (!figure)
			continue;
		table_set(table, 1, "%s", figure->unit);
		if (!figure->err)
			table_set(table, 2 + i, "%.1f", figure->inside.median);
		else if (!json)
			table_set(table, 2 + i, "%s",
				  figure->err == -EOPNOTSUPP ? "n/a" : "failed");
	}
}

/**
 * output_levels() - write the medians of reports side by side
 * @reports: the reports
 * @count: how many
 * @style: how; its choice of columns is not for this table
 *
 * Return: 0, -E2BIG for more reports and levels than a table has columns, or the errno of what
 * failed.
 */
int output_levels(const struct report *reports, size_t count, const struct table_style *style)
{
	struct column columns[TABLE_MAX_COLUMNS] = { { .name = "NAME" }, { .name = "UNIT" } };
	struct series_set set;
	struct table *table;
	size_t i;
	int err = series_make(&set, reports, count);

	if (!err && set.count + 2 > TABLE_MAX_COLUMNS)
		err = -E2BIG;
	if (err)
		goto out;
	for (i = 0; i < set.count; i++)
		columns[2 + i] = (struct column){ .name = set.series[i].label, .number = true };
	table = table_new("levels", columns, set.count + 2, style);
	for (i = 0; i < set.nr_names; i++)
		levels_line(table, &set, i, style->format == TABLE_JSON);
	err = table_print(table);
out:
	series_free(&set);
	return err;
}
