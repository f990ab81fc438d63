/* SPDX-License-Identifier: GPL-2.0 */
/*
 * task.h - what task.c and task_code.S share
 */
#ifndef VCPU_TASK_H
#define VCPU_TASK_H

#define SEL_TASK_A	(SEL_FREE)
#define SEL_TASK_B	(SEL_FREE + 8)
#define TASK_A_TSS	(GUEST_SCRATCH + 0x4000)
#define TASK_B_TSS	(GUEST_SCRATCH + 0x4100)
#define TSS_EIP		0x20

#endif /* VCPU_TASK_H */
