// SPDX-License-Identifier: GPL-2.0
/*
 * A function that runs on one CPU; see job.h.
 */
#include <linux/jiffies.h>

#include "job.h"

#define TIMEOUT_MS	1000	/* a task with real-time priority may keep a CPU for as long */

static void run(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	job->run(job->data);
	complete(&job->done);
}

/**
 * job_start() - hands it to the CPU
 * @job: its @run and @data are set
 * @cpu: online, and kept so until job_end()
 */
void job_start(struct job *job, unsigned int cpu)
{
	init_completion(&job->done);
	INIT_WORK_ONSTACK(&job->work, run);
	queue_work_on(cpu, system_highpri_wq, &job->work);
}

/**
 * job_end() - waits for it, or calls it off if it has not begun after a while
 * @job: started; not in use any more when this returns
 *
 * Return: true if it was done
 */
bool job_end(struct job *job)
{
	bool called_off;

	wait_for_completion_timeout(&job->done, msecs_to_jiffies(TIMEOUT_MS));
	called_off = cancel_work_sync(&job->work);
	destroy_work_on_stack(&job->work);
	return !called_off;
}
