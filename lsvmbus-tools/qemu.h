/* SPDX-License-Identifier: GPL-2.0 */
/*
 * qemu.h - the QEMU processes of a machine, and what their command lines ask for
 */
#ifndef QEMU_H
#define QEMU_H

#include <stdbool.h>
#include <stddef.h>

#include "answer.h"
#include "sysroot.h"

struct qemu {
	int pid;
	char *args;	/* each ended with a NUL */
	size_t length;
};

struct qemus {
	struct qemu *qemus;
	size_t count;
};

int qemu_list(struct qemus *qemus, const struct sysroot *root);
void qemu_free(struct qemus *qemus);
const char *qemu_option(const struct qemu *qemu, const char *option);
bool qemu_has(const struct qemu *qemu, const char *option);
char *qemu_name(const struct qemu *qemu);
bool qemu_uses_kvm(const struct qemu *qemu);
unsigned int qemu_vcpus(const struct qemu *qemu);
enum answer qemu_property(const char *list, const char *name);

#endif
