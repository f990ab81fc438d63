// SPDX-License-Identifier: GPL-2.0
/*
 * sharing.c - which vCPUs have to share their CPU with a busy channel
 *
 * An interrupt for a CPU that runs an L2 guest makes the guest exit, and each exit of a nested
 * guest is dear.
 */
#include <err.h>
#include <stdlib.h>

#include "sharing.h"
#include "text.h"
#include "tool.h"

enum {
	COL_VM, COL_VCPU, COL_PID, COL_TID, COL_CPU, COL_CPUS, COL_PINNED, COL_CHANNELS,
	COL_INTERRUPTS,
	COLS
};

const struct column sharing_columns[] = {
	[COL_VM] = COLUMN_TEXT("VM", "name of the VM"),
	[COL_VCPU] = COLUMN_NUMBER("VCPU", "number of the vCPU"),
	[COL_PID] = COLUMN_NUMBER("PID", "its QEMU"),
	[COL_TID] = COLUMN_NUMBER("TID", "its thread"),
	[COL_CPU] = COLUMN_NUMBER("CPU", "CPU it ran on last"),
	[COL_CPUS] = COLUMN_TEXT("CPUS", "CPUs it may run on"),
	[COL_PINNED] = { "PINNED", 1, 0, SCOLS_JSON_BOOLEAN, "whether these are not all CPUs" },
	[COL_CHANNELS] = COLUMN_TEXT("CHANNELS",
				     "busy channels (RELID) that interrupt one of CPUS, or "
			      "CPU if it is not pinned"),
	[COL_INTERRUPTS] = COLUMN_NUMBER("INTERRUPTS/S", "interrupts a second that these make"),
	[COLS] = { NULL }
};

struct line {
	const struct sharing *sharing;
	const struct vm *vm;
	const struct vm_vcpu *vcpu;
};

/* Interrupts a second of a channel; negative if not known. */
static double rate(const struct sharing *sharing, const struct vmbus_device *device,
		   const struct vmbus_channel *channel)
{
	const struct vmbus_channel *before;
	uint64_t count = channel->numbers[VMBUS_INTERRUPTS];

	if (count == VMBUS_NONE || sharing->seconds <= 0)
		return -1;
	if (sharing->before) {
		before = vmbus_find(sharing->before, device->name, channel->relid);
		if (!before || before->numbers[VMBUS_INTERRUPTS] > count)
			return -1;
		count -= before->numbers[VMBUS_INTERRUPTS];
	}
	return count / sharing->seconds;
}

/* The busy channels that interrupt the vCPU: their relative ids as text, and their rates' sum. */
static char *busy_channels(const struct sharing *sharing, const struct vm_vcpu *vcpu, double *sum)
{
	const struct cpulist cpus = vm_vcpu_cpus(vcpu, &sharing->topology->online);
	const struct vmbus *bus = sharing->now;
	const char *comma = "";
	char *text = NULL;
	size_t i, j, size;
	FILE *to = open_memstream(&text, &size);

	if (!to)
		tool_no_memory();
	*sum = 0;
	for (i = 0; i < bus->count; i++) {
		for (j = 0; j < bus->devices[i].count; j++) {
			const struct vmbus_channel *channel = &bus->devices[i].channels[j];
			double each = rate(sharing, &bus->devices[i], channel);

			if (each < sharing->busy ||
			    !cpulist_has(&cpus, channel->numbers[VMBUS_CPU]))
				continue;
			fprintf(to, "%s%llu", comma, (unsigned long long)channel->relid);
			comma = ",";
			*sum += each;
		}
	}
	if (fclose(to))
		tool_no_memory();
	return text;
}

static char *interrupts(const struct line *line)
{
	double sum;

	free(busy_channels(line->sharing, line->vcpu, &sum));
	return text_format("%.1f", sum);
}

static char *value(const void *object, unsigned int id)
{
	const struct line *line = object;
	const struct vm_vcpu *vcpu = line->vcpu;
	double sum;

	switch (id) {
	case COL_VM:
		return text_format("%s", line->vm->name);
	case COL_VCPU:
		return vcpu->index < 0 ? NULL : text_format("%d", vcpu->index);
	case COL_PID:
		return text_format("%u", vcpu->pid);
	case COL_TID:
		return text_format("%u", vcpu->tid);
	case COL_CPU:
		return vcpu->cpu < 0 ? NULL : text_format("%d", vcpu->cpu);
	case COL_CPUS:
		return cpulist_format(&vcpu->allowed);
	case COL_PINNED:
		return text_format("%d", vm_vcpu_pinned(vcpu, &line->sharing->topology->online));
	case COL_CHANNELS:
		return busy_channels(line->sharing, vcpu, &sum);
	case COL_INTERRUPTS:
		return interrupts(line);
	default:
		return NULL;
	}
}

/* Says it on standard error if a vCPU shares; returns whether it does. */
static bool warn_of(const struct sharing *sharing, const struct vm_vcpu *vcpu)
{
	struct cpulist cpus = vm_vcpu_cpus(vcpu, &sharing->topology->online);
	double sum;
	char *channels = busy_channels(sharing, vcpu, &sum), *list = cpulist_format(&cpus);
	bool shares = channels[0];

	if (shares)
		warnx("vCPU thread %u (CPU %s) shares its CPU with busy channels: %s", vcpu->tid,
		      list, channels);
	free(channels);
	free(list);
	return shares;
}

/**
 * sharing_print() - print a VM's vCPUs as a table, and warn of those that share their CPU
 * @sharing: what is known of the channels
 * @vm: the VM
 * @columns: what to print and how; made with sharing_columns
 *
 * Return: how many vCPUs share their CPU with a busy channel.
 */
unsigned int sharing_print(const struct sharing *sharing, const struct vm *vm,
			   const struct columns *columns)
{
	struct libscols_table *table = columns_new(columns);
	struct line line = { .sharing = sharing, .vm = vm };
	const struct vm_vcpu *end = vm->vcpus + vm->count;
	unsigned int sharers = 0;

	for (line.vcpu = vm->vcpus; line.vcpu < end; line.vcpu++)
		columns_add(columns, table, NULL, value, &line);
	columns_print(table);
	fflush(stdout);
	for (line.vcpu = vm->vcpus; line.vcpu < end; line.vcpu++)
		sharers += warn_of(sharing, line.vcpu);
	if (sharers)
		warnx("keep them apart: vmbus-pin apply --avoid-vm %s, or pin the vCPUs elsewhere",
		      vm->name);
	return sharers;
}
