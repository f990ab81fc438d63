// SPDX-License-Identifier: GPL-2.0
/*
 * statistics.c - what the project's own modules count and say, where they are loaded
 */
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "text.h"

#define FILE_MAX	4096	/* bytes */

/* What a file holds whose name does not say it. */
static const struct {
	const char *topic, *name, *meaning;
} meanings[] = {
	{ "hv_evmcs", "cpuid_fastpath", "parameter: answer CPUID next to the VM entry" },
	{ "hv_clock", "state", "of the reference TSC page" },
	{ "hv_clock", "reason", "why it is in that state" },
	{ "hv_clock", "sequence", "of the reference TSC page" },
	{ "hv_clock", "scale", "of the reference TSC page" },
	{ "hv_clock", "offset", "of the reference TSC page" },
	{ "hv_clock", "ahead", "page before the reference counter, and the floor of that, in 100 ns" },
	{ "hv_clock", "drift_ppm", "against the reference counter, and the floor of that" },
	{ "hv_clock", "checks", "made so far" },
	{ "hv_clock", "fallbacks", "to the reference counter" },
	{ "hv_reenlightenment", "mode", "own, kernel or off: whose the interrupt is" },
	{ "hv_reenlightenment", "events", "migrations so far" },
	{ "hv_reenlightenment", "last_window_ns", "from the interrupt to the end of the emulation" },
	{ "hv_reenlightenment", "longest_window_ns", "the longest so far" },
	{ "hv_reenlightenment", "old_frequency", "of the TSC before the last event, in Hz" },
	{ "hv_reenlightenment", "new_frequency", "of the TSC after it, in Hz" },
};

static const char *meaning_of(const char *topic, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (!strcmp(meanings[i].topic, topic) && !strcmp(meanings[i].name, name))
			return meanings[i].meaning;
	return "";
}

/* Every file of a folder, and of the folders in it once. @below is what stands before the names. */
static void add_folder(struct facts *facts, const struct sysroot *root, const char *topic,
		       const char *folder, const char *below)
{
	struct sysroot_names names;
	size_t i;

	sysroot_list(root, &names, "%s/%s", folder, below);
	for (i = 0; i < names.count; i++) {
		char value[FILE_MAX], *name = text_format("%s%s", below, names.names[i]);

		if (!sysroot_read_line(root, value, sizeof(value), "%s/%s", folder, name)) {
			facts_add(facts, topic, name, text_format("%s", value),
				  text_format("%s", meaning_of(topic, name)));
			continue;
		}
		if (!below[0]) {
			char *deeper = text_format("%s/", name);

			add_folder(facts, root, topic, folder, deeper);
			free(deeper);
		}
		free(name);
	}
	sysroot_names_free(&names);
}

/**
 * facts_statistics() - what hv_evmcs, hv_clock and hv_reenlightenment show
 * @facts: lines are added, none for a module that is not loaded
 * @machine: the machine
 */
void facts_statistics(struct facts *facts, const struct machine *machine)
{
	const struct backend *backend = &machine->backend;
	const struct sysroot *root = &machine->root;
	char *parameters;

	if (backend->kind == BACKEND_HV_EVMCS) {
		parameters = text_format("sys/module/%s/parameters", backend->module);
		add_folder(facts, root, "hv_evmcs", parameters, "");
		add_folder(facts, root, "hv_evmcs", "sys/kernel/hv_evmcs", "");
		free(parameters);
	}
	add_folder(facts, root, "hv_clock", "sys/kernel/hv_clock", "");
	add_folder(facts, root, "hv_reenlightenment", "sys/kernel/hv_reenlightenment", "");
}
