// SPDX-License-Identifier: GPL-2.0
/*
 * replace.c - a file that is written as a whole or not at all
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replace.h"
#include "text.h"

static int write_to(FILE *file, replace_writer writer, const void *object)
{
	int err = writer(file, object);

	if (!err && (fchmod(fileno(file), 0644) || fflush(file) || fsync(fileno(file))))
		err = -errno;
	if (fclose(file) && !err)
		err = -errno;
	return err;
}

/* Writes a file beside @path, and then puts it there. */
static int write_beside(const char *path, replace_writer writer, const void *object)
{
	char *temporary = text_format("%s.XXXXXX", path);
	int fd = mkstemp(temporary), err = fd < 0 ? -errno : 0;
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (file) {
		err = write_to(file, writer, object);
	} else if (fd >= 0) {
		err = -errno;
		close(fd);
	}
	if (!err && rename(temporary, path))
		err = -errno;
	if (err && fd >= 0)
		unlink(temporary);
	free(temporary);
	return err;
}

/**
 * replace_file() - write a file, which is replaced as a whole or not at all
 * @path: the file; symlinks are followed; "-" is standard output
 * @writer: what writes it
 * @object: for @writer
 *
 * Return: 0 or -errno, of @writer too; -EINVAL if @path is there and no file. Errors of standard
 * output are for the caller to find.
 */
int replace_file(const char *path, replace_writer writer, const void *object)
{
	struct stat status;
	char *target;
	int err;

	if (!strcmp(path, "-"))
		return writer(stdout, object);
	target = realpath(path, NULL);
	if (lstat(target ? target : path, &status))
		err = errno == ENOENT ? 0 : -errno;
	else
		err = S_ISREG(status.st_mode) ? 0 : -EINVAL;
	if (!err)
		err = write_beside(target ? target : path, writer, object);
	free(target);
	return err;
}
