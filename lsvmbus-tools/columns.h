/* SPDX-License-Identifier: GPL-2.0 */
/*
 * columns.h - one table of columns drives --help, -o, --output-all and every output format
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <getopt.h>
#include <libsmartcols/libsmartcols.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define COLUMNS_MAX	64	/* in an -o LIST */

/* The options below, for a tool's getopt_long(); what it gets for them goes to columns_option(). */
#define COLUMNS_SHORT_OPTIONS	"Jno:Pr"
#define COLUMNS_OUTPUT_ALL	0x4000
#define COLUMNS_LONG_OPTIONS \
	{ "json", no_argument, NULL, 'J' }, \
	{ "noheadings", no_argument, NULL, 'n' }, \
	{ "output", required_argument, NULL, 'o' }, \
	{ "output-all", no_argument, NULL, COLUMNS_OUTPUT_ALL }, \
	{ "pairs", no_argument, NULL, 'P' }, \
	{ "raw", no_argument, NULL, 'r' }
#define COLUMNS_USAGE \
	" -J, --json            JSON\n" \
	" -n, --noheadings      no line of column names\n" \
	" -o, --output LIST     these columns; +LIST: these besides the usual ones\n" \
	"     --output-all      all columns\n" \
	" -P, --pairs           NAME=\"value\" pairs\n" \
	" -r, --raw             one space between the columns, unsafe characters as \\xHH\n"

/* A table of these ends with a NULL name. Its index is what columns_add() asks values for. */
struct column {
	const char *name;	/* upper case; in JSON lower case */
	double width;		/* a hint: below 1 a share of the terminal, else characters */
	int flags;		/* SCOLS_FL_* */
	int json;		/* SCOLS_JSON_*: a number's values must be numbers */
	const char *help;
};

/* The usual two; what is narrower than its heading is as wide as that. */
#define COLUMN_NUMBER(name, help)	{ name, 1, SCOLS_FL_RIGHT, SCOLS_JSON_NUMBER, help }
#define COLUMN_TEXT(name, help)		{ name, 1, 0, SCOLS_JSON_STRING, help }

enum columns_format { COLUMNS_TABLE, COLUMNS_JSON, COLUMNS_PAIRS, COLUMNS_RAW };

/* What the user asks for. Set table and name; the rest is filled in by the functions below. */
struct columns {
	const struct column *table;
	const char *name;		/* what the lines are called in JSON */
	enum columns_format format;
	bool no_headings;
	bool all;			/* --output-all */
	const char *list;		/* of -o, or NULL */
	bool asked;			/* any of the options was given */
	unsigned int chosen[COLUMNS_MAX];
	size_t count;
};

/* The value of column @id for @object: allocated, or NULL for none. */
typedef char *(*columns_value)(const void *object, unsigned int id);

int columns_option(struct columns *columns, int option, const char *argument);
int columns_choose(struct columns *columns, const char *usual);
bool columns_has(const struct columns *columns, unsigned int id);
void columns_help(const struct column *table, FILE *to);
struct libscols_table *columns_new(const struct columns *columns);
struct libscols_line *columns_add(const struct columns *columns, struct libscols_table *table,
				  struct libscols_line *parent, columns_value value,
				  const void *object);
void columns_print(struct libscols_table *table);

#endif
