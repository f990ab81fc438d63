// SPDX-License-Identifier: GPL-2.0
/*
 * table.c - tables on standard output, by libsmartcols
 */
#include <err.h>
#include <errno.h>
#include <libsmartcols/libsmartcols.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "table.h"

struct table {
	struct libscols_table *scols;
	struct libscols_line *line;
	size_t chosen[TABLE_MAX_COLUMNS];
	size_t count;
	bool blanks;
};

static size_t find(const struct column *columns, size_t count, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strlen(columns[i].name) == length && !strncasecmp(columns[i].name, name, length))
			break;
	return i;
}

/**
 * columns_choose() - find out which columns the user wants
 * @columns: those there are
 * @count: how many
 * @style: what the user said
 * @chosen: where the indices go, room for TABLE_MAX_COLUMNS
 * @nr_chosen: where their number goes
 * @unknown: where the name that is not known goes, within style->list
 *
 * Return: 0, -EINVAL for a name that is not known or missing, -E2BIG for too many.
 */
int columns_choose(const struct column *columns, size_t count, const struct table_style *style,
		   size_t *chosen, size_t *nr_chosen, const char **unknown)
{
	const char *name = style->list;
	size_t i;

	*nr_chosen = 0;
	if (!name || *name == '+' || style->all)
		for (i = 0; i < count && i < TABLE_MAX_COLUMNS; i++)
			if (style->all || !columns[i].extra)
				chosen[(*nr_chosen)++] = i;
	if (!name)
		return 0;
	name += *name == '+';
	for (;;) {
		size_t length = strcspn(name, ",");

		i = find(columns, count, name, length);
		if (i == count) {
			*unknown = name;
			return -EINVAL;
		}
		if (*nr_chosen == TABLE_MAX_COLUMNS)
			return -E2BIG;
		chosen[(*nr_chosen)++] = i;
		if (!name[length])
			return 0;
		name += length + 1;
	}
}

/* For what fails only for want of memory. */
static void must(int error)
{
	if (error)
		errx(EXIT_FAILURE, "no memory for a table");
}

static void add_column(struct table *table, const struct column *column)
{
	struct libscols_column *scols;

	scols = scols_table_new_column(table->scols, column->name, 0,
				       column->number ? SCOLS_FL_RIGHT : 0);
	must(!scols);
	if (column->number)
		must(scols_column_set_json_type(scols, SCOLS_JSON_NUMBER));
}

/**
 * table_new() - begin a table
 * @name: of its array in JSON
 * @columns: those it can have
 * @count: how many, at most TABLE_MAX_COLUMNS
 * @style: what the user wants; its list must be known to name columns only
 *
 * Return: the table; table_print() gives it back.
 */
struct table *table_new(const char *name, const struct column *columns, size_t count,
			const struct table_style *style)
{
	struct table *table = calloc(1, sizeof(*table));
	const char *unknown;
	size_t i;

	must(!table);
	must(columns_choose(columns, count, style, table->chosen, &table->count, &unknown));
	table->scols = scols_new_table();
	must(!table->scols);
	must(scols_table_set_name(table->scols, name));
	must(scols_table_enable_json(table->scols, style->format == TABLE_JSON));
	must(scols_table_enable_export(table->scols, style->format == TABLE_PAIRS));
	must(scols_table_enable_raw(table->scols, style->format == TABLE_RAW));
	must(scols_table_enable_noheadings(table->scols, !style->headings));
	table->blanks = style->format == TABLE_JSON || style->format == TABLE_PAIRS;
	for (i = 0; i < table->count; i++)
		add_column(table, &columns[table->chosen[i]]);
	return table;
}

/**
 * table_line() - begin a line
 * @table: the table
 *
 * Its cells are "-", or null in JSON and empty in pairs, until they are set.
 */
void table_line(struct table *table)
{
	size_t i;

	table->line = scols_table_new_line(table->scols, NULL);
	must(!table->line);
	for (i = 0; i < table->count && !table->blanks; i++)
		must(scols_line_set_data(table->line, i, "-"));
}

/**
 * table_set() - fill a cell of the line
 * @table: the table, after table_line()
 * @column: index among the columns it can have; nothing happens if it was not chosen
 * @format: as for printf()
 */
void table_set(struct table *table, size_t column, const char *format, ...)
{
	va_list args;
	char *text;
	size_t i;

	va_start(args, format);
	must(vasprintf(&text, format, args) < 0);
	va_end(args);
	for (i = 0; i < table->count; i++)
		if (table->chosen[i] == column)
			must(scols_line_set_data(table->line, i, text));
	free(text);
}

/**
 * table_print() - write a table and give it back
 * @table: the table
 *
 * Return: 0 or the errno of what failed.
 */
int table_print(struct table *table)
{
	int err = scols_print_table(table->scols);

	scols_unref_table(table->scols);
	free(table);
	return err;
}
