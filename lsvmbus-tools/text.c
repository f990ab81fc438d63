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

/* The length of the character at @text: UTF-8, and no control character. 0 if it is none. */
static size_t character(const unsigned char *text)
{
	static const uint32_t first[] = { [1] = ' ', [2] = 0xa0, [3] = 0x800, [4] = 0x10000 };
	size_t length = text[0] < 0x80 ? 1 : text[0] >> 5 == 6 ? 2 : text[0] >> 4 == 14 ? 3 :
		text[0] >> 3 == 30 ? 4 : 0;
	uint32_t code = text[0];
	size_t i;

	if (length > 1)
		code &= 0x7f >> length;
	for (i = 1; i < length; i++) {
		if (text[i] >> 6 != 2)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (!length || code < first[length] || code == 0x7f || (code >= 0xd800 && code <= 0xdfff) ||
	    code > 0x10ffff)
		return 0;
	return length;
}

/**
 * text_printable() - make a text of anybody one that a terminal, or JSON, can be given
 * @text: changed: '?' for each byte that is a control character, or not of UTF-8
 *
 * Return: @text.
 */
char *text_printable(char *text)
{
	size_t i, length;

	for (i = 0; text[i]; i += length ? length : 1) {
		length = character((const unsigned char *)text + i);
		if (!length)
			text[i] = '?';
	}
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
