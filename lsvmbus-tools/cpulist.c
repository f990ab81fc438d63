// SPDX-License-Identifier: GPL-2.0
/*
 * cpulist.c - sets of CPUs, written as in "0-3,8"
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cpulist.h"
#include "text.h"
#include "tool.h"

/**
 * cpulist_parse() - read a list of CPUs
 * @list: where it goes
 * @text: numbers and ranges, separated by commas; may be empty
 *
 * Return: 0, or -EINVAL if it is no such list or a number is CPULIST_MAX or above.
 */
int cpulist_parse(struct cpulist *list, const char *text)
{
	uint64_t first, last;

	*list = (struct cpulist){ 0 };
	if (!*text)
		return 0;
	for (;; text++) {
		if (!text_take_number(&text, CPULIST_MAX - 1, &first))
			return -EINVAL;
		last = first;
		if (*text == '-') {
			text++;
			if (!text_take_number(&text, CPULIST_MAX - 1, &last) || last < first)
				return -EINVAL;
		}
		for (; first <= last; first++)
			cpulist_add(list, first);
		if (!*text)
			return 0;
		if (*text != ',')
			return -EINVAL;
	}
}

/**
 * cpulist_format() - write a list of CPUs
 * @list: the list
 *
 * Return: the text, empty for no CPU, to be freed; ends the program if memory is short.
 */
char *cpulist_format(const struct cpulist *list)
{
	const char *comma = "";
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);
	int first, last;

	if (!to)
		tool_no_memory();
	cpulist_for_each(first, list) {
		for (last = first; cpulist_has(list, last + 1); last++)
			;
		fprintf(to, last > first ? "%s%d-%d" : "%s%d", comma, first, last);
		comma = ",";
		first = last;
	}
	if (fclose(to))
		tool_no_memory();
	return text;
}

/**
 * cpulist_count() - how many CPUs are in a list
 * @list: the list
 *
 * Return: their number.
 */
unsigned int cpulist_count(const struct cpulist *list)
{
	unsigned int count = 0;
	size_t i;

	for (i = 0; i < CPULIST_MAX / 64; i++)
		count += __builtin_popcountll(list->bits[i]);
	return count;
}

/**
 * cpulist_next() - the next CPU of a list
 * @list: the list
 * @after: the CPU before, or -1
 *
 * Return: the CPU, or -1 if there is no more.
 */
int cpulist_next(const struct cpulist *list, int after)
{
	unsigned int cpu = after + 1;
	uint64_t rest;

	for (; cpu < CPULIST_MAX; cpu = (cpu | 63) + 1) {
		rest = list->bits[cpu / 64] >> cpu % 64;
		if (rest)
			return cpu + __builtin_ctzll(rest);
	}
	return -1;
}
