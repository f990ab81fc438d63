// SPDX-License-Identifier: GPL-2.0
/*
 * The task in which everything runs that subscribers hear of: one, so that they hear of one
 * thing at a time.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>

#include "task.h"

static struct kthread_worker *worker;

/**
 * task_start - start the task
 *
 * It goes before all ordinary tasks: while the TSC is emulated they are slow anyway.
 *
 * Return: 0 or -ENOMEM.
 */
int task_start(void)
{
	worker = kthread_create_worker(0, KBUILD_MODNAME);
	if (IS_ERR(worker))
		return PTR_ERR(worker);
	sched_set_fifo(worker->task);
	return 0;
}

/**
 * task_stop - undo task_start(), after all that was queued has run
 */
void task_stop(void)
{
	kthread_destroy_worker(worker);
}

/**
 * task_run_on - let the task run where the interrupt comes, with no other CPU to be woken first
 * @cpu: an online CPU; when it goes offline the task goes elsewhere by itself
 */
void task_run_on(unsigned int cpu)
{
	set_cpus_allowed_ptr(worker->task, cpumask_of(cpu));
}

/**
 * task_queue - let the task do something
 * @work: what. Queued once more while it runs, it will run once more; queued twice while it
 *	waits, it runs once.
 *
 * Any context but NMI.
 */
void task_queue(struct kthread_work *work)
{
	kthread_queue_work(worker, work);
}

/**
 * task_flush - wait until a work has run, if it is queued or running
 * @work: the work
 *
 * Process context, not the task itself.
 */
void task_flush(struct kthread_work *work)
{
	kthread_flush_work(work);
}
