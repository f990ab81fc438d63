// SPDX-License-Identifier: GPL-2.0
/*
 * columns.c - one table of columns drives --help, -o, --output-all and every output format
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "columns.h"
#include "text.h"
#include "tool.h"

static int set_format(struct columns *columns, enum columns_format format)
{
	if (columns->format != COLUMNS_TABLE && columns->format != format) {
		warnx("--json, --pairs and --raw exclude one another");
		return -EINVAL;
	}
	columns->format = format;
	return 0;
}

/**
 * columns_option() - take note of an option of COLUMNS_LONG_OPTIONS
 * @columns: what is asked for
 * @option: what getopt_long() returned
 * @argument: its optarg, kept
 *
 * Return: 0, -ENOENT if it is no option of ours, or -EINVAL after saying what is wrong.
 */
int columns_option(struct columns *columns, int option, const char *argument)
{
	columns->asked = true;
	switch (option) {
	case 'J':
		return set_format(columns, COLUMNS_JSON);
	case 'P':
		return set_format(columns, COLUMNS_PAIRS);
	case 'r':
		return set_format(columns, COLUMNS_RAW);
	case 'n':
		columns->no_headings = true;
		return 0;
	case 'o':
		columns->list = argument;
		return 0;
	case COLUMNS_OUTPUT_ALL:
		columns->all = true;
		return 0;
	default:
		return -ENOENT;
	}
}

static int choose_one(struct columns *columns, const char *name, size_t length)
{
	unsigned int id;

	for (id = 0; columns->table[id].name; id++)
		if (strlen(columns->table[id].name) == length &&
		    !strncasecmp(columns->table[id].name, name, length))
			break;
	if (!columns->table[id].name) {
		warnx("unknown column: '%.*s'", (int)length, name);
		return -EINVAL;
	}
	if (columns->count == COLUMNS_MAX) {
		warnx("more than %d columns", COLUMNS_MAX);
		return -EINVAL;
	}
	columns->chosen[columns->count++] = id;
	return 0;
}

static int choose_list(struct columns *columns, const char *list)
{
	size_t length;
	int err;

	for (;; list += length + 1) {
		length = strcspn(list, ",");
		err = choose_one(columns, list, length);
		if (err || !list[length])
			return err;
	}
}

/**
 * columns_choose() - settle which columns are shown, after all options
 * @columns: what was asked for; count and chosen are filled in
 * @usual: the list shown if nothing else was asked for
 *
 * Return: 0, or -EINVAL after saying which name is wrong.
 */
int columns_choose(struct columns *columns, const char *usual)
{
	int err = 0;

	columns->count = 0;
	if (columns->all) {
		while (columns->table[columns->count].name && columns->count < COLUMNS_MAX) {
			columns->chosen[columns->count] = columns->count;
			columns->count++;
		}
		return 0;
	}
	if (!columns->list || columns->list[0] == '+')
		err = choose_list(columns, usual);
	if (!err && columns->list)
		err = choose_list(columns, columns->list + (columns->list[0] == '+'));
	return err;
}

/**
 * columns_has() - is a column shown?
 * @columns: after columns_choose()
 * @id: index of the column
 *
 * Return: whether it is.
 */
bool columns_has(const struct columns *columns, unsigned int id)
{
	size_t i;

	for (i = 0; i < columns->count; i++)
		if (columns->chosen[i] == id)
			return true;
	return false;
}

/**
 * columns_help() - list the columns with their meaning
 * @table: the table of columns
 * @to: where to
 */
void columns_help(const struct column *table, FILE *to)
{
	int width = 0;
	size_t i;

	for (i = 0; table[i].name; i++)
		if ((int)strlen(table[i].name) > width)
			width = strlen(table[i].name);
	fputs("\nColumns:\n", to);
	for (i = 0; table[i].name; i++)
		fprintf(to, " %*s  %s\n", width, table[i].name, table[i].help);
}

/**
 * columns_new() - an empty table with the chosen columns, in the chosen format
 * @columns: after columns_choose()
 *
 * Return: the table; ends the program if memory is short. The caller owns it
 * (scols_unref_table()).
 */
struct libscols_table *columns_new(const struct columns *columns)
{
	struct libscols_table *table = scols_new_table();
	size_t i;

	if (!table)
		tool_no_memory();
	scols_table_set_name(table, columns->name);
	scols_table_enable_json(table, columns->format == COLUMNS_JSON);
	scols_table_enable_export(table, columns->format == COLUMNS_PAIRS);
	scols_table_enable_shellvar(table, columns->format == COLUMNS_PAIRS);
	scols_table_enable_raw(table, columns->format == COLUMNS_RAW);
	scols_table_enable_noheadings(table, columns->no_headings);
	for (i = 0; i < columns->count; i++) {
		const struct column *column = &columns->table[columns->chosen[i]];
		struct libscols_column *new = scols_table_new_column(table, column->name,
								     column->width, column->flags);

		if (!new)
			tool_no_memory();
		scols_column_set_json_type(new, column->json);
	}
	return table;
}

/**
 * columns_add() - add a line
 * @columns: what @table was made from
 * @table: from columns_new()
 * @parent: the line it hangs under in a tree, or NULL
 * @value: asked for the value of each chosen column; what cannot be printed becomes '?'
 * @object: handed to @value
 *
 * Return: the line, which belongs to @table; ends the program if memory is short.
 */
struct libscols_line *columns_add(const struct columns *columns, struct libscols_table *table,
				  struct libscols_line *parent, columns_value value,
				  const void *object)
{
	struct libscols_line *line = scols_table_new_line(table, parent);
	size_t i;

	if (!line)
		tool_no_memory();
	for (i = 0; i < columns->count; i++) {
		char *data = value(object, columns->chosen[i]);

		if (data && scols_line_refer_data(line, i, text_printable(data)))
			tool_no_memory();
	}
	return line;
}

/**
 * columns_print() - print a table to standard output and free it
 * @table: from columns_new()
 */
void columns_print(struct libscols_table *table)
{
	int error = scols_print_table(table);

	if (error)
		errx(tool_failure, "table: %s", strerror(-error));
	scols_unref_table(table);
}
