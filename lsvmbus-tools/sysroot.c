// SPDX-License-Identifier: GPL-2.0
/*
 * sysroot.c - files of this machine, or of a captured tree (--sysroot DIR)
 *
 * Every path is resolved as if the root were "/" (openat2(2), RESOLVE_IN_ROOT): neither "..", nor
 * an absolute symlink, nor a tree made by somebody else leads out of it. A tree may hold anything,
 * so only regular files and directories are opened, and what is read has a limit.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sysroot.h"

#define NAMES_MAX	65536	/* in a directory */
#define TRIES		1000	/* to open a file while others are renamed */

/**
 * sysroot_open() - open the root that all paths are relative to
 * @root: filled in
 * @dir: a captured tree, or NULL for this machine
 *
 * Return: 0 or -errno.
 */
int sysroot_open(struct sysroot *root, const char *dir)
{
	root->live = !dir;
	root->fd = open(dir ? dir : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return root->fd < 0 ? -errno : 0;
}

/**
 * sysroot_close() - the opposite of sysroot_open()
 * @root: the root
 */
void sysroot_close(struct sysroot *root)
{
	close(root->fd);
}

/*
 * Opens a path as if the root were "/"; -errno. While anything on the machine is renamed, the
 * kernel cannot tell whether ".." stays in the root: EAGAIN, try again.
 */
static int open_in_root(const struct sysroot *root, uint64_t flags, const char *format,
			va_list args)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	char path[PATH_MAX];
	int length, fd, tries = 0;

	length = vsnprintf(path, sizeof(path), format, args);
	if (length < 0 || (size_t)length >= sizeof(path))
		return -ENAMETOOLONG;
	do {
		fd = syscall(SYS_openat2, root->fd, path, &how, sizeof(how));
	} while (fd < 0 && errno == EAGAIN && ++tries < TRIES);
	return fd < 0 ? -errno : fd;
}

/* The same for a regular file; anything else is -EINVAL, and not waited for. */
static int open_file(const struct sysroot *root, uint64_t flags, const char *format, va_list args)
{
	int fd = open_in_root(root, flags | O_NONBLOCK | O_NOCTTY, format, args);
	struct stat status;

	if (fd < 0)
		return fd;
	if (fstat(fd, &status) || !S_ISREG(status.st_mode)) {
		close(fd);
		return -EINVAL;
	}
	return fd;
}

/* Reads all of a file and ends it with a NUL. Returns its length or -errno; -EFBIG if too long. */
static ssize_t read_all(int fd, char *text, size_t size)
{
	size_t length = 0;
	ssize_t n;

	while ((n = read(fd, text + length, size - length)) != 0) {
		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		length += n;
		if (length == size)
			return -EFBIG;
	}
	text[length] = '\0';
	return length;
}

static ssize_t vread(const struct sysroot *root, char *text, size_t size, const char *path,
		     va_list args)
{
	int fd = open_file(root, O_RDONLY, path, args);
	ssize_t length;

	text[0] = '\0';
	if (fd < 0)
		return fd;
	length = read_all(fd, text, size);
	close(fd);
	if (length < 0)
		text[0] = '\0';
	return length;
}

/**
 * sysroot_read() - read a whole file
 * @root: the root
 * @text: where the text goes, ended with a NUL; empty on an error
 * @size: room in @text, in bytes, at least 1
 * @path: the file
 *
 * A file that is gone is -ENOENT or -ENODEV: the kernel took the device away.
 *
 * Return: the length, which counts NULs in the file too, or -errno; -EFBIG if it does not fit.
 */
ssize_t sysroot_read(const struct sysroot *root, char *text, size_t size, const char *path, ...)
{
	ssize_t length;
	va_list args;

	va_start(args, path);
	length = vread(root, text, size, path, args);
	va_end(args);
	return length;
}

static int vread_line(const struct sysroot *root, char *line, size_t size, const char *path,
		      va_list args)
{
	ssize_t length = vread(root, line, size, path, args);
	char *c;

	if (length < 0)
		return length;
	line[strcspn(line, "\n")] = '\0';
	for (c = line; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return 0;
}

/**
 * sysroot_read_line() - read the first line of a small file
 * @root: the root
 * @line: where the line goes, without its newline and with '?' for what is not printable ASCII
 * @size: room in @line, in bytes; the whole file must fit
 * @path: the file
 *
 * Return: 0 or -errno, as sysroot_read().
 */
int sysroot_read_line(const struct sysroot *root, char *line, size_t size, const char *path, ...)
{
	va_list args;
	int err;

	va_start(args, path);
	err = vread_line(root, line, size, path, args);
	va_end(args);
	return err;
}

/**
 * sysroot_read_number() - read a file that holds one number, decimal or 0x hexadecimal
 * @root: the root
 * @number: where the number goes; untouched on an error
 * @path: the file
 *
 * Return: 0 or -errno, as sysroot_read(); -EINVAL if it holds anything else.
 */
int sysroot_read_number(const struct sysroot *root, uint64_t *number, const char *path, ...)
{
	unsigned long long value;
	char line[64], *end;
	va_list args;
	int err;

	va_start(args, path);
	err = vread_line(root, line, sizeof(line), path, args);
	va_end(args);
	if (err)
		return err;
	/* strtoull() takes a sign and leading space; we do not. */
	if (line[0] < '0' || line[0] > '9')
		return -EINVAL;
	errno = 0;
	value = strtoull(line, &end, line[1] == 'x' ? 16 : 10);
	if (errno || *end)
		return -EINVAL;
	*number = value;
	return 0;
}

/**
 * sysroot_write() - write to a file that exists
 * @root: the root
 * @text: what to write, ended with a newline; in one write(2), as files of sysfs want it
 * @path: the file
 *
 * Return: 0 or -errno: that of open(2) or of write(2).
 */
int sysroot_write(const struct sysroot *root, const char *text, const char *path, ...)
{
	size_t length = strlen(text);
	va_list args;
	int fd, err = 0;
	ssize_t n;

	va_start(args, path);
	fd = open_file(root, O_WRONLY, path, args);
	va_end(args);
	if (fd < 0)
		return fd;
	n = write(fd, text, length);
	if (n < 0)
		err = -errno;
	else if ((size_t)n != length)
		err = -EIO;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

/**
 * sysroot_readlink() - where a symlink points
 * @root: the root
 * @target: where the text of the link goes
 * @size: room in @target, in bytes
 * @path: the link
 *
 * Return: 0 or -errno; -EFBIG if it does not fit, -ENOENT if @path is no symlink.
 */
int sysroot_readlink(const struct sysroot *root, char *target, size_t size, const char *path, ...)
{
	va_list args;
	ssize_t n;
	int fd;

	va_start(args, path);
	fd = open_in_root(root, O_PATH | O_NOFOLLOW, path, args);
	va_end(args);
	if (fd < 0)
		return fd;
	n = readlinkat(fd, "", target, size);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	if ((size_t)n >= size)
		return -EFBIG;
	target[n] = '\0';
	return 0;
}

static int append_name(struct sysroot_names *names, const char *name)
{
	char **more;

	if (names->count == NAMES_MAX)
		return -EFBIG;
	more = realloc(names->names, (names->count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	names->names = more;
	more[names->count] = strdup(name);
	if (!more[names->count])
		return -ENOMEM;
	names->count++;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(int fd, struct sysroot_names *names)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!dir) {
		err = -errno;
		close(fd);
		return err;
	}
	while (!err) {
		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			err = -errno;
			break;
		}
		if (entry->d_name[0] != '.')
			err = append_name(names, entry->d_name);
	}
	closedir(dir);
	return err;
}

/**
 * sysroot_list() - the names in a directory, but for those that begin with a dot
 * @root: the root
 * @names: filled in, also with an error; freed with sysroot_names_free()
 * @path: the directory
 *
 * Return: 0 or -errno.
 */
int sysroot_list(const struct sysroot *root, struct sysroot_names *names, const char *path, ...)
{
	va_list args;
	int fd, err;

	*names = (struct sysroot_names){ 0 };
	va_start(args, path);
	fd = open_in_root(root, O_RDONLY | O_DIRECTORY, path, args);
	va_end(args);
	if (fd < 0)
		return fd;
	err = read_names(fd, names);
	if (names->count)
		qsort(names->names, names->count, sizeof(*names->names), compare_names);
	return err;
}

/**
 * sysroot_names_free() - free what sysroot_list() filled in
 * @names: the names
 */
void sysroot_names_free(struct sysroot_names *names)
{
	while (names->count)
		free(names->names[--names->count]);
	free(names->names);
	names->names = NULL;
}

/**
 * sysroot_exists() - is there a file, a directory or a symlink that leads to one?
 * @root: the root
 * @path: the path
 */
bool sysroot_exists(const struct sysroot *root, const char *path, ...)
{
	va_list args;
	int fd;

	va_start(args, path);
	fd = open_in_root(root, O_PATH, path, args);
	va_end(args);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}
