// SPDX-License-Identifier: GPL-2.0
/*
 * text.c - allocated text; the tools end if memory is short
 */
#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "text.h"

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
		err(EXIT_FAILURE, "memory");
	va_end(args);
	return text;
}
