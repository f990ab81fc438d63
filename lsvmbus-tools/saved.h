/* SPDX-License-Identifier: GPL-2.0 */
/*
 * saved.h - a file that says which CPU each channel interrupts
 */
#ifndef SAVED_H
#define SAVED_H

#include <stddef.h>
#include <stdint.h>

#include "vmbus.h"

struct saved_channel {
	char device[64];	/* name in VMBUS_DEVICES */
	uint64_t subid;		/* relative ids change from boot to boot, this does not */
	int cpu;
};

struct saved {
	struct saved_channel *channels;
	size_t count;
};

int saved_write(const char *path, const struct vmbus *bus);
int saved_parse(struct saved *saved, char *text, size_t length, size_t *line);
int saved_read(struct saved *saved, const char *path, size_t *line);
void saved_free(struct saved *saved);

#endif
