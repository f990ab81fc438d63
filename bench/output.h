/* SPDX-License-Identifier: GPL-2.0 */
/*
 * output.h - what hvbench has to say, as tables
 *
 * Running out of memory for a table ends the program.
 */
#ifndef HVBENCH_OUTPUT_H
#define HVBENCH_OUTPUT_H

#include "columns.h"
#include "report.h"

/**
 * struct output_kind - one kind of table
 * @name: of its array in JSON
 * @columns: those it can have
 * @usual: those it has if nobody says otherwise
 */
struct output_kind {
	const char *name;
	const struct column *columns;
	const char *usual;
};

extern const struct output_kind output_list_kind, output_machine_kind, output_report_kind,
				output_compare_kind;

void output_list(const struct columns *columns);
void output_machine(const struct machine *machine, const struct columns *columns);
int output_report(const struct report *report, const struct columns *columns);
void output_compare(const struct report *first, const struct report *second,
		    const struct columns *columns);
int output_levels(const struct report *reports, size_t count, const struct columns *style);

#endif /* HVBENCH_OUTPUT_H */
