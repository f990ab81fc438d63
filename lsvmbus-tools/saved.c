// SPDX-License-Identifier: GPL-2.0
/*
 * saved.c - a file that says which CPU each channel interrupts
 *
 * A line for each channel: DEVICE SUBCHANNEL CPU. Empty lines and those that begin with # are
 * comments.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpulist.h"
#include "replace.h"
#include "saved.h"
#include "text.h"

#define FILE_MAX	(1 << 20)	/* bytes of a file */

static int write_channels(FILE *file, const void *object)
{
	const struct vmbus *bus = object;
	const struct vmbus_device *device;
	const struct vmbus_channel *channel;

	fputs("# vmbus-pin: the CPUs that VMBus channels interrupt\n", file);
	fputs("# DEVICE SUBCHANNEL CPU\n", file);
	for (device = bus->devices; device < bus->devices + bus->count; device++)
		for (channel = device->channels; channel < device->channels + device->count;
		     channel++)
			if (channel->numbers[VMBUS_SUBID] != VMBUS_NONE &&
			    channel->numbers[VMBUS_CPU] < CPULIST_MAX)
				fprintf(file, "%s %llu %llu\n", device->name,
					(unsigned long long)channel->numbers[VMBUS_SUBID],
					(unsigned long long)channel->numbers[VMBUS_CPU]);
	return 0;
}

/**
 * saved_write() - write the CPUs of all channels
 * @path: the file, as for replace_file()
 * @bus: the channels; one whose subchannel or CPU is not known is left out
 *
 * Return: 0 or -errno, as replace_file().
 */
int saved_write(const char *path, const struct vmbus *bus)
{
	return replace_file(path, write_channels, bus);
}

/* Passes over blanks; returns whether there were any. */
static bool take_blanks(const char **text)
{
	size_t length = strspn(*text, " \t");

	*text += length;
	return length;
}

static int parse_line(struct saved *saved, const char *line)
{
	struct saved_channel *more, channel = { 0 };
	size_t i, length;
	uint64_t cpu;

	take_blanks(&line);
	length = strcspn(line, " \t");
	if (length >= sizeof(channel.device))
		return -EINVAL;
	memcpy(channel.device, line, length);
	line += length;
	if (!take_blanks(&line) || !text_take_number(&line, UINT32_MAX, &channel.subid) ||
	    !take_blanks(&line) || !text_take_number(&line, CPULIST_MAX - 1, &cpu))
		return -EINVAL;
	take_blanks(&line);
	if (*line)
		return -EINVAL;
	channel.cpu = cpu;
	for (i = 0; i < saved->count; i++)
		if (saved->channels[i].subid == channel.subid &&
		    !strcmp(saved->channels[i].device, channel.device))
			return -EINVAL;
	more = realloc(saved->channels, (saved->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	saved->channels = more;
	more[saved->count++] = channel;
	return 0;
}

/**
 * saved_parse() - read the text of such a file
 * @saved: filled in; freed with saved_free() if 0 is returned
 * @text: the text, ended with a NUL; changed
 * @length: its length; a NUL before that is a wrong line
 * @line: the line that is wrong or about a channel that another was about, counted from 1, if
 *	-EINVAL is returned
 *
 * Return: 0, -EINVAL or -ENOMEM.
 */
int saved_parse(struct saved *saved, char *text, size_t length, size_t *line)
{
	const char *end = text + length;
	char *each;
	int err = 0;

	*saved = (struct saved){ 0 };
	for (*line = 1; !err && (each = strsep(&text, "\n")); ++*line)
		if (!text && each + strlen(each) != end)
			err = -EINVAL;
		else if (each[0] && each[0] != '#')
			err = parse_line(saved, each);
	--*line;
	if (err)
		saved_free(saved);
	return err;
}

/**
 * saved_read() - read such a file
 * @saved: filled in; freed with saved_free() if 0 is returned
 * @path: the file; "-" is standard input
 * @line: as for saved_parse()
 *
 * Return: 0 or -errno; -EINVAL for a wrong line, -EFBIG for a file that is too long.
 */
int saved_read(struct saved *saved, const char *path, size_t *line)
{
	FILE *file = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char *text;
	size_t length;
	int err;

	if (!file)
		return -errno;
	text = malloc(FILE_MAX);
	if (!text) {
		err = -ENOMEM;
		goto out_close;
	}
	length = fread(text, 1, FILE_MAX, file);
	if (ferror(file)) {
		err = -errno;
	} else if (length == FILE_MAX) {
		err = -EFBIG;
	} else {
		text[length] = '\0';
		err = saved_parse(saved, text, length, line);
	}
	free(text);
out_close:
	fclose(file);
	return err;
}

/**
 * saved_free() - free what saved_parse() or saved_read() filled in
 * @saved: what was read
 */
void saved_free(struct saved *saved)
{
	free(saved->channels);
	saved->channels = NULL;
	saved->count = 0;
}
