// SPDX-License-Identifier: GPL-2.0
/*
 * report.c - the figures of a run and the machine they are from
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

/**
 * report_add() - take a copy of a figure into a report
 * @report: the report
 * @figure: the figure
 *
 * Return: 0 or -ENOMEM.
 */
int report_add(struct report *report, const struct figure *figure)
{
	struct figure *figures = reallocarray(report->figures, report->count + 1, sizeof(*figures));

	if (!figures)
		return -ENOMEM;
	figures[report->count++] = *figure;
	report->figures = figures;
	return 0;
}

/**
 * report_find() - look a figure up
 * @report: where
 * @name: of its benchmark
 * @level: "here" or "l2"
 *
 * Return: the first such figure, or NULL.
 */
const struct figure *report_find(const struct report *report, const char *name, const char *level)
{
	size_t i;

	for (i = 0; i < report->count; i++)
		if (!strcmp(report->figures[i].name, name) &&
		    !strcmp(report->figures[i].level, level))
			return &report->figures[i];
	return NULL;
}

/**
 * report_free() - give back what a report holds
 * @report: the report, filled or zero
 */
void report_free(struct report *report)
{
	free(report->figures);
	memset(report, 0, sizeof(*report));
}
