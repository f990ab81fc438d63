/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tool.h - how a tool reads its arguments and ends
 */
#ifndef TOOL_H
#define TOOL_H

#include <getopt.h>
#include <stdint.h>

/* Options of every tool, for its getopt_long(). */
#define TOOL_LONG_OPTIONS \
	{ "sysroot", required_argument, NULL, 's' }, \
	{ "help", no_argument, NULL, 'h' }, \
	{ "version", no_argument, NULL, 'V' }

#define TOOL_USAGE	2	/* exit status: wrong arguments */

/* Exit status of an error; a tool for which 1 is something else sets it. */
extern int tool_failure;

_Noreturn void tool_leave(int status);
_Noreturn void tool_no_memory(void);
_Noreturn void tool_usage_error(const char *usage);
uint64_t tool_number(const char *usage, const char *option, const char *text, uint64_t min,
		     uint64_t max);

#endif
