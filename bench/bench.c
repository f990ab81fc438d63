// SPDX-License-Identifier: GPL-2.0
/*
 * bench.c - the table of benchmarks, and how one is run
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "cpuid_loop.h"
#include "l2_bench.h"

#define CYCLES	"cycles"

const struct benchmark benchmarks[] = {
	{ "spin", "1000 instructions without an exit", CYCLES, 10000, NULL, &l2_spin },
	{ "cpuid", "CPUID leaf 1", CYCLES, 10000, &cpuid_loop_ops, &l2_cpuid },
	{ "rdmsr", "RDMSR that KVM intercepts (IA32_MISC_ENABLE)", CYCLES, 10000,
	  NULL, &l2_rdmsr },
	{ "wrmsr", "WRMSR that KVM intercepts (IA32_MISC_ENABLE, same value)", CYCLES, 10000,
	  NULL, &l2_wrmsr },
	{ "pio", "port write, served in user space", CYCLES, 10000, NULL, &l2_pio },
	{ "pio-kernel", "port write, served in the kernel (ioeventfd)", CYCLES, 10000,
	  NULL, &l2_pio_kernel },
	{ "mmio", "memory-mapped write, served in user space", CYCLES, 10000, NULL, &l2_mmio },
	{ "mmio-kernel", "memory-mapped write, served in the kernel (ioeventfd)", CYCLES, 10000,
	  NULL, &l2_mmio_kernel },
	{ "apic-eoi", "memory-mapped write to the local APIC's EOI register", CYCLES, 10000,
	  NULL, &l2_apic_eoi },
	{ "hlt", "HLT ended by a self-IPI that is already pending: IPI, HLT, EOI", CYCLES, 10000,
	  NULL, &l2_hlt },
	{ "hlt-user", "HLT, served in user space", CYCLES, 10000, NULL, &l2_hlt_user },
	{ "ept-violation", "first touch of a 4 KiB page that L1 holds but EPT does not", CYCLES,
	  1024, NULL, &l2_ept_violation },
	{ "first-touch", "first touch of a 4 KiB page that L1 has yet to allocate", CYCLES,
	  1024, NULL, &l2_first_touch },
	{ 0 }
};

/**
 * bench_find() - look a benchmark up
 * @name: its name
 *
 * Return: its row, or NULL.
 */
const struct benchmark *bench_find(const char *name)
{
	const struct benchmark *bench;

	for (bench = benchmarks; bench->name; bench++)
		if (!strcmp(bench->name, name))
			return bench;
	return NULL;
}

/**
 * bench_fail() - say why a run fails
 * @run: the run
 * @err: negative errno; -EOPNOTSUPP says that the benchmark cannot run here
 * @format: the reason, as for printf()
 *
 * Return: @err.
 */
int bench_fail(struct bench_run *run, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(run->reason, sizeof(run->reason), format, args);
	va_end(args);
	return err;
}

/* Finds how to do it at the level asked for; sets @result's constant part and @run. */
static const struct bench_ops *start(const struct benchmark *bench,
				     const struct bench_options *opts, struct bench_run *run,
				     struct bench_result *result)
{
	memset(run, 0, sizeof(*run));
	memset(result, 0, sizeof(*result));
	result->bench = bench;
	result->level = opts->l2 ? "l2" : "here";
	result->iterations = opts->iterations == BENCH_DEFAULT_ITERATIONS ? bench->iterations :
									    opts->iterations;
	result->repeats = opts->repeats;
	result->has_outside = opts->l2;

	run->bench = bench;
	run->opts = opts;
	run->max_batch = result->iterations > opts->warmup ? result->iterations : opts->warmup;

	if (opts->l2 && bench->l2)
		return &l2_bench_ops;
	if (!opts->l2 && bench->here)
		return bench->here;
	result->err = bench_fail(run, -EOPNOTSUPP, opts->l2 ?
				 "makes no sense in a tiny L2 guest" :
				 "needs a guest of its own, use --l2");
	return NULL;
}

static int batch(const struct bench_ops *ops, struct bench_run *run, uint64_t count,
		 struct bench_sample *sample)
{
	int err = ops->prepare ? ops->prepare(run, count) : 0;

	return err ? err : ops->batch(run, count, sample);
}

/* Opens and warms up. On failure nothing is left open. */
static int open_warm(const struct bench_ops *ops, struct bench_run *run)
{
	struct bench_sample ignored;
	int err = ops->open ? ops->open(run) : 0;

	if (err)
		return err;
	if (run->opts->warmup)
		err = batch(ops, run, run->opts->warmup, &ignored);
	if (err && ops->close)
		ops->close(run);
	return err;
}

/* Ends a run, on whichever way it came. */
static int finish(struct bench_run *run, struct bench_result *result, int err)
{
	result->err = err;
	memcpy(result->reason, run->reason, sizeof(result->reason));
	return err;
}

/**
 * bench_measure() - run a benchmark: warm up, then measure it opts->repeats times
 * @bench: the benchmark
 * @opts: how to run it
 * @result: where the figures go, or why there are none
 *
 * Return: result->err.
 */
int bench_measure(const struct benchmark *bench, const struct bench_options *opts,
		  struct bench_result *result)
{
	double *inside = calloc(opts->repeats, sizeof(*inside));
	double *outside = calloc(opts->repeats, sizeof(*outside));
	const struct bench_ops *ops;
	struct bench_sample sample;
	struct bench_run run;
	unsigned int i;
	int err = 0;

	ops = start(bench, opts, &run, result);
	if (!ops) {
		err = result->err;
		goto out;
	}
	if (!inside || !outside) {
		err = bench_fail(&run, -ENOMEM, "no memory for %u repeats", opts->repeats);
		goto out;
	}
	err = open_warm(ops, &run);
	if (err)
		goto out;
	for (i = 0; i < opts->repeats && !err; i++) {
		err = batch(ops, &run, result->iterations, &sample);
		inside[i] = (double)sample.inside / result->iterations;
		outside[i] = (double)sample.outside / result->iterations;
	}
	if (ops->close)
		ops->close(&run);
	if (!err) {
		stats_summarize(inside, opts->repeats, &result->inside);
		stats_summarize(outside, opts->repeats, &result->outside);
	}
out:
	free(inside);
	free(outside);
	return finish(&run, result, err);
}

/**
 * bench_count() - run one batch between two gates, for a caller that counts exits from outside
 * @bench: the benchmark
 * @opts: how to run it; 0 iterations make a batch without operations
 * @gate: called with "ready" after set-up and warm-up and with "done" after the batch, and returns
 *	0 when it may go on or a negative errno
 * @result: where the reason goes when it fails
 *
 * Return: result->err.
 */
int bench_count(const struct benchmark *bench, const struct bench_options *opts,
		int (*gate)(const char *word), struct bench_result *result)
{
	const struct bench_ops *ops;
	struct bench_sample ignored;
	struct bench_run run;
	int err;

	ops = start(bench, opts, &run, result);
	if (!ops)
		return finish(&run, result, result->err);
	err = open_warm(ops, &run);
	if (err)
		return finish(&run, result, err);

	if (ops->prepare)
		err = ops->prepare(&run, result->iterations);
	if (!err && gate("ready"))
		err = bench_fail(&run, -EPIPE, "standard input ended before the batch began");
	if (!err)
		err = ops->batch(&run, result->iterations, &ignored);
	if (!err)
		gate("done");	/* the work is done, so an end of input here is no failure */
	if (ops->close)
		ops->close(&run);
	return finish(&run, result, err);
}
