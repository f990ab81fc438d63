/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replace.h - a file that is written as a whole or not at all
 */
#ifndef REPLACE_H
#define REPLACE_H

#include <stdio.h>

/* Writes @object to @file: 0 or -errno of its own; errors of @file are found by the caller. */
typedef int (*replace_writer)(FILE *file, const void *object);

int replace_file(const char *path, replace_writer writer, const void *object);

#endif
