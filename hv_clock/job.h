/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A function that runs on one CPU, in a task; given up if the CPU does not come to it.
 */
#ifndef HV_CLOCK_JOB_H
#define HV_CLOCK_JOB_H

#include <linux/completion.h>
#include <linux/workqueue.h>

/**
 * struct job - on the stack of who wants it done
 * @run: what is to be done; does not take long
 * @data: for @run
 * @work: private
 * @done: private
 */
struct job {
	void (*run)(void *data);
	void *data;
	struct work_struct work;
	struct completion done;
};

void job_start(struct job *job, unsigned int cpu);
bool job_end(struct job *job);

#endif /* HV_CLOCK_JOB_H */
