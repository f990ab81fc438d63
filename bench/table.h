/* SPDX-License-Identifier: GPL-2.0 */
/*
 * table.h - tables on standard output, by libsmartcols
 *
 * Running out of memory ends the program.
 */
#ifndef HVBENCH_TABLE_H
#define HVBENCH_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_MAX_COLUMNS	64

enum table_format { TABLE_TEXT, TABLE_JSON, TABLE_PAIRS, TABLE_RAW };

/**
 * struct column - one column a table can have
 * @name: heading, and what the user types
 * @help: one line
 * @number: numbers: to the right, and without quotes in JSON
 * @extra: shown only if asked for
 */
struct column {
	const char *name;
	const char *help;
	bool number;
	bool extra;
};

/**
 * struct table_style - how the user wants tables
 * @format: in which format
 * @headings: false to leave the headings out
 * @list: columns by name, separated by commas; with a "+" before them, more than the usual ones;
 *	NULL for the usual ones
 * @all: every column
 */
struct table_style {
	enum table_format format;
	bool headings;
	const char *list;
	bool all;
};

struct table;

int columns_choose(const struct column *columns, size_t count, const struct table_style *style,
		   size_t *chosen, size_t *nr_chosen, const char **unknown);
struct table *table_new(const char *name, const struct column *columns, size_t count,
			const struct table_style *style);
void table_line(struct table *table);
void table_set(struct table *table, size_t column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int table_print(struct table *table);

#endif /* HVBENCH_TABLE_H */
