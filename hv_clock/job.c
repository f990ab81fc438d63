// SPDX-License-Identifier: GPL-2.0
/*
 * A function that runs on one CPU; see job.h.
 *
 * Tasks that are there already, and are moved: a new one would have to wait for the kernel's
 * ordinary task that makes it.
 */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/smp.h>

#include "job.h"

#define TIMEOUT_MS	1000	/* a task with real-time priority may keep a CPU for as long */

static struct kthread_worker *workers[JOBS];

/* Wherever somebody has moved the task: the CPU stays the one that was asked for, or it is not. */
static void run(struct kthread_work *work)
{
	struct job *job = container_of(work, struct job, work);

	migrate_disable();
	job->ran = raw_smp_processor_id() == job->cpu;
	if (job->ran)
		job->run(job->data);
	migrate_enable();
	complete(&job->done);
}

/**
 * job_init() - makes the tasks that jobs run in
 *
 * Return: 0 or a negative errno
 */
int job_init(void)
{
	unsigned int i;

	for (i = 0; i < JOBS; i++) {
		struct kthread_worker *worker = kthread_create_worker(0, KBUILD_MODNAME "/%u", i);

		if (IS_ERR(worker)) {
			job_exit();
			return PTR_ERR(worker);
		}
		sched_set_fifo_low(worker->task);
		workers[i] = worker;
	}
	return 0;
}

/**
 * job_exit() - undoes job_init(); no job is left
 */
void job_exit(void)
{
	unsigned int i;

	for (i = 0; i < JOBS && workers[i]; i++)
		kthread_destroy_worker(workers[i]);
}

/**
 * job_start() - hands it to the CPU
 * @job: its @run and @data are set
 * @which: below JOBS, of those that run at the same time
 * @cpu: online, and kept so until job_end()
 */
void job_start(struct job *job, unsigned int which, unsigned int cpu)
{
	job->cpu = cpu;
	job->ran = false;
	init_completion(&job->done);
	kthread_init_work(&job->work, run);
	/* Where this fails the job does not run. */
	set_cpus_allowed_ptr(workers[which]->task, cpumask_of(cpu));
	kthread_queue_work(workers[which], &job->work);
}

/**
 * job_end() - waits for it, or calls it off if it has not begun after a while
 * @job: started; not in use any more when this returns
 *
 * Return: true if it was done
 */
bool job_end(struct job *job)
{
	wait_for_completion_timeout(&job->done, msecs_to_jiffies(TIMEOUT_MS));
	kthread_cancel_work_sync(&job->work);
	return job->ran;
}
