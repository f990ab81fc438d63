/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench.h - what a benchmark is, the table of them, and how one is run
 */
#ifndef HVBENCH_BENCH_H
#define HVBENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stats.h"

#define BENCH_REASON_SIZE	200
#define BENCH_DEFAULT_ITERATIONS UINT64_MAX

struct bench_run;
struct l2_case;

/**
 * struct bench_options - how to run a benchmark
 * @iterations: operations per repeat, or BENCH_DEFAULT_ITERATIONS for the benchmark's own default
 * @repeats: how often to measure, at least 1
 * @warmup: operations before the first measurement
 * @l2: true to run in a tiny L2 guest of our own, false to run where we stand
 * @irqchip: true to give that guest interrupt controllers in the kernel, as real guests have them
 */
struct bench_options {
	uint64_t iterations;
	unsigned int repeats;
	uint64_t warmup;
	bool l2;
	bool irqchip;
};

/**
 * struct bench_sample - one measurement of a whole batch, in TSC cycles
 * @inside: taken next to the operations, where they ran
 * @outside: of a guest: taken by the host, around the batch with its last exit; else 0
 */
struct bench_sample {
	uint64_t inside;
	uint64_t outside;
};

/**
 * struct bench_ops - how to do an operation many times
 * @open: set up for batches of up to run->max_batch operations, or NULL
 * @prepare: get ready for a batch, not measured, or NULL
 * @batch: do and measure the operation that many times, which may be 0
 * @close: undo open; called only after it succeeded, or NULL
 *
 * All but @close return 0 or, through bench_fail(), a negative errno: -EOPNOTSUPP says that it cannot
 * run here, any other that it should have.
 */
struct bench_ops {
	int (*open)(struct bench_run *run);
	int (*prepare)(struct bench_run *run, uint64_t count);
	int (*batch)(struct bench_run *run, uint64_t count, struct bench_sample *sample);
	void (*close)(struct bench_run *run);
};

/**
 * struct benchmark - one row of the table
 * @name: what the user types
 * @summary: one line
 * @unit: of the figures, per operation
 * @iterations: default number of operations per repeat
 * @here: how to do it where we stand, or NULL where that makes no sense
 * @l2: how to do it in a tiny L2 guest, or NULL where that makes no sense
 */
struct benchmark {
	const char *name;
	const char *summary;
	const char *unit;
	uint64_t iterations;
	const struct bench_ops *here;
	const struct l2_case *l2;
};

/**
 * struct bench_run - a benchmark being run
 * @bench: which
 * @opts: how
 * @max_batch: no batch will be larger
 * @priv: for its bench_ops
 * @reason: why it failed, in words
 */
struct bench_run {
	const struct benchmark *bench;
	const struct bench_options *opts;
	uint64_t max_batch;
	void *priv;
	char reason[BENCH_REASON_SIZE];
};

/**
 * struct bench_result - what a run gave
 * @bench: of which benchmark
 * @level: "here" or "l2"
 * @iterations: operations per repeat
 * @repeats: number of repeats
 * @inside: cycles per operation, measured where they ran
 * @outside: the same measured by the host, if @has_outside
 * @has_outside: true for a guest
 * @err: 0, -EOPNOTSUPP (n/a) or what failed; then only @bench, @level and @reason hold
 * @reason: why, in words
 */
struct bench_result {
	const struct benchmark *bench;
	const char *level;
	uint64_t iterations;
	unsigned int repeats;
	struct stats inside;
	struct stats outside;
	bool has_outside;
	int err;
	char reason[BENCH_REASON_SIZE];
};

/* The table; ends with a row without a name. */
extern const struct benchmark benchmarks[];

const struct benchmark *bench_find(const char *name);
int bench_measure(const struct benchmark *bench, const struct bench_options *opts,
		  struct bench_result *result);
int bench_count(const struct benchmark *bench, const struct bench_options *opts,
		int (*gate)(const char *word), struct bench_result *result);
int bench_fail(struct bench_run *run, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* HVBENCH_BENCH_H */
