// SPDX-License-Identifier: GPL-2.0
/*
 * output.c - results on standard output, as a table or as JSON
 */
#include <errno.h>
#include <stdio.h>

#include "output.h"

static const char *or_none(const char *text)
{
	return text[0] ? text : "none";
}

/* A JSON string; null for an empty one. */
static void json_string(const char *text)
{
	if (!text[0]) {
		fputs("null", stdout);
		return;
	}
	putchar('"');
	for (; *text; text++) {
		unsigned char c = *text;

		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void json_member(const char *name, const char *text)
{
	printf("\"%s\":", name);
	json_string(text);
}

static void json_stats(const struct stats *stats)
{
	printf("\"min\":%.2f,\"median\":%.2f,\"max\":%.2f", stats->min, stats->median, stats->max);
}

static void json_result(const struct output *output, const struct bench_result *result)
{
	printf("%s\n{", output->results ? "," : "");
	json_member("name", result->bench->name);
	putchar(',');
	json_member("level", result->level);
	putchar(',');
	json_member("unit", result->bench->unit);
	putchar(',');
	if (result->err) {
		json_member(result->err == -EOPNOTSUPP ? "na" : "error", result->reason);
	} else {
		printf("\"n\":%llu,\"repeats\":%u,", (unsigned long long)result->iterations,
		       result->repeats);
		json_stats(&result->inside);
		if (result->has_outside) {
			fputs(",\"outside\":{", stdout);
			json_stats(&result->outside);
			putchar('}');
		}
	}
	putchar('}');
}

static void text_result(const struct bench_result *result)
{
	printf("%-15s %-5s ", result->bench->name, result->level);
	if (result->err) {
		printf("%s: %s\n", result->err == -EOPNOTSUPP ? "n/a" : "failed", result->reason);
		return;
	}
	printf("%-7s %10llu %7u %11.1f %11.1f %11.1f ", result->bench->unit,
	       (unsigned long long)result->iterations, result->repeats, result->inside.min,
	       result->inside.median, result->inside.max);
	if (result->has_outside)
		printf("%11.1f\n", result->outside.median);
	else
		printf("%11s\n", "-");
}

/**
 * output_begin() - write what comes before the results
 * @output: where to; json and machine are set, results is 0
 */
void output_begin(struct output *output)
{
	const struct machine *machine = output->machine;

	if (output->json) {
		fputs("{\"benchmarks\":[", stdout);
		return;
	}
	printf("CPU %d, TSC %llu kHz, clocksource %s, hypervisor %s, KVM backend %s", machine->cpu,
	       (unsigned long long)machine->tsc_khz, or_none(machine->clocksource),
	       or_none(machine->hypervisor), or_none(machine->backend));
	if (machine->evmcs >= 0)
		printf(" %s enlightened VMCS", machine->evmcs ? "with" : "without");
	printf("\n%-15s %-5s %-7s %10s %7s %11s %11s %11s %11s\n", "NAME", "LEVEL", "UNIT", "N",
	       "REPEATS", "MIN", "MEDIAN", "MAX", "OUTSIDE");
	fflush(stdout);
}

/**
 * output_result() - write one result, at once
 * @output: where to, after output_begin()
 * @result: the result
 */
void output_result(struct output *output, const struct bench_result *result)
{
	if (output->json)
		json_result(output, result);
	else
		text_result(result);
	output->results++;
	fflush(stdout);
}

/**
 * output_end() - write what comes after the results
 * @output: where to
 */
void output_end(struct output *output)
{
	const struct machine *machine = output->machine;

	if (!output->json)
		return;
	printf("\n],\"cpu\":%d,\"tsc_khz\":%llu,", machine->cpu,
	       (unsigned long long)machine->tsc_khz);
	json_member("clocksource", machine->clocksource);
	putchar(',');
	json_member("hypervisor", machine->hypervisor);
	putchar(',');
	json_member("backend", machine->backend);
	printf(",\"evmcs\":%s}\n",
	       machine->evmcs < 0 ? "null" : machine->evmcs ? "true" : "false");
}

/**
 * output_list() - write the table of benchmarks
 */
void output_list(void)
{
	const struct benchmark *bench;

	printf("%-15s %-8s %-7s %10s  %s\n", "NAME", "LEVELS", "UNIT", "N", "SUMMARY");
	for (bench = benchmarks; bench->name; bench++)
		printf("%-15s %-8s %-7s %10llu  %s\n", bench->name,
		       bench->here && bench->l2 ? "here,l2" : bench->here ? "here" : "l2",
		       bench->unit, (unsigned long long)bench->iterations, bench->summary);
}
