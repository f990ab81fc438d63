/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REENLIGHTENMENT_TASK_H
#define REENLIGHTENMENT_TASK_H

struct kthread_work;

int task_start(void);
void task_stop(void);
void task_run_on(unsigned int cpu);
void task_queue(struct kthread_work *work);
void task_flush(struct kthread_work *work);

#endif /* REENLIGHTENMENT_TASK_H */
