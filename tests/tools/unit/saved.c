// SPDX-License-Identifier: GPL-2.0
/*
 * saved.c - files of vmbus-pin, read as it reads them
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "saved.h"

static int parse(struct saved *saved, const char *text, size_t *line)
{
	char *copy = strdup(text);
	int err = saved_parse(saved, copy, strlen(copy), line);

	free(copy);
	return err;
}

static void taken(void **state)
{
	struct saved saved;
	size_t line;

	(void)state;
	assert_int_equal(parse(&saved, "# comment\n\na-b 0 3\nc 12 4095", &line), 0);
	assert_int_equal(saved.count, 2);
	assert_string_equal(saved.channels[0].device, "a-b");
	assert_int_equal(saved.channels[0].subid, 0);
	assert_int_equal(saved.channels[0].cpu, 3);
	assert_int_equal(saved.channels[1].subid, 12);
	assert_int_equal(saved.channels[1].cpu, 4095);
	saved_free(&saved);
	assert_int_equal(parse(&saved, "", &line), 0);
	assert_int_equal(saved.count, 0);
}

static void refused(void **state)
{
	static const char *const texts[] = {
		"a\n", "a 1\n", "a 1 2 3\n", "a 1 4096\n", "a 1 -1\n", "a x 1\n",
		"a -1 1\n", "a +1 1\n", "a 1 +1\n", "a 9999999999\n",
		"a 1 2\nb 1 2\na 1 3\n", "a 1\t2x\n", "a 1 2x\n", " \n",
		"a 99999999999999 1\n",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 2\n",
	};
	struct saved saved;
	size_t i, line;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (parse(&saved, texts[i], &line) != -EINVAL)
			fail_msg("taken: '%s'", texts[i]);
}

static void line_is_named(void **state)
{
	struct saved saved;
	size_t line;

	(void)state;
	assert_int_equal(parse(&saved, "# 1\na 0 0\nwrong\nb 0 0\n", &line), -EINVAL);
	assert_int_equal(line, 3);
	assert_int_equal(parse(&saved, "wrong", &line), -EINVAL);
	assert_int_equal(line, 1);
}

static void nul(void **state)
{
	static const struct {
		const char *text;
		size_t length, line;
	} wrong[] = {
		{ "a 0 0\n\0b 0 0\n", 13, 2 },
		{ "# a\nb 0 0\0 1\nc 0 0", 18, 2 },
		{ "a 0 0\n#\0\nb 0 0\n", 15, 2 },
		{ "a 0 0\0", 6, 1 },
	};
	struct saved saved;
	size_t i, line;
	char text[32];

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		memcpy(text, wrong[i].text, wrong[i].length + 1);
		assert_int_equal(saved_parse(&saved, text, wrong[i].length, &line), -EINVAL);
		assert_int_equal(line, wrong[i].line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken),
		cmocka_unit_test(refused),
		cmocka_unit_test(line_is_named),
		cmocka_unit_test(nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
