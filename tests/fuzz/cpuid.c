// SPDX-License-Identifier: GPL-2.0
/*
 * cpuid.c - fuzz target: captured files of CPUID leaves and MSRs, and all that is said of such leaves
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpuid_source.h"
#include "facts.h"
#include "leaves.h"
#include "msr_source.h"
#include "qemu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was read is written, and read again: the same leaves. */
static void check_cpuid(struct machine *machine, const char *text)
{
	struct cpuid again;
	size_t length, i;
	char *written;
	FILE *file;

	cpuid_parse(&machine->cpuid, text);
	file = open_memstream(&written, &length);
	cpuid_write(&machine->cpuid, file);
	fclose(file);
	cpuid_parse(&again, written);
	free(written);
	if (again.count != machine->cpuid.count || again.skipped)
		abort();
	for (i = 0; i < again.count; i++)
		if (memcmp(&again.leaves[i], &machine->cpuid.leaves[i], sizeof(again.leaves[i])))
			abort();
}

static void check_facts(const struct machine *machine)
{
	struct facts facts = { 0 };

	facts_guest(&facts, machine);
	facts_clock(&facts, machine);
	facts_backend(&facts, machine);
	facts_enlightenments(&facts, machine);
	facts_leaves(&facts, machine);
	facts_free(&facts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char empty[] = "";
	struct machine machine = { .root.fd = -1, .log.text = empty, .backend.name = empty };
	char *text = strndup((const char *)data, size);

	check_cpuid(&machine, text);
	msr_parse(&machine.msrs, text);
	check_facts(&machine);
	qemu_property(text, "hv-synic");
	free(text);
	return 0;
}
