// SPDX-License-Identifier: GPL-2.0
/*
 * moves.c - which channels go to which CPU, and what became of it
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "moves.h"
#include "text.h"
#include "tool.h"

#define TRIES	10	/* a second, while waiting for a channel */

enum {
	COL_ID, COL_CLASS, COL_DEVICE, COL_RELID, COL_SUBID, COL_NODE, COL_CPU, COL_NEW,
	COL_NEW_NODE, COL_RESULT, COL_WHY, COL_ERROR,
	COLS
};

const struct column moves_columns[] = {
	[COL_ID] = COLUMN_NUMBER("ID", "VMBUS ID of the device"),
	[COL_CLASS] = COLUMN_TEXT("CLASS", "kind of device"),
	[COL_DEVICE] = COLUMN_TEXT("DEVICE", "name of the device in sysfs"),
	[COL_RELID] = COLUMN_NUMBER("RELID", "relative id of the channel"),
	[COL_SUBID] = COLUMN_NUMBER("SUBID",
				    "number of the channel in its device, 0 the primary one"),
	[COL_NODE] = COLUMN_NUMBER("NODE", "NUMA node of the CPU it interrupts"),
	[COL_CPU] = COLUMN_NUMBER("CPU", "CPU it interrupts, as read before anything is written"),
	[COL_NEW] = COLUMN_NUMBER("NEW", "CPU it should interrupt"),
	[COL_NEW_NODE] = COLUMN_NUMBER("NEW-NODE", "NUMA node of that"),
	[COL_RESULT] = COLUMN_TEXT("RESULT",
				   "stays, move (not written), moved (and read back), refused"),
	[COL_WHY] = COLUMN_TEXT("WHY", "why it should"),
	[COL_ERROR] = COLUMN_TEXT("ERROR", "why it was refused"),
	[COLS] = { NULL }
};

static char *node(const struct topology *topology, uint64_t cpu)
{
	return cpulist_has(&topology->online, cpu) ? text_format("%d", topology->node[cpu]) : NULL;
}

static char *number(uint64_t value)
{
	return value == VMBUS_NONE ? NULL : text_format("%llu", (unsigned long long)value);
}

struct line {
	const struct topology *topology;
	const struct move *move;
};

static char *value(const void *object, unsigned int id)
{
	static const char *const results[] = {
		[MOVE_STAYS] = "stays", [MOVE_WANTED] = "move",
		[MOVE_DONE] = "moved", [MOVE_REFUSED] = "refused",
	};
	const struct line *line = object;
	const struct move *move = line->move;
	const uint64_t cpu = move->channel->numbers[VMBUS_CPU];

	switch (id) {
	case COL_ID:
		return number(move->device->id);
	case COL_CLASS:
		return text_format("%s", move->device->class->name);
	case COL_DEVICE:
		return text_format("%s", move->device->name);
	case COL_RELID:
		return number(move->channel->relid);
	case COL_SUBID:
		return number(move->channel->numbers[VMBUS_SUBID]);
	case COL_NODE:
		return node(line->topology, cpu);
	case COL_CPU:
		return number(cpu);
	case COL_NEW:
		return move->cpu < 0 ? NULL : text_format("%d", move->cpu);
	case COL_NEW_NODE:
		return node(line->topology, move->cpu);
	case COL_RESULT:
		return text_format("%s", results[move->result]);
	case COL_WHY:
		return text_format("%s", move->why);
	case COL_ERROR:
		return text_format("%s", move->words);
	default:
		return NULL;
	}
}

static struct move *add(struct moves *moves, const struct vmbus_device *device,
			const struct vmbus_channel *channel)
{
	struct move *more = realloc(moves->moves, (moves->count + 1) * sizeof(*more));

	if (!more)
		tool_no_memory();
	moves->moves = more;
	more = &more[moves->count++];
	*more = (struct move){ .device = device, .channel = channel, .cpu = -1 };
	return more;
}

static void set_target(struct move *move, int cpu, const char *why)
{
	move->cpu = cpu;
	move->why = why;
	move->result = cpu < 0 || (uint64_t)cpu == move->channel->numbers[VMBUS_CPU] ?
		MOVE_STAYS : MOVE_WANTED;
}

static bool is_open(const struct vmbus_device *device)
{
	return device->state == VMBUS_STATE_OPENED || device->state == VMBUS_NONE;
}

/**
 * moves_plan() - spread all channels over CPUs
 * @moves: filled in; freed with moves_free()
 * @bus: the channels; kept
 * @cpus: the CPUs; at least one is usable. Its topology is kept
 */
void moves_plan(struct moves *moves, const struct vmbus *bus, const struct plan_cpus *cpus)
{
	struct plan_channel *channels = NULL;
	size_t i, j, count = 0;

	*moves = (struct moves){ .topology = cpus->topology };
	for (i = 0; i < bus->count; i++)
		count += bus->devices[i].count;
	channels = calloc(count + 1, sizeof(*channels));
	if (!channels)
		tool_no_memory();
	for (i = 0; i < bus->count; i++) {
		const struct vmbus_device *device = &bus->devices[i];

		for (j = 0; j < device->count; j++) {
			const uint64_t cpu = device->channels[j].numbers[VMBUS_CPU];
			const bool known = cpu < CPULIST_MAX;

			channels[moves->count] = (struct plan_channel){
				.device = i, .cpu = known ? (int)cpu : -1,
				.busy = device->class->busy, .fixed = !known || !is_open(device),
			};
			add(moves, device, &device->channels[j]);
		}
	}
	if (plan_spread(cpus, channels, count))
		tool_no_memory();
	for (i = 0; i < count; i++)
		set_target(&moves->moves[i], channels[i].target, plan_why_text(channels[i].why));
	free(channels);
}

static const struct vmbus_channel *find_sub(const struct vmbus_device *device, uint64_t subid)
{
	size_t i;

	for (i = 0; i < device->count; i++)
		if (device->channels[i].numbers[VMBUS_SUBID] == subid)
			return &device->channels[i];
	return NULL;
}

/**
 * moves_restore() - give channels the CPUs that were saved
 * @moves: filled in; freed with moves_free()
 * @bus: the channels; kept
 * @topology: the CPUs; kept
 * @saved: what was saved
 * @only: name of the one device to look at, or NULL for all
 *
 * Return: how many of the saved channels are not there.
 */
unsigned int moves_restore(struct moves *moves, const struct vmbus *bus,
			   const struct topology *topology, const struct saved *saved,
			   const char *only)
{
	const struct vmbus_channel *channel;
	unsigned int missing = 0;
	size_t i, j;

	*moves = (struct moves){ .topology = topology };
	for (i = 0; i < saved->count; i++) {
		const struct saved_channel *wanted = &saved->channels[i];

		if (only && strcmp(only, wanted->device))
			continue;
		channel = NULL;
		for (j = 0; j < bus->count && !channel; j++)
			if (!strcmp(bus->devices[j].name, wanted->device))
				channel = find_sub(&bus->devices[j], wanted->subid);
		if (channel)
			set_target(add(moves, &bus->devices[j - 1], channel), wanted->cpu, "saved");
		else
			missing++;
	}
	return missing;
}

/* Tries until the channel is open, as one will be that the host has just offered. */
static int do_move(const struct moves *moves, const struct sysroot *root, struct move *move,
		   unsigned int *tries)
{
	int err;

	while ((err = pin_channel(root, moves->topology, move->device, move->channel, move->cpu,
				  move->words)) == -EIO && *tries) {
		--*tries;
		usleep(1000000 / TRIES);
	}
	return err;
}

/**
 * moves_do() - write what is wanted, each read back; what is refused is said on standard error
 * @moves: the moves; result and words are filled in
 * @root: where
 * @wait: seconds to wait, in all, for channels to be opened
 *
 * Return: how many were refused.
 */
unsigned int moves_do(struct moves *moves, const struct sysroot *root, unsigned int wait)
{
	unsigned int tries = wait * TRIES;
	unsigned int refused = 0;
	struct move *move;

	for (move = moves->moves; move < moves->moves + moves->count; move++) {
		if (move->result != MOVE_WANTED)
			continue;
		if (!do_move(moves, root, move, &tries)) {
			move->result = MOVE_DONE;
			continue;
		}
		move->result = MOVE_REFUSED;
		refused++;
		warnx("channel %llu (%s) to CPU %d: %s", (unsigned long long)move->channel->relid,
		      move->device->class->name, move->cpu, move->words);
	}
	return refused;
}

/**
 * moves_print() - print them as a table
 * @moves: the moves
 * @columns: what of them and how; made with moves_columns
 */
void moves_print(const struct moves *moves, const struct columns *columns)
{
	struct libscols_table *table = columns_new(columns);
	struct line line = { .topology = moves->topology };

	for (line.move = moves->moves; line.move < moves->moves + moves->count; line.move++)
		columns_add(columns, table, NULL, value, &line);
	columns_print(table);
}

/**
 * moves_free() - free what was filled in
 * @moves: the moves
 */
void moves_free(struct moves *moves)
{
	free(moves->moves);
	moves->moves = NULL;
	moves->count = 0;
}
