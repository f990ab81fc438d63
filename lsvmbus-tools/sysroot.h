/* SPDX-License-Identifier: GPL-2.0 */
/*
 * sysroot.h - files of this machine, or of a captured tree (--sysroot DIR)
 */
#ifndef SYSROOT_H
#define SYSROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sysroot {
	int fd;
	bool live;	/* this machine, not a captured tree */
};

/* Names in a directory, sorted: numbers in them by value. */
struct sysroot_names {
	char **names;
	size_t count;
};

int sysroot_open(struct sysroot *root, const char *dir);
void sysroot_close(struct sysroot *root);

/* Paths are relative to the root, printf-style, without a leading slash. */
#define SYSROOT_PATH(string, first)	__attribute__((format(printf, string, first)))

SYSROOT_PATH(4, 5)
ssize_t sysroot_read(const struct sysroot *root, char *text, size_t size, const char *path, ...);
SYSROOT_PATH(4, 5)
int sysroot_read_line(const struct sysroot *root, char *line, size_t size, const char *path, ...);
SYSROOT_PATH(3, 4)
int sysroot_read_number(const struct sysroot *root, uint64_t *number, const char *path, ...);
SYSROOT_PATH(3, 4)
int sysroot_write(const struct sysroot *root, const char *text, const char *path, ...);
SYSROOT_PATH(4, 5)
int sysroot_readlink(const struct sysroot *root, char *target, size_t size, const char *path, ...);
SYSROOT_PATH(3, 4)
int sysroot_list(const struct sysroot *root, struct sysroot_names *names, const char *path, ...);
SYSROOT_PATH(2, 3)
bool sysroot_exists(const struct sysroot *root, const char *path, ...);
void sysroot_names_free(struct sysroot_names *names);

#endif
