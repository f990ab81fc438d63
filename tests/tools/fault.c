// SPDX-License-Identifier: GPL-2.0
/*
 * fault.c - what a kernel may answer to read(2) and write(2) on a file; preloaded into a tool
 *
 * FAULT=CALL:PATH:WHAT in the environment, PATH being the end of the file's path:
 *	read:PATH:ERRNO		reading fails, as for a device that is gone
 *	write:PATH:ERRNO	writing fails
 *	write:PATH:0		writing says that it worked, but does not
 *	late:PATH:N		writing fails with EIO the first N times
 *	change:PATH:N		at the second time it is read, another has written N to it
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef ssize_t (*read_function)(int, void *, size_t);
typedef ssize_t (*write_function)(int, const void *, size_t);

/* Is there a fault for this call on this file? @what: the text of WHAT. */
static bool fault(const char *call, int fd, char *what)
{
	char wanted_call[16], wanted_path[256], link[64], path[4096];
	const char *text = getenv("FAULT");
	ssize_t length;
	size_t wanted;

	if (!text || sscanf(text, "%15[^:]:%255[^:]:%15s", wanted_call, wanted_path, what) != 3 ||
	    strcmp(call, wanted_call))
		return false;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	length = readlink(link, path, sizeof(path) - 1);
	if (length < 0)
		return false;
	path[length] = '\0';
	wanted = strlen(wanted_path);
	return (size_t)length >= wanted && !strcmp(path + length - wanted, wanted_path);
}

static void change(int fd, const char *text)
{
	char link[64];
	int file;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	file = open(link, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (file < 0 || dprintf(file, "%s\n", text) < 0)
		abort();
	close(file);
}

ssize_t read(int fd, void *buffer, size_t size)
{
	read_function next = (read_function)dlsym(RTLD_NEXT, "read");
	static int times;
	char what[16];

	if (fault("read", fd, what)) {
		errno = atoi(what);
		return -1;
	}
	if (fault("change", fd, what) && !lseek(fd, 0, SEEK_CUR) && ++times == 2)
		change(fd, what);
	return next(fd, buffer, size);
}

ssize_t write(int fd, const void *buffer, size_t size)
{
	write_function next = (write_function)dlsym(RTLD_NEXT, "write");
	static int times;
	char what[16];

	if (fault("late", fd, what) && times++ < atoi(what)) {
		errno = EIO;
		return -1;
	}
	if (fault("write", fd, what)) {
		errno = atoi(what);
		return errno ? -1 : (ssize_t)size;
	}
	return next(fd, buffer, size);
}
