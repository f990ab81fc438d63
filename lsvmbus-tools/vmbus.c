// SPDX-License-Identifier: GPL-2.0
/*
 * vmbus.c - the devices of the VMBus and their channels, as sysfs shows them
 *
 * Documentation/ABI/stable/sysfs-bus-vmbus of the kernel. Devices come and go while they are read:
 * one that cannot be read to its end is left out. Files that are missing (older kernels, channels
 * that are not open) or hold nonsense leave their number unknown.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"
#include "vmbus.h"

static const char *const number_files[VMBUS_NUMBERS] = {
	[VMBUS_SUBID] = "subchannel_id",
	[VMBUS_CPU] = "cpu",
	[VMBUS_READ_AVAIL] = "read_avail",
	[VMBUS_WRITE_AVAIL] = "write_avail",
	[VMBUS_INTERRUPTS] = "interrupts",
	[VMBUS_EVENTS] = "events",
	[VMBUS_IN_FULL] = "intr_in_full",
	[VMBUS_OUT_EMPTY] = "intr_out_empty",
	[VMBUS_OUT_FULL_FIRST] = "out_full_first",
	[VMBUS_OUT_FULL] = "out_full_total",
};

/* The channel of that id, added if it is new; NULL if memory is short. */
static struct vmbus_channel *add_channel(struct vmbus_device *device, uint64_t relid)
{
	struct vmbus_channel *more;
	size_t i;

	for (i = 0; i < device->count; i++)
		if (device->channels[i].relid == relid)
			return &device->channels[i];
	more = realloc(device->channels, (device->count + 1) * sizeof(*more));
	if (!more)
		return NULL;
	device->channels = more;
	more[device->count].relid = relid;
	for (i = 0; i < VMBUS_NUMBERS; i++)
		more[device->count].numbers[i] = VMBUS_NONE;
	return &more[device->count++];
}

/* The file channel_vp_mapping, all there is before Linux 4.14: lines of RELID:CPU. */
static int read_mapping(const struct sysroot *root, struct vmbus_device *device)
{
	char text[8192], *line, *rest = text;
	struct vmbus_channel *channel;
	uint64_t relid, cpu;
	const char *at;

	if (sysroot_read(root, text, sizeof(text), VMBUS_DEVICES "/%s/channel_vp_mapping",
			 device->name) < 0)
		return 0;
	while ((line = strsep(&rest, "\n"))) {
		at = line;
		if (!text_take_number(&at, UINT32_MAX, &relid) || *at++ != ':' ||
		    !text_take_number(&at, UINT32_MAX, &cpu) || *at)
			continue;
		channel = add_channel(device, relid);
		if (!channel)
			return -ENOMEM;
		channel->numbers[VMBUS_CPU] = cpu;
	}
	return 0;
}

static int read_channel(const struct sysroot *root, struct vmbus_device *device, const char *name)
{
	struct vmbus_channel *channel;
	const char *at = name;
	uint64_t relid;
	size_t i;

	if (!text_take_number(&at, UINT32_MAX, &relid) || *at)
		return 0;
	channel = add_channel(device, relid);
	if (!channel)
		return -ENOMEM;
	for (i = 0; i < VMBUS_NUMBERS; i++)
		sysroot_read_number(root, &channel->numbers[i],
				    VMBUS_DEVICES "/%s/channels/%s/%s", device->name, name,
				    number_files[i]);
	return 0;
}

static int compare_channels(const void *a, const void *b)
{
	const struct vmbus_channel *x = a, *y = b;

	return (x->relid > y->relid) - (x->relid < y->relid);
}

static int read_channels(const struct sysroot *root, struct vmbus_device *device)
{
	struct sysroot_names names;
	int err;
	size_t i;

	err = read_mapping(root, device);
	if (err)
		return err;
	err = sysroot_list(root, &names, VMBUS_DEVICES "/%s/channels", device->name);
	for (i = 0; i < names.count && err != -ENOMEM; i++)
		err = read_channel(root, device, names.names[i]);
	sysroot_names_free(&names);
	if (device->count)
		qsort(device->channels, device->count, sizeof(*device->channels), compare_channels);
	return err == -ENOMEM ? err : 0;
}

static void read_driver(const struct sysroot *root, struct vmbus_device *device)
{
	char target[512];
	char *c;

	if (sysroot_readlink(root, target, sizeof(target), VMBUS_DEVICES "/%s/driver",
			     device->name))
		return;
	c = strrchr(target, '/');
	snprintf(device->driver, sizeof(device->driver), "%.63s", c ? c + 1 : target);
	for (c = device->driver; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/* How much a ring holds: what is in it and what is free; for the primary channel alone. */
static uint64_t read_size(const struct sysroot *root, const char *name, const char *direction)
{
	uint64_t used, free;

	if (sysroot_read_number(root, &used, VMBUS_DEVICES "/%s/%s_read_bytes_avail", name,
				direction) ||
	    sysroot_read_number(root, &free, VMBUS_DEVICES "/%s/%s_write_bytes_avail", name,
				direction) ||
	    used > UINT32_MAX || free > UINT32_MAX)
		return VMBUS_NONE;
	return used + free;
}

/* A device is called by its GUID, or vmbus_N. What else a tree may have is not for a terminal. */
static bool is_name(const char *name)
{
	while (*name > ' ' && *name <= '~')
		name++;
	return !*name;
}

/* Returns 0, -ENOMEM, or another -errno if there is no such device, or no longer. */
static int read_device(const struct sysroot *root, struct vmbus_device *device, const char *name)
{
	uint64_t node;
	int err;

	*device = (struct vmbus_device){ .id = VMBUS_NONE, .state = VMBUS_NONE, .node = -1 };
	if (!is_name(name) || strlen(name) >= sizeof(device->name))
		return -ENODEV;
	strcpy(device->name, name);
	err = sysroot_read_line(root, device->class_id, sizeof(device->class_id),
				VMBUS_DEVICES "/%s/class_id", name);
	if (err)
		return err;
	device->class = class_find(device->class_id);
	sysroot_read_line(root, device->device_id, sizeof(device->device_id),
			  VMBUS_DEVICES "/%s/device_id", name);
	sysroot_read_number(root, &device->state, VMBUS_DEVICES "/%s/state", name);
	if (!sysroot_read_number(root, &node, VMBUS_DEVICES "/%s/numa_node", name) &&
	    node <= INT16_MAX)
		device->node = node;
	device->in_size = read_size(root, name, "in");
	device->out_size = read_size(root, name, "out");
	read_driver(root, device);
	err = read_channels(root, device);
	if (!err)	/* the last file: if it is still there, so was the device all the time */
		err = sysroot_read_number(root, &device->id, VMBUS_DEVICES "/%s/id", name);
	if (err && err != -EINVAL)
		free(device->channels);
	return err == -EINVAL ? 0 : err;
}

static int compare_devices(const void *a, const void *b)
{
	const struct vmbus_device *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return strcmp(x->name, y->name);
}

/**
 * vmbus_read() - read all devices
 * @root: where from
 * @bus: filled in; freed with vmbus_free() if 0 is returned
 *
 * Return: 0, also if there is no device; -ENOENT if there is no VMBus; or another -errno.
 */
int vmbus_read(const struct sysroot *root, struct vmbus *bus)
{
	struct sysroot_names names;
	size_t i;
	int err;

	*bus = (struct vmbus){ 0 };
	err = sysroot_list(root, &names, VMBUS_DEVICES);
	if (!err && names.count) {
		bus->devices = calloc(names.count, sizeof(*bus->devices));
		if (!bus->devices)
			err = -ENOMEM;
	}
	for (i = 0; i < names.count && !err; i++) {
		int error = read_device(root, &bus->devices[bus->count], names.names[i]);

		if (!error)
			bus->count++;
		else if (error == -ENOMEM)
			err = error;
	}
	sysroot_names_free(&names);
	if (err)
		vmbus_free(bus);
	else if (bus->count)
		qsort(bus->devices, bus->count, sizeof(*bus->devices), compare_devices);
	return err;
}

/**
 * vmbus_must_read() - read all devices, or end the program and say why not
 * @root: where from
 * @bus: filled in; freed with vmbus_free()
 */
void vmbus_must_read(const struct sysroot *root, struct vmbus *bus)
{
	int error = vmbus_read(root, bus);

	if (error == -ENOENT)
		errx(EXIT_FAILURE, "no VMBus here: /%s does not exist (not a guest of Hyper-V, or "
		     "the module hv_vmbus is not loaded)", VMBUS_DEVICES);
	if (error)
		errx(EXIT_FAILURE, "/%s: %s", VMBUS_DEVICES, strerror(-error));
}

/**
 * vmbus_free() - free what vmbus_read() filled in
 * @bus: the bus
 */
void vmbus_free(struct vmbus *bus)
{
	while (bus->count)
		free(bus->devices[--bus->count].channels);
	free(bus->devices);
	bus->devices = NULL;
}

/**
 * vmbus_state_name() - the state of a channel in a word
 * @state: as in the file state
 *
 * Return: the word, or NULL if the state is not known.
 */
const char *vmbus_state_name(uint64_t state)
{
	static const char *const names[] = { "offered", "opening", "open", "opened" };

	return state < sizeof(names) / sizeof(names[0]) ? names[state] : NULL;
}

/**
 * vmbus_find() - a channel of another reading of the bus
 * @bus: the bus
 * @device: name of the device
 * @relid: relative id of the channel
 *
 * Return: the channel, or NULL.
 */
const struct vmbus_channel *vmbus_find(const struct vmbus *bus, const char *device, uint64_t relid)
{
	size_t i, j;

	for (i = 0; i < bus->count; i++)
		for (j = 0; j < bus->devices[i].count; j++)
			if (bus->devices[i].channels[j].relid == relid &&
			    !strcmp(bus->devices[i].name, device))
				return &bus->devices[i].channels[j];
	return NULL;
}
