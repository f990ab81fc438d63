// SPDX-License-Identifier: GPL-2.0
/*
 * progress.c - what is being done, on standard error, when it takes long
 *
 * A thread of its own speaks, so that one long repeat is no silence. It sleeps but for a moment
 * each TICK, and there is none where nobody would read it.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

#define TICK	500000000L	/* ns */
#define PERIOD	2.0		/* s from one word to the next, and until the first */

static struct {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool running;
	bool stop;
	bool terminal;
	bool line;	/* something of ours is on the terminal's line */
	double begun, spoken;	/* s */
	const char *name;
	unsigned int done, total;
} progress = { .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void speak(void)
{
	double now = seconds();

	if (!progress.name || now - progress.spoken < PERIOD)
		return;
	fprintf(stderr, "%shvbench: %s: %u of %u repeats after %.0f s%s",
		progress.terminal ? "\r\033[K" : "", progress.name, progress.done, progress.total,
		now - progress.begun, progress.terminal ? "" : "\n");
	progress.line = progress.terminal;
	progress.spoken = now;
}

static void *speaker(void *unused)
{
	struct timespec until;

	(void)unused;
	clock_gettime(CLOCK_MONOTONIC, &until);
	pthread_mutex_lock(&progress.lock);
	while (!progress.stop) {
		until.tv_sec += (until.tv_nsec + TICK) / 1000000000;
		until.tv_nsec = (until.tv_nsec + TICK) % 1000000000;
		if (pthread_cond_clockwait(&progress.wake, &progress.lock, CLOCK_MONOTONIC,
					   &until) == ETIMEDOUT)
			speak();
	}
	pthread_mutex_unlock(&progress.lock);
	return NULL;
}

/**
 * progress_start() - report progress from now on, if anybody reads it
 * @asked: also when standard error is no terminal
 *
 * To be called before the thread is pinned: the speaker is not.
 *
 * Return: 0 or the errno of pthread_create().
 */
int progress_start(bool asked)
{
	int err;

	progress.terminal = isatty(STDERR_FILENO);
	if (!asked && !progress.terminal)
		return 0;
	err = pthread_create(&progress.thread, NULL, speaker, NULL);
	progress.running = !err;
	return -err;
}

/**
 * progress_stop() - report no more, and clear the line of the terminal
 */
void progress_stop(void)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	progress.stop = true;
	pthread_cond_signal(&progress.wake);
	pthread_mutex_unlock(&progress.lock);
	pthread_join(progress.thread, NULL);
	if (progress.line)
		fputs("\r\033[K", stderr);
	progress.running = false;
}

/**
 * progress_begin() - say that a benchmark begins
 * @name: of the benchmark; must live until progress_stop()
 * @total: repeats it will take
 */
void progress_begin(const char *name, unsigned int total)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	progress.begun = progress.spoken = seconds();
	progress.name = name;
	progress.done = 0;
	progress.total = total;
	pthread_mutex_unlock(&progress.lock);
}

/**
 * progress_step() - say how far the benchmark is
 * @done: repeats that are done
 */
void progress_step(unsigned int done)
{
	if (!progress.running)
		return;
	pthread_mutex_lock(&progress.lock);
	progress.done = done;
	pthread_mutex_unlock(&progress.lock);
}
