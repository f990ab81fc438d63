// SPDX-License-Identifier: GPL-2.0
/*
 * text.c - text that is allocated, where the tools end if memory is short, and numbers in text
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "text.h"
#include "tool.h"

/**
 * text_format() - printf into allocated text
 * @format: as for printf(3)
 *
 * Return: the text; ends the program if memory is short.
 */
char *text_format(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		tool_no_memory();
	va_end(args);
	return text;
}

/**
 * text_take_number() - take a decimal number off the front of a text: no sign, no space
 * @text: is moved behind it
 * @max: the largest that is allowed
 * @number: filled in
 *
 * Return: whether there is one.
 */
bool text_take_number(const char **text, uint64_t max, uint64_t *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*number = strtoull(*text, &end, 10);
	*text = end;
	return !errno && *number <= max;
}
