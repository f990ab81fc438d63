/* SPDX-License-Identifier: GPL-2.0 */
/*
 * bench.h - what a benchmark is, the table of them, and how one is run
 */
#ifndef HVBENCH_BENCH_H
#define HVBENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report.h"
#include "tail.h"

#define BENCH_DEFAULT	UINT64_MAX

struct bench_run;
struct l2_case;

/**
 * struct bench_options - how to run a benchmark
 * @iterations: operations per repeat, or BENCH_DEFAULT for the benchmark's own number
 * @repeats: how often to measure, at least 1
 * @warmup: operations before the first measurement, or BENCH_DEFAULT for 1000, or one repeat if
 *	that is less
 * @cpu: the CPU this thread is pinned to
 * @partner: the CPU for a second thread, -1 if there is none
 * @tsc_khz: frequency of the TSC
 * @irqchip: true to give a tiny guest interrupt controllers in the kernel, as real guests have them
 */
struct bench_options {
	uint64_t iterations;
	unsigned int repeats;
	uint64_t warmup;
	int cpu;
	int partner;
	uint64_t tsc_khz;
	bool irqchip;
};

/**
 * struct bench_sample - one measurement of a whole batch, in TSC cycles
 * @each: for benchmarks that time each operation by itself: where they add it, or NULL in a warm-up
 * @inside: taken next to the operations, where they ran
 * @outside: of a guest: taken by the host, around the batch with its last exit; 0 if that would say
 *	nothing
 */
struct bench_sample {
	struct tail *each;
	uint64_t inside;
	uint64_t outside;
};

/**
 * bench_sample_add() - add an operation that was timed by itself
 * @sample: of its batch; begins with 0
 * @cycles: what it took
 */
static inline void bench_sample_add(struct bench_sample *sample, uint64_t cycles)
{
	tail_add(sample->each, cycles);
	sample->inside += cycles;
}

/**
 * struct bench_ops - how to do an operation many times
 * @open: set up for batches of up to run->max_batch operations, or NULL
 * @prepare: get ready for a batch, not measured, or NULL
 * @batch: do and measure the operation that many times, which may be 0
 * @close: undo open; called only after it succeeded, or NULL
 *
 * All but @close return 0 or, through bench_fail(), a negative errno: -EOPNOTSUPP says that it
 * cannot run here, any other that it should have.
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
 * @is_host: it starts a guest, so it makes no sense in an L2
 * @why_not: why it makes no sense here, or in a tiny guest; NULL if it does in both
 */
struct benchmark {
	const char *name;
	const char *summary;
	const char *unit;
	uint64_t iterations;
	const struct bench_ops *here;
	const struct l2_case *l2;
	bool is_host;
	const char *why_not;
};

/**
 * struct bench_run - a benchmark being run
 * @bench: which
 * @opts: how
 * @max_batch: no batch will be larger
 * @warmup: operations before the first measurement
 * @priv: for its bench_ops
 * @figure: what it gives
 */
struct bench_run {
	const struct benchmark *bench;
	const struct bench_options *opts;
	uint64_t max_batch;
	uint64_t warmup;
	void *priv;
	struct figure *figure;
};

/* The table; ends with a row without a name. */
extern const struct benchmark benchmarks[];

const struct benchmark *bench_find(const char *name);
int bench_measure(const struct benchmark *bench, bool l2, const struct bench_options *opts,
		  struct figure *figure);
int bench_count(const struct benchmark *bench, bool l2, const struct bench_options *opts,
		int (*gate)(const char *word), struct figure *figure);
int bench_check_pages(struct bench_run *run);
int bench_fail(struct bench_run *run, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* HVBENCH_BENCH_H */
