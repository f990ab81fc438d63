// SPDX-License-Identifier: GPL-2.0
/*
 * channel OUT NAME=FIFO...
 *
 * Copies lines from FIFOs to OUT, each as "NAME LINE" and in one piece, until every FIFO has had a
 * writer and lost its last one. OUT is a file, or "port" for Bochs's debug port 0xe9: a serial port
 * there takes an interrupt for every few characters. Carriage returns are dropped; a line that does not
 * end is sent when its FIFO does.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <unistd.h>

#define DEBUG_PORT	0xe9
#define MAX_FIFOS	8

struct fifo {
	const char *name;
	char *line;
	size_t used, size;
};

static int out = -1;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void emit(const char *data, size_t size)
{
	if (out < 0) {
		asm volatile("rep outsb" : "+S" (data), "+c" (size) : "d" (DEBUG_PORT) : "memory");
	} else if (write(out, data, size) != (ssize_t)size) {
		die("channel: write");
	}
}

static void emit_line(struct fifo *fifo)
{
	char *text;
	int size = asprintf(&text, "%s %.*s\n", fifo->name, (int)fifo->used, fifo->line);

	if (size < 0)
		die("channel: memory");
	emit(text, size);
	free(text);
	fifo->used = 0;
}

static void put(struct fifo *fifo, char c)
{
	if (fifo->used == fifo->size) {
		fifo->size = fifo->size ? 2 * fifo->size : 256;
		fifo->line = realloc(fifo->line, fifo->size);
		if (!fifo->line)
			die("channel: memory");
	}
	fifo->line[fifo->used++] = c;
}

static void take(struct fifo *fifo, const char *data, ssize_t size)
{
	for (; size > 0; size--, data++) {
		if (*data == '\n')
			emit_line(fifo);
		else if (*data && *data != '\r')
			put(fifo, *data);
	}
}

int main(int argc, char **argv)
{
	static struct fifo fifos[MAX_FIFOS];
	struct pollfd polls[MAX_FIFOS];
	int count = argc - 2, left = count, i;

	if (count < 1 || count > MAX_FIFOS) {
		fprintf(stderr, "usage: channel FILE|port NAME=FIFO...\n");
		return 2;
	}
	if (strcmp(argv[1], "port")) {
		out = open(argv[1], O_WRONLY | O_APPEND);
		if (out < 0)
			die(argv[1]);
	} else {
		if (ioperm(DEBUG_PORT, 1, 1))
			die("channel: ioperm");
		emit("\n", 1);
	}
	for (i = 0; i < count; i++) {
		char *path = strchr(argv[2 + i], '=');

		if (!path)
			die(argv[2 + i]);
		*path++ = '\0';
		fifos[i].name = argv[2 + i];
		polls[i].fd = open(path, O_RDONLY | O_NONBLOCK);
		polls[i].events = POLLIN;
		if (polls[i].fd < 0)
			die(path);
	}
	while (left) {
		if (poll(polls, count, -1) < 0)
			die("channel: poll");
		for (i = 0; i < count; i++) {
			char data[4096];
			ssize_t size;

			if (!polls[i].revents)
				continue;
			size = read(polls[i].fd, data, sizeof(data));
			if (size > 0) {
				take(&fifos[i], data, size);
			} else if (size == 0) {
				if (fifos[i].used)
					emit_line(&fifos[i]);
				polls[i].fd = -1;
				left--;
			}
		}
	}
	return 0;
}
