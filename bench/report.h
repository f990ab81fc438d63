/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report.h - the figures of a run and the machine they are from, measured or read from a file
 */
#ifndef HVBENCH_REPORT_H
#define HVBENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"
#include "stats.h"

/**
 * struct figure - what a benchmark gave
 * @name: of the benchmark
 * @level: "here", or "l2" for a tiny guest of our own
 * @unit: of the statistics, per operation
 * @iterations: operations per repeat
 * @repeats: number of repeats
 * @inside: measured where the operations ran
 * @outside: the same measured by the host of a guest, if @has_outside
 * @operations: operations that were timed one by one, 0 if only whole repeats were
 * @operation_p99: 99 of 100 of those took no longer
 * @operation_max: the slowest of them
 * @has_outside: true if the host's view means something
 * @err: 0, -EOPNOTSUPP (n/a) or what failed; then only @name, @level, @unit and @reason hold
 * @reason: why, in words
 */
struct figure {
	char name[32];
	char level[8];
	char unit[16];
	uint64_t iterations;
	unsigned int repeats;
	struct stats inside;
	struct stats outside;
	bool has_outside;
	uint64_t operations;
	double operation_p99;
	double operation_max;
	int err;
	char reason[200];
};

/**
 * struct report - one run of hvbench
 * @label: what to call it, "" if nobody said
 * @machine: where it ran
 * @figures: what it gave
 * @count: how many
 */
struct report {
	char label[64];
	struct machine machine;
	struct figure *figures;
	size_t count;
};

int report_add(struct report *report, const struct figure *figure);
const struct figure *report_find(const struct report *report, const char *name,
				 const char *level);
void report_free(struct report *report);

#endif /* HVBENCH_REPORT_H */
