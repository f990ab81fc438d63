// SPDX-License-Identifier: GPL-2.0
/*
 * pair.c - benchmarks of two threads on two CPUs, where we stand
 *
 * The first thread measures. The partner sleeps (hlt-wake) or keeps its CPU busy (ipi, tlb-flush).
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"
#include "pair.h"
#include "tsc.h"

#define PAGE_SIZE	4096UL
/*
 * Until the partner's CPU is idle, and a hypervisor below has given up polling for its wake-up:
 * well beyond KVM's halt_poll_ns, 200 us by default.
 */
#define SETTLE_NS	1000000L

/**
 * struct pair - the two
 * @partner: the second thread
 * @called: grows by one when the partner shall answer
 * @answered: its answer: the same number
 * @stop: it shall end
 * @page: for tlb-flush
 */
struct pair {
	pthread_t partner;
	atomic_uint called;
	atomic_uint answered;
	atomic_bool stop;
	char *page;
};

static void relax(void)
{
	__builtin_ia32_pause();
}

static void *busy_partner(void *arg)
{
	struct pair *pair = arg;

	atomic_store(&pair->answered, 1);
	while (!atomic_load_explicit(&pair->stop, memory_order_relaxed))
		relax();
	return NULL;
}

static void *sleeping_partner(void *arg)
{
	struct pair *pair = arg;
	unsigned int seen = 0;

	while (!atomic_load(&pair->stop)) {
		syscall(SYS_futex, &pair->called, FUTEX_WAIT_PRIVATE, seen, NULL, NULL, 0);
		seen = atomic_load(&pair->called);
		atomic_store(&pair->answered, seen);
	}
	return NULL;
}

static void call(struct pair *pair)
{
	atomic_fetch_add(&pair->called, 1);
	syscall(SYS_futex, &pair->called, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

static int start(struct bench_run *run, struct pair *pair, void *(*thread)(void *))
{
	pthread_attr_t attr;
	cpu_set_t cpus;
	int err;

	CPU_ZERO(&cpus);
	CPU_SET(run->opts->partner, &cpus);
	pthread_attr_init(&attr);
	err = pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	if (!err)
		err = pthread_create(&pair->partner, &attr, thread, pair);
	pthread_attr_destroy(&attr);
	return -err;
}

static int pair_open(struct bench_run *run, void *(*thread)(void *))
{
	struct pair *pair;
	int err;

	if (run->opts->partner < 0)
		return bench_fail(run, -EOPNOTSUPP, "needs a second CPU");
	pair = calloc(1, sizeof(*pair));
	if (!pair)
		return bench_fail(run, -ENOMEM, "no memory");
	run->priv = pair;
	err = start(run, pair, thread);
	if (err) {
		free(pair);
		return bench_fail(run, err, "no second thread: %s", strerror(-err));
	}
	while (thread == busy_partner && !atomic_load(&pair->answered))
		relax();
	return 0;
}

static void pair_close(struct bench_run *run)
{
	struct pair *pair = run->priv;

	atomic_store(&pair->stop, true);
	call(pair);
	pthread_join(pair->partner, NULL);
	if (pair->page)
		munmap(pair->page, PAGE_SIZE);
	free(pair);
}

static int hlt_wake_open(struct bench_run *run)
{
	return pair_open(run, sleeping_partner);
}

static int hlt_wake_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	const struct timespec settle = { .tv_nsec = SETTLE_NS };
	struct pair *pair = run->priv;
	uint64_t i;

	for (i = 0; i < count; i++) {
		uint64_t before;

		nanosleep(&settle, NULL);
		before = tsc_read();
		call(pair);
		while (atomic_load(&pair->answered) != atomic_load(&pair->called))
			relax();
		bench_sample_add(sample, tsc_read() - before);
	}
	return 0;
}

const struct bench_ops here_hlt_wake = {
	.open = hlt_wake_open, .batch = hlt_wake_batch, .close = pair_close,
};

/*
 * membarrier() sends an IPI to each other CPU that runs a thread of the process, and waits until
 * all have answered.
 */
static int ipi_open(struct bench_run *run)
{
	if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0))
		return bench_fail(run, -EOPNOTSUPP, "membarrier: %s", strerror(errno));
	return pair_open(run, busy_partner);
}

static int ipi_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	uint64_t before, i;

	before = tsc_read();
	for (i = 0; i < count; i++)
		if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0))
			return bench_fail(run, -errno, "membarrier: %s", strerror(errno));
	sample->inside = tsc_read() - before;
	return 0;
}

const struct bench_ops here_ipi = { .open = ipi_open, .batch = ipi_batch, .close = pair_close };

static int tlb_flush_open(struct bench_run *run)
{
	char *page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			  0);
	int err;

	if (page == MAP_FAILED)
		return bench_fail(run, -errno, "mmap: %s", strerror(errno));
	err = pair_open(run, busy_partner);
	if (err)
		munmap(page, PAGE_SIZE);
	else
		((struct pair *)run->priv)->page = page;
	return err;
}

/*
 * Giving a right back and using it needs no flush; taking it away does, on every CPU of the
 * process.
 */
static int tlb_flush_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	volatile char *page = ((struct pair *)run->priv)->page;
	uint64_t i;

	for (i = 0; i < count; i++) {
		uint64_t before;

		if (mprotect((void *)page, PAGE_SIZE, PROT_READ | PROT_WRITE))
			return bench_fail(run, -errno, "mprotect: %s", strerror(errno));
		*page = 1;
		before = tsc_read();
		if (mprotect((void *)page, PAGE_SIZE, PROT_READ))
			return bench_fail(run, -errno, "mprotect: %s", strerror(errno));
		bench_sample_add(sample, tsc_read() - before);
	}
	return 0;
}

const struct bench_ops here_tlb_flush = {
	.open = tlb_flush_open, .batch = tlb_flush_batch, .close = pair_close,
};
