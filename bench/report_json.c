// SPDX-License-Identifier: GPL-2.0
/*
 * report_json.c - reports as JSON
 *
 * One object on one line, so that it can be picked out of a guest's console.
 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "report_json.h"

#define FORMAT	(JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(12))

/* An empty text is null. */
static json_t *text(const char *value)
{
	return value[0] ? json_string(value) : json_null();
}

static json_t *stats_object(const struct stats *stats)
{
	return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f}", "min", stats->min, "q1", stats->q1,
			 "median", stats->median, "q3", stats->q3, "p99", stats->p99,
			 "max", stats->max, "spread", stats_spread(stats));
}

static json_t *figure_object(const struct figure *figure)
{
	json_t *object = json_pack("{s:s, s:s, s:s}", "name", figure->name, "level", figure->level,
				   "unit", figure->unit);

	if (figure->err) {
		json_object_set_new(object, figure->err == -EOPNOTSUPP ? "na" : "error",
				    json_string(figure->reason));
		return object;
	}
	json_object_set_new(object, "n", json_integer(figure->iterations));
	json_object_set_new(object, "repeats", json_integer(figure->repeats));
	json_object_update_new(object, stats_object(&figure->inside));
	if (figure->operations)
		json_object_set_new(object, "operation",
				    json_pack("{s:I, s:f, s:f}",
					      "count", (json_int_t)figure->operations,
					      "p99", figure->operation_p99,
					      "max", figure->operation_max));
	if (figure->has_outside)
		json_object_set_new(object, "outside", stats_object(&figure->outside));
	return object;
}

static json_t *machine_object(const struct machine *machine)
{
	json_t *mitigations = json_object(), *partner;
	size_t i;

	for (i = 0; i < machine->nr_mitigations; i++)
		json_object_set_new(mitigations, machine->mitigations[i].name,
				    text(machine->mitigations[i].text));
	partner = machine->partner < 0 ? json_null() : json_integer(machine->partner);
	return json_pack("{s:i, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
			 "cpu", machine->cpu,
			 "partner", partner,
			 "model", text(machine->model), "kernel", text(machine->kernel),
			 "tsc_khz", (json_int_t)machine->tsc_khz,
			 "clocksource", text(machine->clocksource),
			 "hypervisor", text(machine->hypervisor),
			 "backend", text(machine->backend), "module", text(machine->module),
			 "evmcs", machine->evmcs == UNKNOWN ? json_null() :
						    json_boolean(machine->evmcs == YES),
			 "halt_poll_ns", machine->halt_poll_ns < 0 ? json_null() :
							json_integer(machine->halt_poll_ns),
			 "idle_driver", text(machine->idle_driver),
			 "mitigations", mitigations);
}

/**
 * report_is_text() - whether a text can be written
 * @text: the text
 *
 * Return: true if it is UTF-8.
 */
bool report_is_text(const char *text)
{
	json_t *string = json_string(text);

	json_decref(string);
	return string;
}

/**
 * report_write() - write a report
 * @report: the report
 * @file: where to
 *
 * Return: 0, -ENOMEM, or -EILSEQ when a text in it is not UTF-8; errors of @file are for the caller
 * to find.
 */
int report_write(const struct report *report, FILE *file)
{
	json_t *figures = json_array(), *machine, *root;
	bool made;
	char *line;
	size_t i;

	for (i = 0; i < report->count; i++)
		json_array_append_new(figures, figure_object(&report->figures[i]));
	made = json_array_size(figures) == report->count;
	root = json_pack("{s:o, s:o}", "benchmarks", figures, "label", text(report->label));
	machine = machine_object(&report->machine);
	/* What could not be made is NULL, and nothing can be put into or taken from that. */
	made = made && !json_object_update(root, machine);
	json_decref(machine);
	if (!made) {
		json_decref(root);
		return -EILSEQ;
	}
	line = json_dumps(root, FORMAT);
	json_decref(root);
	if (!line)
		return -ENOMEM;
	fprintf(file, "%s\n", line);
	free(line);
	return 0;
}

/*
 * Copies UTF-8, cut between two characters where it is too long, and '?' for what moves a cursor: a
 * file may be anybody's.
 */
static void copy_text(char *out, size_t size, const char *from)
{
	size_t length = strnlen(from, size), i;

	if (length == size)
		for (length--; length && (from[length] & 0xc0) == 0x80; length--)
			;
	for (i = 0; i < length; i++)
		out[i] = (unsigned char)from[i] < ' ' || from[i] == 0x7f ? '?' : from[i];
	out[length] = '\0';
}

/* Copies a member that is a text or null; false if it is neither, or must be there and is not. */
static bool get_text(const json_t *object, const char *key, bool must, char *out, size_t size)
{
	const json_t *value = json_object_get(object, key);

	out[0] = '\0';
	if (!value || json_is_null(value))
		return !must;
	copy_text(out, size, json_is_string(value) ? json_string_value(value) : "");
	return json_is_string(value);
}

static const char *get_stats(json_t *object, struct stats *stats)
{
	json_error_t error;

	if (json_unpack_ex(object, &error, 0, "{s:F, s:F, s:F, s:F, s:F, s:F}", "min", &stats->min,
			   "q1", &stats->q1, "median", &stats->median, "q3", &stats->q3,
			   "p99", &stats->p99, "max", &stats->max))
		return "needs the numbers min, q1, median, q3, p99 and max";
	if (stats->min < 0 || stats->q1 < stats->min || stats->median < stats->q1 ||
	    stats->q3 < stats->median || stats->p99 < stats->q3 || stats->max < stats->p99)
		return "min, q1, median, q3, p99 and max are not in order";
	return NULL;
}

static const char *get_operation(json_t *object, struct figure *figure)
{
	json_int_t count;

	if (json_unpack(object, "{s:I, s:F, s:F}", "count", &count, "p99", &figure->operation_p99,
			"max", &figure->operation_max) || count < 1)
		return "operation needs the numbers count, p99 and max";
	if (figure->operation_p99 < 0 || figure->operation_max < figure->operation_p99)
		return "operation: p99 and max are not in order";
	figure->operations = count;
	return NULL;
}

/* Returns what is wrong, or NULL. */
static const char *get_figure(json_t *object, struct figure *figure)
{
	json_t *operation = json_object_get(object, "operation");
	json_t *outside = json_object_get(object, "outside");
	const char *wrong = NULL;
	json_int_t n, repeats;

	if (!get_text(object, "name", true, figure->name, sizeof(figure->name)) ||
	    !get_text(object, "level", true, figure->level, sizeof(figure->level)) ||
	    !get_text(object, "unit", true, figure->unit, sizeof(figure->unit)))
		return "needs the texts name, level and unit";
	if (get_text(object, "na", true, figure->reason, sizeof(figure->reason))) {
		figure->err = -EOPNOTSUPP;
		return NULL;
	}
	if (get_text(object, "error", true, figure->reason, sizeof(figure->reason))) {
		figure->err = -EIO;
		return NULL;
	}
	if (json_unpack(object, "{s:I, s:I}", "n", &n, "repeats", &repeats) || n < 1 ||
	    repeats < 1 || repeats > UINT32_MAX)
		return "needs the numbers n and repeats, from 1";
	figure->iterations = n;
	figure->repeats = repeats;
	figure->has_outside = json_is_object(outside);
	if (figure->has_outside)
		wrong = get_stats(outside, &figure->outside);
	if (!wrong && operation)
		wrong = get_operation(operation, figure);
	return wrong ? wrong : get_stats(object, &figure->inside);
}

static void get_mitigations(const json_t *object, struct machine *machine)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)object, name, value) {
		struct mitigation *m = &machine->mitigations[machine->nr_mitigations];

		if (machine->nr_mitigations == MACHINE_MAX_MITIGATIONS)
			break;
		copy_text(m->name, sizeof(m->name), name);
		get_text(object, name, false, m->text, sizeof(m->text));
		machine->nr_mitigations++;
	}
}

/* A whole number from 0 to @max, else -1. */
static json_int_t get_number(const json_t *value, json_int_t max)
{
	json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;

	return number >= 0 && number <= max ? number : -1;
}

static bool get_machine(json_t *root, struct machine *m)
{
	const json_int_t khz = get_number(json_object_get(root, "tsc_khz"), INT64_MAX);
	const json_t *evmcs = json_object_get(root, "evmcs");

	m->cpu = get_number(json_object_get(root, "cpu"), INT_MAX);
	m->partner = get_number(json_object_get(root, "partner"), INT_MAX);
	m->tsc_khz = khz;
	m->evmcs = json_is_boolean(evmcs) ? answer_of(json_is_true(evmcs)) : UNKNOWN;
	m->halt_poll_ns = get_number(json_object_get(root, "halt_poll_ns"), INT64_MAX);
	get_mitigations(json_object_get(root, "mitigations"), m);
	return khz >= 0 &&
	       get_text(root, "model", false, m->model, sizeof(m->model)) &&
	       get_text(root, "kernel", false, m->kernel, sizeof(m->kernel)) &&
	       get_text(root, "clocksource", false, m->clocksource, sizeof(m->clocksource)) &&
	       get_text(root, "hypervisor", false, m->hypervisor, sizeof(m->hypervisor)) &&
	       get_text(root, "backend", false, m->backend, sizeof(m->backend)) &&
	       get_text(root, "idle_driver", false, m->idle_driver, sizeof(m->idle_driver)) &&
	       get_text(root, "module", false, m->module, sizeof(m->module));
}

/* The name of the file without folders and ".json", for a report that has no name of its own. */
static void label_by_path(struct report *report, const char *path)
{
	const char *base = strrchr(path, '/');
	size_t length;
	char *c;

	base = base ? base + 1 : path;
	copy_text(report->label, sizeof(report->label), base);
	length = strlen(base);
	if (length < sizeof(report->label) && length > 5 && !strcmp(base + length - 5, ".json"))
		report->label[length - 5] = '\0';
	for (c = report->label; *c && !report_is_text(report->label); c++)
		if (*c & 0x80)
			*c = '?';
}

static int get_report(json_t *root, struct report *report, const char *path, char *why, size_t size)
{
	const json_t *figures = json_object_get(root, "benchmarks");
	json_t *object;
	size_t i;

	if (!json_is_array(figures)) {
		snprintf(why, size, "no array \"benchmarks\": is this a file of hvbench -J?");
		return -EINVAL;
	}
	if (!get_machine(root, &report->machine) ||
	    !get_text(root, "label", false, report->label, sizeof(report->label))) {
		snprintf(why, size, "no tsc_khz, or members on the machine of wrong types");
		return -EINVAL;
	}
	if (!report->label[0])
		label_by_path(report, path);
	json_array_foreach(figures, i, object) {
		struct figure figure = { 0 };
		const char *wrong = get_figure(object, &figure);

		if (wrong) {
			snprintf(why, size, "benchmarks[%zu]: %s", i, wrong);
			return -EINVAL;
		}
		if (report_find(report, figure.name, figure.level)) {
			snprintf(why, size, "benchmarks[%zu]: %s (%s) is there twice", i,
				 figure.name, figure.level);
			return -EINVAL;
		}
		if (report_add(report, &figure)) {
			snprintf(why, size, "no memory");
			return -ENOMEM;
		}
	}
	return 0;
}

/**
 * report_read() - read what report_write() wrote
 * @report: where it goes; give it back with report_free(), also after an error
 * @path: the file
 * @why: where the reason goes when it cannot be read
 * @size: room for it
 *
 * Return: 0, or -EINVAL (no such file, no JSON, or JSON of something else) or -ENOMEM.
 */
int report_read(struct report *report, const char *path, char *why, size_t size)
{
	json_error_t error;
	json_t *root;
	int err;

	memset(report, 0, sizeof(*report));
	root = json_load_file(path, JSON_REJECT_DUPLICATES, &error);
	if (!root) {
		if (error.line > 0)
			snprintf(why, size, "line %d: %s", error.line, error.text);
		else
			snprintf(why, size, "%s", error.text);
		return -EINVAL;
	}
	err = get_report(root, report, path, why, size);
	json_decref(root);
	return err;
}
