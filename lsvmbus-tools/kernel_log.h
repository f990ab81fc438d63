/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kernel_log.h - what the kernel said
 */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include <stdbool.h>

#include "answer.h"
#include "sysroot.h"

struct kernel_log {
	char *text;	/* never NULL */
	bool whole;	/* it reaches back to the start of the kernel */
};

void kernel_log_read(struct kernel_log *log, const struct sysroot *root);
void kernel_log_free(struct kernel_log *log);
enum answer kernel_log_says(const struct kernel_log *log, const char *text);
char *kernel_log_line(const struct kernel_log *log, const char *text);

#endif
