// SPDX-License-Identifier: GPL-2.0
/*
 * tool.c - how a tool reads its arguments and ends
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tool.h"

int tool_failure = EXIT_FAILURE;

/**
 * tool_leave() - end the program, and not well if what it wrote has not arrived
 * @status: the exit status if it has
 */
_Noreturn void tool_leave(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		warn("standard output");
		status = tool_failure;
	}
	exit(status);
}

/**
 * tool_no_memory() - end the program because memory is short
 */
_Noreturn void tool_no_memory(void)
{
	errx(tool_failure, "%s", strerror(ENOMEM));
}

/**
 * tool_usage_error() - end the program over wrong arguments, after the reason was said
 * @usage: the lines on how it is called, each ended with a newline
 */
_Noreturn void tool_usage_error(const char *usage)
{
	fprintf(stderr, "%sTry '%s --help'.\n", usage, program_invocation_short_name);
	exit(TOOL_USAGE);
}

/**
 * tool_number() - the argument of an option that takes a whole number
 * @usage: as for tool_usage_error()
 * @option: what the option is called
 * @text: its argument
 * @min: the smallest number allowed
 * @max: the largest
 *
 * Return: the number; ends the program if it is none.
 */
uint64_t tool_number(const char *usage, const char *option, const char *text, uint64_t min,
		     uint64_t max)
{
	unsigned long long value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	/* strtoull() takes a sign and leading space; we do not. */
	if (text[0] >= '0' && text[0] <= '9' && !*end && !errno && value >= min && value <= max)
		return value;
	warnx("%s: '%s' is not a number from %llu to %llu", option, text, (unsigned long long)min,
	      (unsigned long long)max);
	tool_usage_error(usage);
}
