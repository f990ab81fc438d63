// SPDX-License-Identifier: GPL-2.0
/*
 * text.c - which characters of somebody else's text are printed
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text.h"

static void printed(void **state)
{
	static const char *const texts[][2] = {
		{ "", "" },
		{ " a~", " a~" },
		{ "a\tb\nc\x1b[0m\x7f", "a?b?c?[0m?" },
		/* The first and the last of each length. */
		{ "\xc2\xa0\xdf\xbf", "\xc2\xa0\xdf\xbf" },
		{ "\xe0\xa0\x80\xef\xbf\xbf", "\xe0\xa0\x80\xef\xbf\xbf" },
		{ "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf" },
		/* Control characters of two bytes. */
		{ "\xc2\x80\xc2\x9b\xc2\x9f", "??????" },
		/* Longer than need be, a surrogate, beyond the last, and no first byte at all. */
		{ "\xc0\x80\xc1\xbf", "????" },
		{ "\xe0\x9f\xbf", "???" },
		{ "\xf0\x8f\xbf\xbf", "????" },
		{ "\xed\xa0\x80\xed\xbf\xbf", "??????" },
		{ "\xed\x9f\xbf\xee\x80\x80", "\xed\x9f\xbf\xee\x80\x80" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xf8\x88\x80\x80\x80\xff\x80", "???????" },
		/* Cut off, by another character and by the end. */
		{ "\xc3""a\xe2\x82""a", "?a??a" },
		{ "\xc3\xe2\xc3\xbc", "??\xc3\xbc" },
		{ "\xe2\x82", "??" },
		{ "\xf0\x9f\x98", "???" },
	};
	char text[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		strcpy(text, texts[i][0]);
		assert_string_equal(text_printable(text), texts[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
