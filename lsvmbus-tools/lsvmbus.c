// SPDX-License-Identifier: GPL-2.0
/*
 * lsvmbus.c - lists the devices of Hyper-V's VMBus, their channels and what goes through them
 *
 * Without options, with -v and with -vv it prints what tools/hv/lsvmbus of the kernel prints.
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "columns.h"
#include "cpulist.h"
#include "sysroot.h"
#include "text.h"
#include "tool.h"
#include "vmbus.h"

static const char usage[] =
	"Usage: lsvmbus [-v | -vv]\n"
	"       lsvmbus [-c | -t] [-w SECONDS] [-J | -P | -r] [-n] [-o LIST | --output-all]\n";

static const char help[] =
	"\n"
	"List the devices of Hyper-V's VMBus and their channels.\n"
	"\n"
	" -c, --channels        a line for each channel\n"
	"     --count N         with --watch: end after N times\n"
	" -t, --tree            devices, under them their channels, under those their CPUs\n"
	" -v, --verbose         class ids, and channels, CPUs; twice: device ids and paths too\n"
	" -w, --watch SECONDS   a line for each channel, again and again, with rates\n"
	" -s, --sysroot DIR     read a captured tree instead of this machine\n"
	COLUMNS_USAGE
	" -h, --help            this text\n"
	" -V, --version         version\n"
	"\n"
	"Exit status: 0 fine, 1 no VMBus or an error, 2 wrong arguments.\n";

enum {
	COL_NAME, COL_ID, COL_CLASS, COL_CLASS_ID, COL_DEVICE_ID, COL_PATH, COL_DRIVER, COL_NODE,
	COL_STATE, COL_CHANNELS, COL_CPUS, COL_RELID, COL_SUBID, COL_CPU, COL_IN_USED, COL_IN_SIZE,
	COL_OUT_USED, COL_OUT_SIZE, COL_INTERRUPTS, COL_EVENTS, COL_IN_FULL, COL_OUT_EMPTY,
	COL_OUT_FULL_FIRST, COL_OUT_FULL, COL_INTERRUPT_RATE, COL_EVENT_RATE, COL_OUT_FULL_RATE,
	COLS
};

/* Of a device, a number of its channels is their sum. */
static const struct column table[COLS + 1] = {
	[COL_NAME] = { "NAME", 1, SCOLS_FL_TREE, SCOLS_JSON_STRING,
		       "what the line is about: a device, a channel, a CPU" },
	[COL_ID] = COLUMN_NUMBER("ID", "VMBUS ID: the relative id of the device's primary channel"),
	[COL_CLASS] = COLUMN_TEXT("CLASS", "kind of device"),
	[COL_CLASS_ID] = COLUMN_TEXT("CLASS-ID", "kind of device (GUID)"),
	[COL_DEVICE_ID] = COLUMN_TEXT("DEVICE-ID", "the device (GUID)"),
	[COL_PATH] = COLUMN_TEXT("PATH", "where the device is in sysfs"),
	[COL_DRIVER] = COLUMN_TEXT("DRIVER", "driver of the device"),
	[COL_NODE] = COLUMN_NUMBER("NODE", "NUMA node of the CPU of the primary channel"),
	[COL_STATE] = COLUMN_TEXT("STATE",
				  "state of the primary channel: offered, opening, open, opened"),
	[COL_CHANNELS] = COLUMN_NUMBER("CHANNELS", "number of channels"),
	[COL_CPUS] = COLUMN_TEXT("CPUS", "CPUs that the channels interrupt"),
	[COL_RELID] = COLUMN_NUMBER("RELID", "relative id of the channel"),
	[COL_SUBID] = COLUMN_NUMBER("SUBID",
				    "number of the channel in its device, 0 the primary one"),
	[COL_CPU] = COLUMN_NUMBER("CPU", "CPU that the channel interrupts (target_cpu)"),
	[COL_IN_USED] = COLUMN_NUMBER("IN-USED", "bytes from the host that wait in the ring"),
	[COL_IN_SIZE] = COLUMN_NUMBER("IN-SIZE",
				      "bytes the ring from the host holds (primary channel's)"),
	[COL_OUT_USED] = COLUMN_NUMBER("OUT-USED", "bytes for the host that wait in the ring"),
	[COL_OUT_SIZE] = COLUMN_NUMBER("OUT-SIZE",
				       "bytes the ring to the host holds (primary channel's)"),
	[COL_INTERRUPTS] = COLUMN_NUMBER("INTERRUPTS", "interrupts from the host"),
	[COL_EVENTS] = COLUMN_NUMBER("EVENTS", "signals to the host"),
	[COL_IN_FULL] = COLUMN_NUMBER("IN-FULL",
				      "signals since the ring from the host has room again"),
	[COL_OUT_EMPTY] = COLUMN_NUMBER("OUT-EMPTY",
					"signals since the ring to the host was empty"),
	[COL_OUT_FULL_FIRST] = COLUMN_NUMBER("OUT-FULL-FIRST",
					     "times the ring to the host became full"),
	[COL_OUT_FULL] = COLUMN_NUMBER("OUT-FULL", "writes that found the ring to the host full"),
	[COL_INTERRUPT_RATE] = COLUMN_NUMBER("INTERRUPTS/S", "interrupts a second (--watch)"),
	[COL_EVENT_RATE] = COLUMN_NUMBER("EVENTS/S", "signals to the host a second (--watch)"),
	[COL_OUT_FULL_RATE] = COLUMN_NUMBER("OUT-FULL/S",
					    "writes into a full ring a second (--watch)"),
	{ NULL }
};

enum view { VIEW_LIST, VIEW_DEVICES, VIEW_CHANNELS, VIEW_TREE };

static const char *const usual[] = {
	[VIEW_DEVICES] = "ID,CLASS,DRIVER,NODE,STATE,CHANNELS,CPUS,INTERRUPTS,EVENTS",
	[VIEW_CHANNELS] = "ID,CLASS,RELID,CPU,IN-USED,OUT-USED,INTERRUPTS,EVENTS,OUT-FULL",
	[VIEW_TREE] = "NAME,DRIVER,NODE,STATE,INTERRUPTS,EVENTS",
};
#define USUAL_WATCH	"ID,CLASS,RELID,CPU,IN-USED,OUT-USED,INTERRUPTS/S,EVENTS/S,OUT-FULL/S"

struct request {
	enum view view;
	unsigned int verbose;
	uint64_t watch;		/* seconds between two times; 0 for once */
	uint64_t times;		/* 0: for ever */
	const char *sysroot;
	struct columns columns;
};

/* The bus at a time, and at the time before if there was one. */
struct sample {
	struct vmbus now, before;
	double seconds;		/* between them; 0 without before */
};

/* What a line is about. */
struct line {
	const struct sample *sample;
	const struct vmbus_device *device;
	const struct vmbus_channel *channel;	/* NULL: the device as a whole */
	bool cpu;				/* the CPU of the channel */
};

static char *text_number(uint64_t number)
{
	return number == VMBUS_NONE ? NULL : text_format("%llu", (unsigned long long)number);
}

/* Bytes that wait in the ring to the host: sysfs says how many are free. */
static uint64_t out_used(const struct vmbus_device *device, const struct vmbus_channel *channel)
{
	uint64_t free = channel->numbers[VMBUS_WRITE_AVAIL];

	return device->out_size == VMBUS_NONE || free > device->out_size ? VMBUS_NONE :
		device->out_size - free;
}

/* What happened since the sample before. */
static uint64_t change(const struct line *line, const struct vmbus_channel *channel,
		       enum vmbus_number number)
{
	const struct vmbus_channel *before = vmbus_find(&line->sample->before, line->device->name,
							channel->relid);

	/* A channel that was closed and opened again counts from 0. */
	if (!before || before->numbers[number] > channel->numbers[number])
		return VMBUS_NONE;
	return channel->numbers[number] - before->numbers[number];
}

static uint64_t channel_value(const struct line *line, const struct vmbus_channel *channel,
			      unsigned int id)
{
	switch (id) {
	case COL_IN_USED:
		return channel->numbers[VMBUS_READ_AVAIL];
	case COL_OUT_USED:
		return out_used(line->device, channel);
	case COL_INTERRUPTS:
		return channel->numbers[VMBUS_INTERRUPTS];
	case COL_EVENTS:
		return channel->numbers[VMBUS_EVENTS];
	case COL_IN_FULL:
		return channel->numbers[VMBUS_IN_FULL];
	case COL_OUT_EMPTY:
		return channel->numbers[VMBUS_OUT_EMPTY];
	case COL_OUT_FULL_FIRST:
		return channel->numbers[VMBUS_OUT_FULL_FIRST];
	case COL_OUT_FULL:
		return channel->numbers[VMBUS_OUT_FULL];
	case COL_INTERRUPT_RATE:
		return change(line, channel, VMBUS_INTERRUPTS);
	case COL_EVENT_RATE:
		return change(line, channel, VMBUS_EVENTS);
	case COL_OUT_FULL_RATE:
		return change(line, channel, VMBUS_OUT_FULL);
	default:
		return VMBUS_NONE;
	}
}

/* That of the channel, or the sum over those of the device that have one. */
static uint64_t line_value(const struct line *line, unsigned int id)
{
	uint64_t sum = VMBUS_NONE, value;
	size_t i;

	if (line->channel)
		return channel_value(line, line->channel, id);
	for (i = 0; i < line->device->count; i++) {
		value = channel_value(line, &line->device->channels[i], id);
		if (value != VMBUS_NONE)
			sum = sum == VMBUS_NONE ? value : sum + value;
	}
	return sum;
}

static char *rate(const struct line *line, unsigned int id)
{
	uint64_t value = line->sample->seconds > 0 ? line_value(line, id) : VMBUS_NONE;

	return value == VMBUS_NONE ? NULL : text_format("%.1f", value / line->sample->seconds);
}

static char *line_name(const struct line *line)
{
	const struct vmbus_channel *channel = line->channel;

	if (line->cpu)
		return text_format("CPU %llu", (unsigned long long)channel->numbers[VMBUS_CPU]);
	if (channel)
		return text_format("channel %llu", (unsigned long long)channel->relid);
	if (line->device->id == VMBUS_NONE)
		return text_format("?: %s", line->device->class->name);
	return text_format("%llu: %s", (unsigned long long)line->device->id,
			   line->device->class->name);
}

static char *cpus(const struct vmbus_device *device)
{
	struct cpulist list = { 0 };
	size_t i;

	for (i = 0; i < device->count; i++)
		cpulist_add(&list, device->channels[i].numbers[VMBUS_CPU]);
	return cpulist_format(&list);
}

static char *state(uint64_t number)
{
	const char *name = vmbus_state_name(number);

	return name ? text_format("%s", name) : text_number(number);
}

static char *value(const void *object, unsigned int id)
{
	const struct line *line = object;
	const struct vmbus_device *device = line->device;
	const struct vmbus_channel *channel = line->channel;

	if (id == COL_NAME)
		return line_name(line);
	if (line->cpu && id != COL_CPU)
		return NULL;
	switch (id) {
	case COL_ID:
		return text_number(device->id);
	case COL_CLASS:
		return text_format("%s", device->class->name);
	case COL_CLASS_ID:
		return text_format("%s", device->class_id);
	case COL_DEVICE_ID:
		return text_format("%s", device->device_id);
	case COL_PATH:
		return text_format("/" VMBUS_DEVICES "/%s", device->name);
	case COL_DRIVER:
		return text_format("%s", device->driver);
	case COL_NODE:
		return device->node < 0 ? NULL : text_format("%d", device->node);
	case COL_STATE:
		return state(device->state);
	case COL_CHANNELS:
		return text_format("%zu", device->count);
	case COL_CPUS:
		return cpus(device);
	case COL_RELID:
		return channel ? text_number(channel->relid) : NULL;
	case COL_SUBID:
		return channel ? text_number(channel->numbers[VMBUS_SUBID]) : NULL;
	case COL_CPU:
		return channel ? text_number(channel->numbers[VMBUS_CPU]) : NULL;
	case COL_IN_SIZE:
		return text_number(device->in_size);
	case COL_OUT_SIZE:
		return text_number(device->out_size);
	case COL_INTERRUPT_RATE:
	case COL_EVENT_RATE:
	case COL_OUT_FULL_RATE:
		return rate(line, id);
	default:
		return text_number(line_value(line, id));
	}
}

static void add_device(const struct request *request, struct libscols_table *to,
		       const struct sample *sample, const struct vmbus_device *device)
{
	const struct columns *columns = &request->columns;
	struct line line = { .sample = sample, .device = device };
	struct libscols_line *parent = NULL, *child;
	size_t i;

	if (request->view != VIEW_CHANNELS)
		parent = columns_add(columns, to, NULL, value, &line);
	if (request->view == VIEW_DEVICES)
		return;
	for (i = 0; i < device->count; i++) {
		line.channel = &device->channels[i];
		line.cpu = false;
		child = columns_add(columns, to, parent, value, &line);
		line.cpu = true;
		if (request->view == VIEW_TREE && line.channel->numbers[VMBUS_CPU] != VMBUS_NONE)
			columns_add(columns, to, child, value, &line);
	}
}

static void print_table(const struct request *request, const struct sample *sample)
{
	struct libscols_table *to = columns_new(&request->columns);
	size_t i;

	for (i = 0; i < sample->now.count; i++)
		add_device(request, to, sample, &sample->now.devices[i]);
	columns_print(to);
}

/* As the kernel's script prints it. */
static void print_list(const struct vmbus *bus, unsigned int verbose)
{
	const struct vmbus_device *device;
	const struct vmbus_channel *channel;

	for (device = bus->devices; device < bus->devices + bus->count; device++) {
		if (device->id == VMBUS_NONE)
			fputs("VMBUS ID  ?: ", stdout);
		else
			printf("VMBUS ID %2llu: ", (unsigned long long)device->id);
		if (!verbose) {
			puts(device->class->name);
			continue;
		}
		printf("Class_ID = %s - %s\n", device->class_id, device->class->name);
		if (verbose > 1)
			printf("\tDevice_ID = %s\n\tSysfs path: /" VMBUS_DEVICES "/%s\n",
			       device->device_id, device->name);
		for (channel = device->channels; channel < device->channels + device->count;
		     channel++)
			if (channel->numbers[VMBUS_CPU] != VMBUS_NONE)
				printf("\tRel_ID=%llu, target_cpu=%llu\n",
				       (unsigned long long)channel->relid,
				       (unsigned long long)channel->numbers[VMBUS_CPU]);
		putchar('\n');
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void print_sample(const struct request *request, const struct sample *sample)
{
	if (request->view == VIEW_LIST)
		print_list(&sample->now, request->verbose);
	else
		print_table(request, sample);
	if (!sample->now.count)
		warnx("the VMBus is there, but has no devices");
	if (fflush(stdout))
		tool_leave(EXIT_FAILURE);
}

/* Prints the bus every so often, with what has happened since the time before. */
static void watch(const struct request *request, const struct sysroot *root)
{
	const bool terminal = isatty(STDOUT_FILENO);
	struct sample sample = { 0 };
	double time, time_before = 0;
	uint64_t i;

	for (i = 0; !request->times || i < request->times; i++) {
		if (i)
			sleep(request->watch);
		vmbus_must_read(root, &sample.now);
		time = now();
		sample.seconds = i ? time - time_before : 0;
		if (terminal)
			fputs("\033[H\033[2J", stdout);
		else if (i && request->columns.format != COLUMNS_JSON)
			putchar('\n');
		print_sample(request, &sample);
		vmbus_free(&sample.before);
		sample.before = sample.now;
		time_before = time;
	}
	vmbus_free(&sample.before);
}

static void parse_options(int argc, char **argv, struct request *request)
{
	enum { OPT_COUNT = 256 };
	static const struct option options[] = {
		{ "channels", no_argument, NULL, 'c' },
		{ "count", required_argument, NULL, OPT_COUNT },
		{ "tree", no_argument, NULL, 't' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "watch", required_argument, NULL, 'w' },
		TOOL_LONG_OPTIONS,
		COLUMNS_LONG_OPTIONS,
		{ 0 }
	};
	bool channels = false, tree = false;
	int c;

	while ((c = getopt_long(argc, argv, "cs:tvw:hV" COLUMNS_SHORT_OPTIONS, options,
				NULL)) != -1) {
		switch (c) {
		case 'c':
			channels = true;
			break;
		case 't':
			tree = true;
			break;
		case 'v':
			request->verbose++;
			break;
		case 'w':
			request->watch = tool_number(usage, "--watch", optarg, 1, 86400);
			break;
		case OPT_COUNT:
			request->times = tool_number(usage, "--count", optarg, 1, UINT32_MAX);
			break;
		case 's':
			request->sysroot = optarg;
			break;
		case 'h':
			fputs(usage, stdout);
			fputs(help, stdout);
			columns_help(table, stdout);
			tool_leave(EXIT_SUCCESS);
		case 'V':
			puts("lsvmbus " VERSION);
			tool_leave(EXIT_SUCCESS);
		default:
			if (columns_option(&request->columns, c, optarg))
				tool_usage_error(usage);
		}
	}
	if (optind < argc) {
		warnx("'%s': no argument is expected", argv[optind]);
		tool_usage_error(usage);
	}
	if ((tree && channels) || (request->times && !request->watch)) {
		warnx("%s", tree && channels ? "--tree and --channels exclude one another" :
		      "--count is for --watch");
		tool_usage_error(usage);
	}
	if (tree)
		request->view = VIEW_TREE;
	else if (channels || request->watch)
		request->view = VIEW_CHANNELS;
	else if (request->columns.asked)
		request->view = VIEW_DEVICES;
	if (request->verbose && request->view != VIEW_LIST) {
		warnx("--verbose is for the plain list; a table takes --output or --output-all");
		tool_usage_error(usage);
	}
	if (request->view != VIEW_LIST &&
	    columns_choose(&request->columns, request->watch && !tree ? USUAL_WATCH :
			   usual[request->view]))
		tool_usage_error(usage);
}

int main(int argc, char **argv)
{
	struct request request = { .columns = { .table = table, .name = "vmbus" } };
	struct sample sample = { 0 };
	struct sysroot root;
	int error;

	setlocale(LC_CTYPE, "");	/* no more: JSON and /proc have decimal points */
	parse_options(argc, argv, &request);
	error = sysroot_open(&root, request.sysroot);
	if (error)
		errx(EXIT_FAILURE, "%s: %s", request.sysroot ? request.sysroot : "/",
		     strerror(-error));
	if (request.watch) {
		watch(&request, &root);
	} else {
		vmbus_must_read(&root, &sample.now);
		print_sample(&request, &sample);
		vmbus_free(&sample.now);
	}
	sysroot_close(&root);
	tool_leave(EXIT_SUCCESS);
}
