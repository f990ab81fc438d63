/* SPDX-License-Identifier: GPL-2.0 */
/*
 * options.h - what the command line asks for
 */
#ifndef HVBENCH_OPTIONS_H
#define HVBENCH_OPTIONS_H

#include <stdbool.h>

#include "bench.h"
#include "columns.h"

enum mode { MODE_MEASURE, MODE_COUNT, MODE_LIST, MODE_MACHINE, MODE_COMPARE, MODE_TABLE };

enum where { WHERE_HERE, WHERE_HERE_AND_L2, WHERE_L2 };

/**
 * struct request - what the command line asks for
 * @mode: to do what
 * @bench: how to measure; its CPUs are chosen if it measures
 * @where: where to measure: where this runs, in a tiny L2 guest
 * @columns: how its table shall look
 * @label: what to call the run
 * @plot: file for a picture, or NULL
 * @sysroot: captured tree to describe, or NULL
 * @progress: also when standard error is no terminal
 * @names: benchmarks, or files to read
 * @count: how many
 */
struct request {
	enum mode mode;
	struct bench_options bench;
	enum where where;
	struct columns columns;
	const char *label;
	const char *plot;
	const char *sysroot;
	bool progress;
	char **names;
	int count;
};

void options_parse(int argc, char **argv, struct request *request);

#endif /* HVBENCH_OPTIONS_H */
