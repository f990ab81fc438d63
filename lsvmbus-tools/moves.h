/* SPDX-License-Identifier: GPL-2.0 */
/*
 * moves.h - which channels go to which CPU, and what became of it
 */
#ifndef MOVES_H
#define MOVES_H

#include <stdbool.h>
#include <stddef.h>

#include "columns.h"
#include "pin.h"
#include "plan.h"
#include "saved.h"
#include "topology.h"
#include "vmbus.h"

enum move_result { MOVE_STAYS, MOVE_WANTED, MOVE_DONE, MOVE_REFUSED };

struct move {
	const struct vmbus_device *device;
	const struct vmbus_channel *channel;
	int cpu;			/* where to */
	const char *why;
	enum move_result result;
	char words[PIN_WORDS];		/* why it was refused */
};

struct moves {
	const struct topology *topology;
	struct move *moves;
	size_t count;
};

extern const struct column moves_columns[];
#define MOVES_USUAL	"ID,CLASS,RELID,NODE,CPU,NEW,RESULT,WHY"

void moves_plan(struct moves *moves, const struct vmbus *bus, const struct plan_cpus *cpus);
unsigned int moves_restore(struct moves *moves, const struct vmbus *bus,
			   const struct topology *topology, const struct saved *saved,
			   const char *only);
unsigned int moves_do(struct moves *moves, const struct sysroot *root, unsigned int wait);
void moves_print(const struct moves *moves, const struct columns *columns);
void moves_free(struct moves *moves);

#endif
