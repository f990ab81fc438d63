/* SPDX-License-Identifier: GPL-2.0 */
/*
 * advise.h - known traps of nested virtualization on Hyper-V
 */
#ifndef ADVISE_H
#define ADVISE_H

#include <stddef.h>

#include "machine.h"

/* All text is allocated, but for @check. */
struct finding {
	const char *check;
	char *subject;
	char *finding;
	char *evidence;
	char *remedy;
};

struct findings {
	struct finding *findings;
	size_t count;
};

int advise(struct findings *findings, const struct machine *machine);
void advise_free(struct findings *findings);

#endif
