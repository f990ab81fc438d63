// SPDX-License-Identifier: GPL-2.0
/*
 * output.c - what hvbench has to say, as tables
 */
#include <err.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "compare.h"
#include "output.h"
#include "report_json.h"
#include "series.h"

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

#define TEXT		0, 0, SCOLS_JSON_STRING
#define TAIL_MIN_REPEATS	100

#define NUMBER		0, SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER

enum { LIST_NAME, LIST_BARE, LIST_L1, LIST_L2, LIST_TINY, LIST_UNIT, LIST_N, LIST_SUMMARY,
       LIST_WHY_NOT };
static const struct column list_columns[] = {
	[LIST_NAME] = { "NAME", TEXT, "what to type" },
	[LIST_BARE] = { "BARE", TEXT, "makes sense on bare metal" },
	[LIST_L1] = { "L1", TEXT, "makes sense in a virtual machine" },
	[LIST_L2] = { "L2", TEXT, "makes sense in a Linux guest of that" },
	[LIST_TINY] = { "TINY", TEXT, "runs in the tiny guest that --l2 starts" },
	[LIST_UNIT] = { "UNIT", TEXT, "unit of the figures, per operation" },
	[LIST_N] = { "N", NUMBER, "operations per repeat" },
	[LIST_SUMMARY] = { "SUMMARY", TEXT, "what one operation is" },
	[LIST_WHY_NOT] = { "WHY-NOT", TEXT, "why it says n/a elsewhere" },
	{ NULL }
};

enum { FIGURE_NAME, FIGURE_LEVEL, FIGURE_UNIT, FIGURE_N, FIGURE_REPEATS, FIGURE_MIN, FIGURE_MEDIAN,
       FIGURE_P99, FIGURE_MAX, FIGURE_SPREAD, FIGURE_OUTSIDE, FIGURE_NOTE, FIGURE_Q1, FIGURE_Q3,
       FIGURE_HIGH };
static const struct column figure_columns[] = {
	[FIGURE_NAME] = { "NAME", TEXT, "the benchmark" },
	[FIGURE_LEVEL] = { "LEVEL", TEXT, "\"here\", or \"l2\" for a tiny guest of our own" },
	[FIGURE_UNIT] = { "UNIT", TEXT, "unit of the figures, per operation" },
	[FIGURE_N] = { "N", NUMBER, "operations per repeat" },
	[FIGURE_REPEATS] = { "REPEATS", NUMBER, "number of repeats" },
	[FIGURE_MIN] = { "MIN", NUMBER, "the least of the repeats, each a mean" },
	[FIGURE_MEDIAN] = { "MEDIAN", NUMBER, "the repeat in the middle" },
	[FIGURE_P99] = { "P99", NUMBER, "99 of 100 single operations lie below, where they are "
			 "timed one by one; else of at least 100 repeats" },
	[FIGURE_MAX] = { "MAX", NUMBER, "the greatest of the same" },
	[FIGURE_SPREAD] = { "SPREAD", NUMBER, "distance of the quartiles, in percent of the median" },
	[FIGURE_OUTSIDE] = { "OUTSIDE", NUMBER, "median that the host of the tiny guest measured" },
	[FIGURE_NOTE] = { "NOTE", TEXT, "why there are no figures" },
	[FIGURE_Q1] = { "Q1", NUMBER, "a quarter of the repeats lies below" },
	[FIGURE_Q3] = { "Q3", NUMBER, "three quarters of the repeats lie below" },
	[FIGURE_HIGH] = { "HIGH", NUMBER, "the greatest of the repeats, however few" },
	{ NULL }
};

enum { COMPARE_NAME, COMPARE_LEVEL, COMPARE_UNIT, COMPARE_FIRST, COMPARE_SECOND, COMPARE_RATIO,
       COMPARE_NOISE, COMPARE_VERDICT };
static const struct column compare_columns[] = {
	[COMPARE_NAME] = { "NAME", TEXT, "the benchmark" },
	[COMPARE_LEVEL] = { "LEVEL", TEXT, "\"here\", or \"l2\" for a tiny guest of our own" },
	[COMPARE_UNIT] = { "UNIT", TEXT, "unit of the medians, per operation" },
	[COMPARE_FIRST] = { "A", NUMBER, "median in the first file" },
	[COMPARE_SECOND] = { "B", NUMBER, "median in the second file" },
	[COMPARE_RATIO] = { "RATIO", NUMBER, "B over A" },
	[COMPARE_NOISE] = { "NOISE", NUMBER, "of the ratio, plus or minus: three standard errors of "
			    "the medians of A and B together" },
	[COMPARE_VERDICT] = { "VERDICT", TEXT, "what B is: less, more, or the same within noise" },
	{ NULL }
};

enum { MACHINE_NAME, MACHINE_VALUE };
static const struct column machine_columns[] = {
	[MACHINE_NAME] = { "NAME", TEXT, "of what" },
	[MACHINE_VALUE] = { "VALUE", 0, SCOLS_FL_WRAP, SCOLS_JSON_STRING, "what this machine has" },
	{ NULL }
};

const struct output_kind output_list_kind = {
	"benchmarks", list_columns, "NAME,BARE,L1,L2,TINY,UNIT,N,SUMMARY"
};
const struct output_kind output_machine_kind = {
	"machine", machine_columns, "NAME,VALUE"
};
const struct output_kind output_report_kind = {
	"figures", figure_columns,
	"NAME,LEVEL,UNIT,N,REPEATS,MIN,MEDIAN,P99,MAX,SPREAD,OUTSIDE,NOTE"
};
const struct output_kind output_compare_kind = {
	"comparison", compare_columns, "NAME,LEVEL,UNIT,A,B,RATIO,NOISE,VERDICT"
};

static char * __attribute__((format(printf, 1, 2))) text(const char *format, ...)
{
	va_list args;
	char *string;

	va_start(args, format);
	if (vasprintf(&string, format, args) < 0)
		err(EXIT_FAILURE, "table");
	va_end(args);
	return string;
}

/* Adds a line; for people, and for awk, "-" stands for nothing. */
static void add_line(const struct columns *columns, struct libscols_table *table,
		     columns_value value, const void *object)
{
	struct libscols_line *line = columns_add(columns, table, NULL, value, object);
	size_t i;

	if (columns->format == COLUMNS_JSON || columns->format == COLUMNS_PAIRS)
		return;
	for (i = 0; i < columns->count; i++)
		if (!scols_cell_get_data(scols_line_get_cell(line, i)) &&
		    scols_line_set_data(line, i, "-"))
			err(EXIT_FAILURE, "table");
}

static char *yes(bool is)
{
	return is ? text("yes") : NULL;
}

static char *list_value(const void *object, unsigned int id)
{
	const struct benchmark *bench = object;

	switch (id) {
	case LIST_NAME:
		return text("%s", bench->name);
	case LIST_BARE:
	case LIST_L1:
		return yes(bench->here);
	case LIST_L2:
		return yes(bench->here && !bench->is_host);
	case LIST_TINY:
		return yes(bench->l2);
	case LIST_UNIT:
		return text("%s", bench->unit);
	case LIST_N:
		return text("%llu", (unsigned long long)bench->iterations);
	case LIST_SUMMARY:
		return text("%s", bench->summary);
	default:
		return bench->why_not ? text("%s", bench->why_not) : NULL;
	}
}

/**
 * output_list() - write the table of benchmarks
 * @columns: how, of output_list_kind
 */
void output_list(const struct columns *columns)
{
	struct libscols_table *table = columns_new(columns);
	const struct benchmark *bench;

	for (bench = benchmarks; bench->name; bench++)
		add_line(columns, table, list_value, bench);
	columns_print(table);
}

static const char *or_else(const char *text, const char *other)
{
	return text[0] ? text : other;
}

/* Names of the vulnerabilities of which the kernel says @kind; the rest is in JSON of a run. */
static char *mitigations(const struct machine *machine, const char *kind)
{
	char *list = text("%s", "");
	size_t i;

	for (i = 0; i < machine->nr_mitigations; i++) {
		const struct mitigation *m = &machine->mitigations[i];
		char *shorter = list;

		if (!strstr(m->text, kind))
			continue;
		list = text("%s%s%s", shorter, shorter[0] ? " " : "", m->name);
		free(shorter);
	}
	return list;
}

static char *backend(const struct machine *machine)
{
	bool renamed = machine->module[0] && strcmp(machine->backend, machine->module);

	return text("%s%s%s%s", or_else(machine->backend, "none"),
		    renamed ? ", loaded as " : "", renamed ? machine->module : "",
		    machine->evmcs == UNKNOWN ? "" : machine->evmcs == YES ?
		    ", with enlightened VMCS" : ", without enlightened VMCS");
}

/* A line of what a machine is. */
struct trait {
	const char *name;
	char *value;
};

static char *trait_value(const void *object, unsigned int id)
{
	const struct trait *trait = object;

	return id == MACHINE_NAME ? text("%s", trait->name) :
	       trait->value[0] ? text("%s", trait->value) : NULL;
}

/**
 * output_machine() - write what a machine is
 * @machine: the machine
 * @columns: how, of output_machine_kind
 */
void output_machine(const struct machine *machine, const struct columns *columns)
{
	struct trait traits[] = {
		{ "CPU", text("%s", or_else(machine->model, "unknown")) },
		{ "runs on CPU", machine->cpu < 0 ? text("%s", "") : text("%d", machine->cpu) },
		{ "partner on CPU", machine->partner < 0 ? text("%s", "") :
				    text("%d", machine->partner) },
		{ "kernel", text("%s", or_else(machine->kernel, "unknown")) },
		{ "TSC", machine->tsc_khz ? text("%llu kHz", (unsigned long long)machine->tsc_khz) :
					    text("unknown") },
		{ "clocksource", text("%s", or_else(machine->clocksource, "unknown")) },
		{ "hypervisor", text("%s", or_else(machine->hypervisor, "none")) },
		{ "KVM backend", backend(machine) },
		{ "KVM's halt polling", machine->halt_poll_ns < 0 ? text("unknown") :
			text("%lld ns", (long long)machine->halt_poll_ns) },
		{ "idle driver", text("%s", or_else(machine->idle_driver, "unknown")) },
		{ "mitigated", mitigations(machine, "Mitigation") },
		{ "vulnerable", mitigations(machine, "Vulnerable") },
		{ "not known if vulnerable", mitigations(machine, "Unknown") },
	};
	struct libscols_table *table = columns_new(columns);
	size_t i;

	for (i = 0; i < COUNT(traits); i++) {
		add_line(columns, table, trait_value, &traits[i]);
		free(traits[i].value);
	}
	columns_print(table);
}

/* The same above figures, in a table of its own. */
static void output_machine_above(const struct machine *machine)
{
	struct columns columns = {
		.table = output_machine_kind.columns, .name = output_machine_kind.name,
		.no_headings = true,
	};

	columns_choose(&columns, output_machine_kind.usual);
	output_machine(machine, &columns);
	putchar('\n');
}

static char *number(double value)
{
	return text("%.1f", value);
}

/* Of single operations; else of repeats, if they are enough to have a tail. */
static char *tail(const struct figure *figure, double of_operations, double of_repeats)
{
	if (figure->operations)
		return number(of_operations);
	return figure->repeats >= TAIL_MIN_REPEATS ? number(of_repeats) : NULL;
}

static char *measured_value(const struct figure *figure, unsigned int id)
{
	const struct stats *stats = &figure->inside;

	switch (id) {
	case FIGURE_N:
		return text("%llu", (unsigned long long)figure->iterations);
	case FIGURE_REPEATS:
		return text("%u", figure->repeats);
	case FIGURE_MIN:
		return number(stats->min);
	case FIGURE_Q1:
		return number(stats->q1);
	case FIGURE_MEDIAN:
		return number(stats->median);
	case FIGURE_Q3:
		return number(stats->q3);
	case FIGURE_P99:
		return tail(figure, figure->operation_p99, stats->p99);
	case FIGURE_MAX:
		return tail(figure, figure->operation_max, stats->max);
	case FIGURE_HIGH:
		return number(stats->max);
	case FIGURE_SPREAD:
		return number(stats_spread(stats) * 100);
	case FIGURE_OUTSIDE:
		return figure->has_outside ? number(figure->outside.median) : NULL;
	default:
		return NULL;
	}
}

static char *figure_value(const void *object, unsigned int id)
{
	const struct figure *figure = object;

	switch (id) {
	case FIGURE_NAME:
		return text("%s", figure->name);
	case FIGURE_LEVEL:
		return text("%s", figure->level);
	case FIGURE_UNIT:
		return text("%s", figure->unit);
	}
	if (!figure->err)
		return measured_value(figure, id);
	if (id == FIGURE_NOTE)
		return text("%s: %s", figure->err == -EOPNOTSUPP ? "n/a" : "failed",
			    figure->reason);
	return NULL;
}

/**
 * output_report() - write the figures of a run
 * @report: the run
 * @columns: how, of output_report_kind; JSON is the whole report, see report_json.c
 *
 * Return: 0, or for JSON as report_write().
 */
int output_report(const struct report *report, const struct columns *columns)
{
	struct libscols_table *table;
	size_t i;

	if (columns->format == COLUMNS_JSON)
		return report_write(report, stdout);
	if (columns->format == COLUMNS_TABLE && !columns->no_headings)
		output_machine_above(&report->machine);
	table = columns_new(columns);
	for (i = 0; i < report->count; i++)
		add_line(columns, table, figure_value, &report->figures[i]);
	columns_print(table);
	return 0;
}

/* Two figures of one benchmark, one of which may be missing. */
struct couple {
	const struct figure *first, *second;
	struct comparison comparison;
};

static char *median(const struct figure *figure)
{
	return figure && !figure->err ? number(figure->inside.median) : NULL;
}

static char *ratio(double value)
{
	return isnan(value) ? NULL : text("%.3f", value);
}

static char *compare_value(const void *object, unsigned int id)
{
	static const char *const words[] = {
		[VERDICT_SAME] = "same", [VERDICT_LESS] = "less", [VERDICT_MORE] = "more",
	};
	const struct couple *couple = object;
	const struct comparison *c = &couple->comparison;
	const struct figure *either = couple->first ? couple->first : couple->second;

	switch (id) {
	case COMPARE_NAME:
		return text("%s", either->name);
	case COMPARE_LEVEL:
		return text("%s", either->level);
	case COMPARE_UNIT:
		return text("%s", either->unit);
	case COMPARE_FIRST:
		return median(couple->first);
	case COMPARE_SECOND:
		return median(couple->second);
	case COMPARE_RATIO:
		return ratio(c->ratio);
	case COMPARE_NOISE:
		return ratio(c->noise);
	default:
		return c->verdict == VERDICT_NONE ? NULL : text("%s", words[c->verdict]);
	}
}

static void add_couple(const struct columns *columns, struct libscols_table *table,
		       const struct figure *first, const struct figure *second)
{
	const struct couple couple = { first, second, compare_figures(first, second) };

	add_line(columns, table, compare_value, &couple);
}

/**
 * output_compare() - write ratios of two reports
 * @first: what the ratios are over
 * @second: the other
 * @columns: how, of output_compare_kind
 */
void output_compare(const struct report *first, const struct report *second,
		    const struct columns *columns)
{
	struct libscols_table *table = columns_new(columns);
	const struct figure *figure;
	size_t i;

	if (columns->format == COLUMNS_TABLE && !columns->no_headings)
		printf("A: %s, B: %s\n", first->label, second->label);
	for (i = 0; i < first->count; i++) {
		figure = &first->figures[i];
		add_couple(columns, table, figure,
			   report_find(second, figure->name, figure->level));
	}
	for (i = 0; i < second->count; i++) {
		figure = &second->figures[i];
		if (!report_find(first, figure->name, figure->level))
			add_couple(columns, table, NULL, figure);
	}
	columns_print(table);
}

/* One benchmark in all series. */
struct across {
	const struct series_set *set;
	const char *name;
	bool json;
};

static char *levels_value(const void *object, unsigned int id)
{
	const struct across *across = object;
	const struct figure *figure = NULL;
	size_t i;

	if (id == 0)
		return text("%s", across->name);
	if (id == 1) {
		for (i = 0; i < across->set->count && !figure; i++)
			figure = series_figure(&across->set->series[i], across->name);
		return text("%s", figure->unit);
	}
	figure = series_figure(&across->set->series[id - 2], across->name);
	if (!figure || !figure->err || across->json)
		return median(figure);
	return text("%s", figure->err == -EOPNOTSUPP ? "n/a" : "failed");
}

/**
 * output_levels() - write the medians of reports side by side
 * @reports: the reports
 * @count: how many
 * @style: in which format; its columns are not for this table
 *
 * Return: 0, -ENOMEM, or -E2BIG for more reports and levels than a table has columns.
 */
int output_levels(const struct report *reports, size_t count, const struct columns *style)
{
	struct column list[COLUMNS_MAX + 1] = { { "NAME", TEXT }, { "UNIT", TEXT } };
	struct columns columns = *style;
	struct libscols_table *table;
	struct series_set set;
	size_t i;
	int error = series_make(&set, reports, count);

	if (!error && set.count + 2 > COLUMNS_MAX)
		error = -E2BIG;
	if (error)
		goto out;
	for (i = 0; i < set.count; i++)
		list[2 + i] = (struct column){ set.series[i].label, NUMBER };
	columns.table = list;
	columns.name = "levels";
	columns.all = true;
	columns_choose(&columns, NULL);
	table = columns_new(&columns);
	for (i = 0; i < set.nr_names; i++)
		add_line(&columns, table, levels_value,
			 &(struct across){ &set, set.names[i], style->format == COLUMNS_JSON });
	columns_print(table);
out:
	series_free(&set);
	return error;
}
