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
#include "here.h"
#include "l2_bench.h"
#include "pair.h"
#include "progress.h"
#include "vm_start.h"

#define CYCLES	"cycles"
#define WARMUP	1000

#define NO_L2	"needs an operating system around it"
#define NO_HERE	"needs a guest of its own, use --l2"

const struct benchmark benchmarks[] = {
	{ "spin", "1000 instructions without an exit", CYCLES, 10000,
	  NULL, &l2_spin, .why_not = NO_HERE },
	{ "cpuid", "CPUID leaf 1", CYCLES, 10000, &here_cpuid, &l2_cpuid },
	{ "rdmsr", "RDMSR of IA32_MISC_ENABLE, which KVM intercepts; here: by a system call",
	  CYCLES, 10000, &here_rdmsr, &l2_rdmsr },
	{ "wrmsr", "WRMSR of IA32_MISC_ENABLE, same value", CYCLES, 10000, NULL, &l2_wrmsr,
	  .why_not = "a kernel that writes an MSR for user space marks itself tainted; use --l2" },
	{ "pio", "write to port 0x80; L2: served in user space", CYCLES, 10000,
	  &here_pio, &l2_pio },
	{ "pio-kernel", "port write, served in the kernel (ioeventfd)", CYCLES, 10000,
	  NULL, &l2_pio_kernel, .why_not = NO_HERE },
	{ "mmio", "memory-mapped write, served in user space", CYCLES, 10000,
	  NULL, &l2_mmio, .why_not = NO_HERE },
	{ "mmio-kernel", "memory-mapped write, served in the kernel (ioeventfd)", CYCLES, 10000,
	  NULL, &l2_mmio_kernel, .why_not = NO_HERE },
	{ "apic-eoi", "memory-mapped write to the local APIC's EOI register", CYCLES, 10000,
	  NULL, &l2_apic_eoi, .why_not = NO_HERE },
	{ "exit-mix", "4 CPUID, 1 RDMSR, 2 WRMSR, 1 port write to the kernel, 1 to user space, "
	  "1 HLT with its IPI", CYCLES, 2000, NULL, &l2_exit_mix, .why_not = NO_HERE },
	{ "hlt", "HLT ended by a self-IPI that is already pending: IPI, HLT, EOI", CYCLES, 10000,
	  NULL, &l2_hlt, .why_not = NO_HERE },
	{ "hlt-user", "HLT, served in user space", CYCLES, 10000,
	  NULL, &l2_hlt_user, .why_not = NO_HERE },
	{ "hlt-wake", "wake a CPU that sleeps in HLT and see it answer", CYCLES, 200,
	  &here_hlt_wake, &l2_hlt_wake },
	{ "timer-wake", "how late a timer ends a sleep", CYCLES, 200,
	  &here_timer_wake, &l2_timer_wake },
	{ "ipi", "IPI to a CPU that is busy, and its answer; here: by membarrier()", CYCLES, 1000,
	  &here_ipi, &l2_ipi },
	{ "tlb-flush", "write-protect a page that another CPU may have in its TLB", CYCLES, 1000,
	  &here_tlb_flush, NULL, .why_not = NO_L2 },
	{ "clock-vdso", "clock_gettime(CLOCK_MONOTONIC) by the vDSO", CYCLES, 10000,
	  &here_clock_vdso, NULL, .why_not = NO_L2 },
	{ "clock-syscall", "clock_gettime(CLOCK_MONOTONIC) by the system call", CYCLES, 10000,
	  &here_clock_syscall, NULL, .why_not = NO_L2 },
	{ "ept-violation", "first touch of a 4 KiB page that L1 holds but EPT does not", CYCLES,
	  1024, NULL, &l2_ept_violation, .why_not = NO_HERE },
	{ "first-touch", "first touch of a 4 KiB page that has yet to be allocated", CYCLES,
	  1024, &here_first_touch, &l2_first_touch },
	{ "vm-start", "make a VM with one vCPU, run its first instruction, destroy it", CYCLES, 10,
	  &here_vm_start, NULL, .is_host = true, .why_not = "the tiny guest has no /dev/kvm" },
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
	vsnprintf(run->figure->reason, sizeof(run->figure->reason), format, args);
	va_end(args);
	run->figure->err = err;
	return err;
}

/**
 * bench_check_pages() - refuse to touch more memory than others can spare
 * @run: the run, which will touch run->max_batch pages of 4 KiB
 *
 * That is half of what the kernel says is available: beyond all of it comes the OOM killer, which
 * may choose anybody.
 *
 * Return: 0 or -EOPNOTSUPP.
 */
int bench_check_pages(struct bench_run *run)
{
	FILE *file = fopen("/proc/meminfo", "re");
	unsigned long long kib, most;
	int found = 0;

	if (file) {
		found = fscanf(file, "MemTotal: %*u kB MemFree: %*u kB MemAvailable: %llu", &kib);
		fclose(file);
	}
	if (found != 1)
		return bench_fail(run, -EOPNOTSUPP, "no MemAvailable in /proc/meminfo");
	most = kib / 4 / 2;
	if (run->max_batch > most)
		return bench_fail(run, -EOPNOTSUPP,
				  "at most %llu pages, half of the memory that is available", most);
	return 0;
}

static uint64_t or_default(uint64_t value, uint64_t usual)
{
	return value == BENCH_DEFAULT ? usual : value;
}

/* Finds how to do it at the level asked for; sets @figure's constant part and @run. */
static const struct bench_ops *start(const struct benchmark *bench, bool l2,
				     const struct bench_options *opts, struct bench_run *run,
				     struct figure *figure)
{
	memset(run, 0, sizeof(*run));
	memset(figure, 0, sizeof(*figure));
	snprintf(figure->name, sizeof(figure->name), "%s", bench->name);
	snprintf(figure->level, sizeof(figure->level), "%s", l2 ? "l2" : "here");
	snprintf(figure->unit, sizeof(figure->unit), "%s", bench->unit);
	figure->iterations = or_default(opts->iterations, bench->iterations);
	figure->repeats = opts->repeats;

	run->bench = bench;
	run->opts = opts;
	run->figure = figure;
	run->warmup = or_default(opts->warmup,
				 bench->iterations < WARMUP ? bench->iterations : WARMUP);
	run->max_batch = figure->iterations > run->warmup ? figure->iterations : run->warmup;

	if (l2 && bench->l2)
		return &l2_bench_ops;
	if (!l2 && bench->here)
		return bench->here;
	bench_fail(run, -EOPNOTSUPP, "%s", bench->why_not);
	return NULL;
}

static int batch(const struct bench_ops *ops, struct bench_run *run, uint64_t count,
		 struct bench_sample *sample)
{
	int err = ops->prepare ? ops->prepare(run, count) : 0;

	sample->inside = 0;
	sample->outside = 0;
	return err ? err : ops->batch(run, count, sample);
}

/* Opens and warms up. On failure nothing is left open. */
static int open_warm(const struct bench_ops *ops, struct bench_run *run)
{
	struct bench_sample ignored = { 0 };
	int err = ops->open ? ops->open(run) : 0;

	if (err)
		return err;
	if (run->warmup)
		err = batch(ops, run, run->warmup, &ignored);
	if (err && ops->close)
		ops->close(run);
	return err;
}

/* Measures what is open and warm; the arrays have room for a sample of each repeat. */
static int repeat(const struct bench_ops *ops, struct bench_run *run, double *inside,
		  double *outside)
{
	struct figure *figure = run->figure;
	struct tail *each = calloc(1, sizeof(*each));
	struct bench_sample sample = { .each = each };
	unsigned int i;
	int err = 0;

	if (!each)
		return bench_fail(run, -ENOMEM, "no memory");
	for (i = 0; i < figure->repeats; i++) {
		progress_step(i);
		err = batch(ops, run, figure->iterations, &sample);
		if (err)
			goto out;
		inside[i] = (double)sample.inside / figure->iterations;
		outside[i] = (double)sample.outside / figure->iterations;
	}
	stats_summarize(inside, figure->repeats, &figure->inside);
	stats_summarize(outside, figure->repeats, &figure->outside);
	figure->has_outside = figure->outside.min > 0;
	figure->operations = each->count;
	if (each->count) {
		figure->operation_p99 = tail_quantile(each, 0.99);
		figure->operation_max = each->max;
	}
out:
	free(each);
	return err;
}

/**
 * bench_measure() - run a benchmark: warm up, then measure it opts->repeats times
 * @bench: the benchmark
 * @l2: true to run in a tiny L2 guest of our own, false to run where we stand
 * @opts: how to run it
 * @figure: where the figures go, or why there are none
 *
 * Return: figure->err.
 */
int bench_measure(const struct benchmark *bench, bool l2, const struct bench_options *opts,
		  struct figure *figure)
{
	double *inside = calloc(opts->repeats, sizeof(*inside));
	double *outside = calloc(opts->repeats, sizeof(*outside));
	const struct bench_ops *ops;
	struct bench_run run;

	ops = start(bench, l2, opts, &run, figure);
	if (!ops)
		goto out;
	if (!inside || !outside) {
		bench_fail(&run, -ENOMEM, "no memory for %u repeats", opts->repeats);
		goto out;
	}
	progress_begin(bench->name, figure->repeats);
	if (open_warm(ops, &run))
		goto out;
	repeat(ops, &run, inside, outside);
	if (ops->close)
		ops->close(&run);
out:
	free(inside);
	free(outside);
	return figure->err;
}

/**
 * bench_count() - run one batch between two gates, for a caller that counts exits from outside
 * @bench: the benchmark
 * @l2: true to run in a tiny L2 guest of our own, false to run where we stand
 * @opts: how to run it; 0 iterations make a batch without operations
 * @gate: called with "ready" after set-up and warm-up and with "done" after the batch, and returns
 *	0 when it may go on or a negative errno
 * @figure: where the reason goes when it fails
 *
 * Return: figure->err.
 */
int bench_count(const struct benchmark *bench, bool l2, const struct bench_options *opts,
		int (*gate)(const char *word), struct figure *figure)
{
	const struct bench_ops *ops;
	struct bench_sample ignored = { 0 };
	struct bench_run run;
	int err = 0;

	ops = start(bench, l2, opts, &run, figure);
	if (!ops || open_warm(ops, &run))
		return figure->err;

	if (ops->prepare)
		err = ops->prepare(&run, figure->iterations);
	if (!err && gate("ready"))
		err = bench_fail(&run, -EPIPE, "standard input ended before the batch began");
	if (!err)
		err = ops->batch(&run, figure->iterations, &ignored);
	if (!err)
		gate("done");	/* the work is done, so an end of input here is no failure */
	if (ops->close)
		ops->close(&run);
	return figure->err;
}
