// SPDX-License-Identifier: GPL-2.0
/*
 * kernel_log.c - what the kernel said
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>

#include "kernel_log.h"
#include "text.h"
#include "tool.h"

#define FILE_MAX	(4 << 20)	/* bytes of a captured log */

/* syslog(2) */
#define SYSLOG_ACTION_READ_ALL		3
#define SYSLOG_ACTION_SIZE_BUFFER	10

static char *room(size_t size)
{
	char *text = calloc(1, size);

	if (!text)
		tool_no_memory();
	return text;
}

/* Nothing, where the user may not read it. */
static char *read_live(void)
{
	int size = klogctl(SYSLOG_ACTION_SIZE_BUFFER, NULL, 0);
	char *text;

	if (size < 0)
		size = 0;
	text = room(size + 1);
	if (klogctl(SYSLOG_ACTION_READ_ALL, text, size) < 0)
		text[0] = '\0';
	return text;
}

/**
 * kernel_log_read() - the log of this machine, or the file "dmesg" of a captured tree
 * @log: filled in; empty if it cannot be read. Freed with kernel_log_free().
 * @root: the root
 */
void kernel_log_read(struct kernel_log *log, const struct sysroot *root)
{
	if (root->live) {
		log->text = read_live();
	} else {
		log->text = room(FILE_MAX);
		sysroot_read(root, log->text, FILE_MAX, "dmesg");
	}
	log->whole = strstr(log->text, "Linux version ") != NULL;
}

/**
 * kernel_log_free() - free what kernel_log_read() filled in
 * @log: the log
 */
void kernel_log_free(struct kernel_log *log)
{
	free(log->text);
}

/**
 * kernel_log_says() - is some text in the log? Unknown if it is not, and the log's start is gone.
 * @log: the log
 * @text: the text
 */
enum answer kernel_log_says(const struct kernel_log *log, const char *text)
{
	if (strstr(log->text, text))
		return YES;
	return log->whole ? NO : UNKNOWN;
}

/**
 * kernel_log_line() - the first line with some text in it
 * @log: the log
 * @text: the text
 *
 * Return: allocated, without what stands before the message; NULL if there is no such line.
 */
char *kernel_log_line(const struct kernel_log *log, const char *text)
{
	const char *at = strstr(log->text, text), *start, *stamp;
	size_t length;

	if (!at)
		return NULL;
	for (start = at; start > log->text && start[-1] != '\n'; start--)
		;
	length = strcspn(start, "\n");
	/* "<6>[    0.000000] " or what dmesg(1) leaves of it */
	stamp = memmem(start, at - start, "] ", 2);
	if (stamp && (*start == '<' || *start == '[')) {
		length -= stamp + 2 - start;
		start = stamp + 2;
	}
	return text_format("%.*s", (int)length, start);
}
