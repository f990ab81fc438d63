// SPDX-License-Identifier: GPL-2.0
/*
 * report.c - fuzz target: files of `hvbench -J`, compared and drawn
 *
 * What was read is written and read again: the same. A picture has nothing in it that XML has not.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "compare.h"
#include "plot.h"
#include "report_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int read_bytes(struct report *report, const void *bytes, size_t size)
{
	char path[40], why[200];
	int fd = memfd_create("report", MFD_CLOEXEC), err;

	if (write(fd, bytes, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = report_read(report, path, why, sizeof(why));
	close(fd);
	return err;
}

static void check_again(const struct report *report)
{
	struct report again;
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (report_write(report, file))
		abort();
	fclose(file);
	if (read_bytes(&again, text, size) || again.count != report->count ||
	    memcmp(&again.machine, &report->machine, sizeof(again.machine)) ||
	    strcmp(again.label, report->label))
		abort();
	free(text);
	report_free(&again);
}

static void check_plot(const struct report *report)
{
	const struct plot plot = { report, 1 };
	char *text;
	size_t size, i;
	FILE *file = open_memstream(&text, &size);

	plot_write(file, &plot);
	fclose(file);
	for (i = 0; i < size; i++)
		if ((unsigned char)text[i] < ' ' && text[i] != '\n')
			abort();
	if (strstr(text, "\"nan\"") || strstr(text, "\"-nan\"") || strstr(text, "\"inf\""))
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report report;
	size_t i;

	if (!read_bytes(&report, data, size)) {
		check_again(&report);
		check_plot(&report);
		for (i = 1; i < report.count; i++)
			compare_figures(&report.figures[0], &report.figures[i]);
	}
	report_free(&report);
	return 0;
}
