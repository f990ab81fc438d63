// SPDX-License-Identifier: GPL-2.0
/*
 * statistics.c - what the project's own modules count and say, where they are loaded
 */
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "text.h"

#define FILE_MAX	65536	/* bytes; a line for each CPU */

/* A file of several lines, one a CPU, becomes several lines here. */
static void add_file(struct facts *facts, const struct sysroot *root, const char *topic,
		     const char *folder, const char *name)
{
	char text[FILE_MAX], *line, *rest = text, *c;
	size_t number;

	if (sysroot_read(root, text, sizeof(text), "%s/%s", folder, name) < 0)
		return;
	for (number = 0; (line = strsep(&rest, "\n")) && (*line || !number); number++) {
		for (c = line; *c; c++)
			if (*c < ' ' || *c > '~')
				*c = *c == '\t' ? ' ' : '?';
		facts_add(facts, topic,
			  number ? text_format("%s[%zu]", name, number) : text_format("%s", name),
			  text_format("%s", line), NULL);
	}
}

static void add_folder(struct facts *facts, const struct sysroot *root, const char *topic,
		       const char *folder)
{
	struct sysroot_names names;
	size_t i;

	if (!sysroot_list(root, &names, "%s", folder))
		for (i = 0; i < names.count; i++)
			add_file(facts, root, topic, folder, names.names[i]);
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
	char *folder;

	if (backend->kind == BACKEND_HV_EVMCS) {
		folder = text_format("sys/module/%s/parameters", backend->module);
		add_folder(facts, root, "hv_evmcs", folder);
		free(folder);
		add_folder(facts, root, "hv_evmcs", "sys/kernel/hv_evmcs");
	}
	add_folder(facts, root, "hv_clock", "sys/kernel/hv_clock");
	add_folder(facts, root, "hv_reenlightenment", "sys/kernel/hv_reenlightenment");
}
