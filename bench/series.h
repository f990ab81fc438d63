/* SPDX-License-Identifier: GPL-2.0 */
/*
 * series.h - reports side by side: one series for each level in each report
 */
#ifndef HVBENCH_SERIES_H
#define HVBENCH_SERIES_H

#include "report.h"

/**
 * struct series - the figures of one level in one report
 * @label: what to call it: the report's label, with "/l2" for a tiny guest, and with
 *	"#2" and so on if another series has that name
 * @report: the report
 * @level: the level
 */
struct series {
	char label[80];
	const struct report *report;
	const char *level;
};

/**
 * struct series_set - reports side by side
 * @series: the columns
 * @count: how many
 * @names: the rows: every benchmark that a report has, in the order of first appearance
 * @nr_names: how many
 *
 * Points into the reports.
 */
struct series_set {
	struct series *series;
	size_t count;
	const char **names;
	size_t nr_names;
};

int series_make(struct series_set *set, const struct report *reports, size_t count);
const struct figure *series_figure(const struct series *series, const char *name);
void series_free(struct series_set *set);

#endif /* HVBENCH_SERIES_H */
