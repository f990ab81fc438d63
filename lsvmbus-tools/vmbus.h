/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vmbus.h - the devices of the VMBus and their channels, as sysfs shows them
 */
#ifndef VMBUS_H
#define VMBUS_H

#include <stddef.h>
#include <stdint.h>

#include "class.h"
#include "sysroot.h"

#define VMBUS_DEVICES	"sys/bus/vmbus/devices"

/* A number that is not known: no such file, or no number in it. */
#define VMBUS_NONE	UINT64_MAX

/* The numbers of a channel, each a file in its folder. */
enum vmbus_number {
	VMBUS_SUBID,		/* 0 for the primary channel */
	VMBUS_CPU,		/* target CPU */
	VMBUS_READ_AVAIL,	/* bytes in the ring from the host */
	VMBUS_WRITE_AVAIL,	/* bytes free in the ring to the host */
	VMBUS_INTERRUPTS,	/* from the host */
	VMBUS_EVENTS,		/* signals to the host */
	VMBUS_IN_FULL,		/* signals because a full ring from the host had room again */
	VMBUS_OUT_EMPTY,	/* signals because an empty ring to the host was filled */
	VMBUS_OUT_FULL_FIRST,	/* writes that were the first to find the ring full */
	VMBUS_OUT_FULL,		/* writes that found the ring full */
	VMBUS_NUMBERS
};

struct vmbus_channel {
	uint64_t relid;
	uint64_t numbers[VMBUS_NUMBERS];
};

/* State of the primary channel (enum vmbus_channel_state of the kernel). */
#define VMBUS_STATE_OPENED	3

struct vmbus_device {
	char name[64];			/* in VMBUS_DEVICES */
	uint64_t id;			/* relative id of the primary channel */
	char class_id[64], device_id[64], driver[64];	/* empty if not known */
	const struct class *class;
	int node;			/* of NUMA; -1 if not known */
	uint64_t state;
	uint64_t in_size, out_size;	/* bytes a ring of the primary channel holds */
	struct vmbus_channel *channels;	/* by relid */
	size_t count;
};

struct vmbus {
	struct vmbus_device *devices;	/* by id */
	size_t count;
};

int vmbus_read(const struct sysroot *root, struct vmbus *bus);
void vmbus_must_read(const struct sysroot *root, struct vmbus *bus);
void vmbus_free(struct vmbus *bus);
const char *vmbus_state_name(uint64_t state);
const struct vmbus_channel *vmbus_find(const struct vmbus *bus, const char *device,
				       uint64_t relid);

#endif
