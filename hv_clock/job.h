/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A function that runs on one CPU, in a task; given up if the CPU does not come to it.
 *
 * The task has the lowest real-time priority: where the TSC of a CPU has jumped ahead, ordinary
 * tasks there are charged for time that never was, and may wait for as long. What they are charged
 * is kept from nobody with such a priority, and the others wait for some 100 us.
 */
#ifndef HV_CLOCK_JOB_H
#define HV_CLOCK_JOB_H

#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/types.h>

#define JOBS	2u	/* at a time */

/**
 * struct job - on the stack of who wants it done
 * @run: what is to be done; does not take long
 * @data: for @run
 * @cpu: private
 * @ran: private
 * @work: private
 * @done: private
 */
struct job {
	void (*run)(void *data);
	void *data;
	unsigned int cpu;
	bool ran;
	struct kthread_work work;
	struct completion done;
};

int job_init(void);
void job_exit(void);

void job_start(struct job *job, unsigned int which, unsigned int cpu);
bool job_end(struct job *job);

#endif /* HV_CLOCK_JOB_H */
