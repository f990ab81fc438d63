/* SPDX-License-Identifier: GPL-2.0 */
/*
 * facts.h - what lshv knows of a machine, a line each
 */
#ifndef FACTS_H
#define FACTS_H

#include <stddef.h>

#include "answer.h"
#include "cpuid_source.h"
#include "machine.h"

/* All text is allocated, but for @topic; NULL is none. */
struct fact {
	const char *topic;
	char *name;
	char *value;
	char *meaning;
	char *leaf, *reg, *bits;	/* where CPUID says so */
	const char *offered, *on;	/* of an enlightenment: answer_text() */
};

struct facts {
	struct fact *facts;
	size_t count;
};

struct fact *facts_add(struct facts *facts, const char *topic, char *name, char *value,
		       char *meaning);
void facts_place(struct fact *fact, uint32_t leaf, enum cpuid_reg reg, unsigned int low,
		 unsigned int high);
void facts_free(struct facts *facts);

void facts_guest(struct facts *facts, const struct machine *machine);
void facts_clock(struct facts *facts, const struct machine *machine);
void facts_backend(struct facts *facts, const struct machine *machine);
void facts_enlightenments(struct facts *facts, const struct machine *machine);
void facts_statistics(struct facts *facts, const struct machine *machine);
void facts_leaves(struct facts *facts, const struct machine *machine);

#endif
