/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sharing.h - which vCPUs have to share their CPU with a busy channel
 */
#ifndef SHARING_H
#define SHARING_H

#include "columns.h"
#include "topology.h"
#include "vm.h"
#include "vmbus.h"

struct sharing {
	const struct topology *topology;
	const struct vmbus *now, *before;	/* before: NULL for all time since boot */
	double seconds;				/* that passed */
	double busy;				/* interrupts a second of a busy channel */
};

extern const struct column sharing_columns[];
#define SHARING_USUAL	"VCPU,PID,TID,CPU,CPUS,CHANNELS,INTERRUPTS/S"

unsigned int sharing_print(const struct sharing *sharing, const struct vm *vm,
			   const struct columns *columns);

#endif
