/* SPDX-License-Identifier: GPL-2.0 */
/*
 * output.h - what hvbench has to say, as tables
 */
#ifndef HVBENCH_OUTPUT_H
#define HVBENCH_OUTPUT_H

#include "report.h"
#include "table.h"

/**
 * struct output_columns - the columns of one kind of table
 * @title: of which
 * @columns: the columns
 * @count: how many
 */
struct output_columns {
	const char *title;
	const struct column *columns;
	size_t count;
};

extern const struct output_columns output_list_columns, output_figure_columns,
				   output_compare_columns;

int output_list(const struct table_style *style);
void output_machine(const struct machine *machine);
int output_report(const struct report *report, const struct table_style *style);
int output_compare(const struct report *first, const struct report *second,
		   const struct table_style *style);
int output_levels(const struct report *reports, size_t count, const struct table_style *style);

#endif /* HVBENCH_OUTPUT_H */
