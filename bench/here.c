// SPDX-License-Identifier: GPL-2.0
/*
 * here.c - benchmarks of one thread, where we stand
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "here.h"
#include "l2_guest.h"
#include "tsc.h"

#define PAGE_SIZE	4096UL
#define SLEEP_NS	100000L

/*
 * The loop of "A slightly different nesting: KVM on Hyper-V" (FOSDEM 2018): CPUID always exits to a
 * hypervisor and asks next to nothing of it, so the loop shows what an exit costs.
 */
static int cpuid_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	uint64_t before, i;

	(void)run;
	before = tsc_read();
	for (i = 0; i < count; i++) {
		uint32_t eax = 1, ebx, ecx = 0, edx;

		__asm__ __volatile__("cpuid" : "+a" (eax), "=b" (ebx), "+c" (ecx), "=d" (edx));
	}
	sample->inside = tsc_read() - before;
	return 0;
}

const struct bench_ops here_cpuid = { .batch = cpuid_batch };

static int rdmsr_open(struct bench_run *run)
{
	char path[40];
	int fd;

	snprintf(path, sizeof(path), "/dev/cpu/%d/msr", run->opts->cpu);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return bench_fail(run, -EOPNOTSUPP, "%s: %s%s", path, strerror(errno),
				  errno == ENOENT ? "; run: modprobe msr" : "");
	run->priv = (void *)(intptr_t)fd;
	return 0;
}

static int rdmsr_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	int fd = (intptr_t)run->priv;
	uint64_t before, value, i;

	before = tsc_read();
	for (i = 0; i < count; i++)
		if (pread(fd, &value, sizeof(value), L2_MSR) != sizeof(value))
			return bench_fail(run, -errno, "RDMSR 0x%x: %s", L2_MSR, strerror(errno));
	sample->inside = tsc_read() - before;
	return 0;
}

static void rdmsr_close(struct bench_run *run)
{
	close((intptr_t)run->priv);
}

const struct bench_ops here_rdmsr = {
	.open = rdmsr_open, .batch = rdmsr_batch, .close = rdmsr_close,
};

static int pio_open(struct bench_run *run)
{
	if (ioperm(L2_PORT_USER, 1, 1))
		return bench_fail(run, -EOPNOTSUPP, "ioperm: %s", strerror(errno));
	return 0;
}

/* Port 0x80 takes the codes of a power-on self test; the kernel itself writes there to wait. */
static int pio_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	uint64_t before, i;

	(void)run;
	before = tsc_read();
	for (i = 0; i < count; i++)
		outb(0, L2_PORT_USER);
	sample->inside = tsc_read() - before;
	return 0;
}

static void pio_close(struct bench_run *run)
{
	(void)run;
	ioperm(L2_PORT_USER, 1, 0);
}

const struct bench_ops here_pio = { .open = pio_open, .batch = pio_batch, .close = pio_close };

static int clock_vdso_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	struct timespec now;
	uint64_t before, i;

	(void)run;
	before = tsc_read();
	for (i = 0; i < count; i++)
		clock_gettime(CLOCK_MONOTONIC, &now);
	sample->inside = tsc_read() - before;
	return 0;
}

const struct bench_ops here_clock_vdso = { .batch = clock_vdso_batch };

static int clock_syscall_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	struct timespec now;
	uint64_t before, i;

	(void)run;
	before = tsc_read();
	for (i = 0; i < count; i++)
		syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
	sample->inside = tsc_read() - before;
	return 0;
}

const struct bench_ops here_clock_syscall = { .batch = clock_syscall_batch };

static int timer_wake_open(struct bench_run *run)
{
	if (!run->opts->tsc_khz)
		return bench_fail(run, -EOPNOTSUPP, "the frequency of the TSC is not known");
	/* The kernel may let a timer of ours wait that long for others; 0 would mean 50 us. */
	if (prctl(PR_SET_TIMERSLACK, 1UL))
		return bench_fail(run, -errno, "prctl(PR_SET_TIMERSLACK): %s", strerror(errno));
	return 0;
}

static int timer_wake_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	const struct timespec pause = { .tv_nsec = SLEEP_NS };
	const uint64_t asleep = run->opts->tsc_khz * SLEEP_NS / 1000000;
	uint64_t i;

	for (i = 0; i < count; i++) {
		uint64_t before = tsc_read(), took;

		if (nanosleep(&pause, NULL))
			return bench_fail(run, -errno, "nanosleep: %s", strerror(errno));
		took = tsc_read() - before;
		bench_sample_add(sample, took > asleep ? took - asleep : 0);
	}
	return 0;
}

const struct bench_ops here_timer_wake = { .open = timer_wake_open, .batch = timer_wake_batch };

static int first_touch_open(struct bench_run *run)
{
	size_t size = run->max_batch * PAGE_SIZE;
	void *pages;
	int err;

	if (!size)
		return 0;
	err = bench_check_pages(run);
	if (err)
		return err;
	pages = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pages == MAP_FAILED)
		return bench_fail(run, -errno, "no memory to touch: %s", strerror(errno));
	/* EINVAL: a kernel without huge pages */
	if (madvise(pages, size, MADV_NOHUGEPAGE) && errno != EINVAL) {
		munmap(pages, size);
		return bench_fail(run, -errno, "madvise: %s", strerror(errno));
	}
	run->priv = pages;
	return 0;
}

static int first_touch_prepare(struct bench_run *run, uint64_t count)
{
	if (count && madvise(run->priv, count * PAGE_SIZE, MADV_DONTNEED))
		return bench_fail(run, -errno, "madvise: %s", strerror(errno));
	return 0;
}

static int first_touch_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	volatile char *page = run->priv;
	uint64_t before, i;

	before = tsc_read();
	for (i = 0; i < count; i++, page += PAGE_SIZE)
		*page = 1;
	sample->inside = tsc_read() - before;
	return 0;
}

static void first_touch_close(struct bench_run *run)
{
	if (run->priv)
		munmap(run->priv, run->max_batch * PAGE_SIZE);
}

const struct bench_ops here_first_touch = {
	.open = first_touch_open,
	.prepare = first_touch_prepare,
	.batch = first_touch_batch,
	.close = first_touch_close,
};
