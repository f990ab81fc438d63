// SPDX-License-Identifier: GPL-2.0
/*
 * series.c - reports side by side: one series for each level in each report
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "series.h"

static bool is_taken(const struct series_set *set, const char *label)
{
	size_t i;

	for (i = 0; i < set->count; i++)
		if (!strcmp(set->series[i].label, label))
			return true;
	return false;
}

/* Labels tell the series apart: in a legend, and as keys of JSON. */
static void set_label(const struct series_set *set, struct series *series)
{
	char plain[sizeof(series->report->label) + sizeof(((struct figure *)0)->level)];
	bool here = !strcmp(series->level, "here");
	unsigned int number = 1;

	snprintf(plain, sizeof(plain), "%s%s%s", series->report->label, here ? "" : "/",
		 here ? "" : series->level);
	snprintf(series->label, sizeof(series->label), "%s", plain);
	while (is_taken(set, series->label))
		snprintf(series->label, sizeof(series->label), "%.68s#%u", plain, ++number);
}

static int add_series(struct series_set *set, const struct report *report, const char *level)
{
	struct series *series;
	size_t i;

	for (i = 0; i < set->count; i++)
		if (set->series[i].report == report && !strcmp(set->series[i].level, level))
			return 0;
	series = reallocarray(set->series, set->count + 1, sizeof(*series));
	if (!series)
		return -ENOMEM;
	set->series = series;
	series += set->count;
	series->report = report;
	series->level = level;
	set_label(set, series);
	set->count++;
	return 0;
}

/* "here" comes first, also where the first figure is of a benchmark that has none there. */
static int add_levels(struct series_set *set, const struct report *report)
{
	int pass, err = 0;
	size_t i;

	for (pass = 0; pass < 2; pass++)
		for (i = 0; i < report->count && !err; i++)
			if (pass || !strcmp(report->figures[i].level, "here"))
				err = add_series(set, report, report->figures[i].level);
	return err;
}

static int add_name(struct series_set *set, const char *name)
{
	const char **names;
	size_t i;

	for (i = 0; i < set->nr_names; i++)
		if (!strcmp(set->names[i], name))
			return 0;
	names = reallocarray(set->names, set->nr_names + 1, sizeof(*names));
	if (!names)
		return -ENOMEM;
	set->names = names;
	names[set->nr_names++] = name;
	return 0;
}

/**
 * series_make() - put reports side by side
 * @set: where the sides go; give it back with series_free(), also after an error
 * @reports: the reports, which must outlive @set
 * @count: how many
 *
 * Return: 0 or -ENOMEM.
 */
int series_make(struct series_set *set, const struct report *reports, size_t count)
{
	size_t i, j;

	memset(set, 0, sizeof(*set));
	for (i = 0; i < count; i++) {
		int err = add_levels(set, &reports[i]);

		for (j = 0; j < reports[i].count && !err; j++)
			err = add_name(set, reports[i].figures[j].name);
		if (err)
			return err;
	}
	return 0;
}

/**
 * series_figure() - look a figure up
 * @series: where
 * @name: of its benchmark
 *
 * Return: the figure, or NULL.
 */
const struct figure *series_figure(const struct series *series, const char *name)
{
	return report_find(series->report, name, series->level);
}

/**
 * series_free() - give back what a set holds
 * @set: the set
 */
void series_free(struct series_set *set)
{
	free(set->series);
	free(set->names);
	memset(set, 0, sizeof(*set));
}
