/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cpuid_source.h - CPUID leaves, from the instruction or from a captured file
 */
#ifndef CPUID_SOURCE_H
#define CPUID_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sysroot.h"

enum cpuid_reg { EAX, EBX, ECX, EDX };
#define CPUID_REGS	4

/* Bits of Intel's and AMD's own leaves. */
#define CPUID_VMX		1, ECX, 5
#define CPUID_SVM		0x80000001, ECX, 2
#define CPUID_HYPERVISOR	1, ECX, 31	/* without it there is no range 0x40000000 */

#define CPUID_MAX	64	/* leaves that are kept */

struct cpuid_leaf {
	uint32_t leaf;
	uint32_t regs[CPUID_REGS];
};

struct cpuid {
	struct cpuid_leaf leaves[CPUID_MAX];
	size_t count;
	size_t skipped;		/* lines of a captured file that are no leaf */
};

int cpuid_read(struct cpuid *cpuid, const struct sysroot *root);
void cpuid_parse(struct cpuid *cpuid, const char *text);
void cpuid_write(const struct cpuid *cpuid, FILE *to);
const uint32_t *cpuid_find(const struct cpuid *cpuid, uint32_t leaf);
uint32_t cpuid_reg(const struct cpuid *cpuid, uint32_t leaf, enum cpuid_reg reg);
const char *cpuid_reg_name(enum cpuid_reg reg);
bool cpuid_bit(const struct cpuid *cpuid, uint32_t leaf, enum cpuid_reg reg, unsigned int bit);

#endif
