// SPDX-License-Identifier: GPL-2.0
/*
 * cpuid_source.c - CPUID leaves, from the instruction or from a captured file
 *
 * A captured file has a line a leaf: LEAF SUBLEAF EAX EBX ECX EDX, six numbers that begin with 0x. What
 * stands between them does not matter, so what `cpuid -1 -r` prints can be read as well.
 */
#include <cpuid.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cpuid_source.h"

#define FILE_MAX	(1 << 20)	/* bytes of a captured file */

/* The leaves that the tools look at; the first of a range says how many of it there are. */
static const struct range {
	uint32_t first, last;
} ranges[] = {
	{ 0x00000000, 0x00000001 },
	{ 0x40000000, 0x4000000c },
	{ 0x40000100, 0x40000101 },	/* KVM's, where it stands behind Hyper-V's */
	{ 0x80000000, 0x80000001 },
	{ 0x80000007, 0x80000007 },
};

static bool wanted(uint32_t leaf)
{
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (leaf >= ranges[i].first && leaf <= ranges[i].last)
			return true;
	return false;
}

/* Keeps a leaf; of several CPUs the first one's. */
static void keep(struct cpuid *cpuid, const struct cpuid_leaf *leaf)
{
	if (wanted(leaf->leaf) && !cpuid_find(cpuid, leaf->leaf) && cpuid->count < CPUID_MAX)
		cpuid->leaves[cpuid->count++] = *leaf;
}

static void read_instruction(struct cpuid *cpuid)
{
	uint32_t highest = 0;
	size_t i;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct range *range = &ranges[i];
		struct cpuid_leaf leaf = { .leaf = range->first };

		if (range->first >> 28 == 4 && !cpuid_bit(cpuid, CPUID_HYPERVISOR))
			continue;
		for (; leaf.leaf <= range->last; leaf.leaf++) {
			uint32_t *regs = leaf.regs;

			__cpuid_count(leaf.leaf, 0, regs[EAX], regs[EBX], regs[ECX], regs[EDX]);
			/* Leaf 1 names the CPU it was read on; nobody asks for that. */
			if (leaf.leaf == 1)
				regs[EBX] &= 0x00ffffff;
			/* What answers with a number of another range is no first leaf. */
			if (!(leaf.leaf & 0xff))
				highest = regs[EAX] >> 8 == leaf.leaf >> 8 ? regs[EAX] : 0;
			if (leaf.leaf > highest)
				break;
			keep(cpuid, &leaf);
		}
	}
}

/* Takes the next number that begins with 0x from a line. */
static bool take_number(const char **line, const char *end, uint32_t *number)
{
	const char *c;
	uint64_t value = 0;
	int digits = 0;

	for (c = *line; c + 1 < end && !(c[0] == '0' && (c[1] == 'x' || c[1] == 'X')); c++)
		;
	if (c + 1 >= end)
		return false;
	for (c += 2; c < end && digits <= 8; c++, digits++) {
		if (*c >= '0' && *c <= '9')
			value = value << 4 | (*c - '0');
		else if ((*c | 0x20) >= 'a' && (*c | 0x20) <= 'f')
			value = value << 4 | ((*c | 0x20) - 'a' + 10);
		else
			break;
	}
	*line = c;
	*number = value;
	return digits >= 1 && digits <= 8;
}

/* A line without any number is a heading, such as "CPU:". */
static void parse_line(struct cpuid *cpuid, const char *line, const char *end)
{
	struct cpuid_leaf leaf;
	uint32_t subleaf, more;
	int reg;

	if (!memmem(line, end - line, "0x", 2))
		return;
	if (!take_number(&line, end, &leaf.leaf) || !take_number(&line, end, &subleaf))
		goto skip;
	for (reg = EAX; reg < CPUID_REGS; reg++)
		if (!take_number(&line, end, &leaf.regs[reg]))
			goto skip;
	if (take_number(&line, end, &more))
		goto skip;
	if (!subleaf)
		keep(cpuid, &leaf);
	return;
skip:
	cpuid->skipped++;
}

/**
 * cpuid_parse() - take the leaves of a captured file
 * @cpuid: filled in; has no leaf if the text has none
 * @text: the file's text, ended with a NUL
 */
void cpuid_parse(struct cpuid *cpuid, const char *text)
{
	const char *end;

	*cpuid = (struct cpuid){ 0 };
	for (; *text; text = *end ? end + 1 : end) {
		end = text + strcspn(text, "\n");
		parse_line(cpuid, text, end);
	}
}

/**
 * cpuid_read() - the leaves of this machine, or of the file "cpuid" of a captured tree
 * @cpuid: filled in
 * @root: the root
 *
 * Return: 0 or -errno of reading the file; -ENODATA if there is no leaf in it.
 */
int cpuid_read(struct cpuid *cpuid, const struct sysroot *root)
{
	ssize_t length;
	char *text;

	*cpuid = (struct cpuid){ 0 };
	if (root->live) {
		read_instruction(cpuid);
		return 0;
	}
	text = malloc(FILE_MAX);
	if (!text)
		return -ENOMEM;
	length = sysroot_read(root, text, FILE_MAX, "cpuid");
	if (length >= 0)
		cpuid_parse(cpuid, text);
	free(text);
	if (length < 0)
		return length;
	return cpuid->count ? 0 : -ENODATA;
}

/**
 * cpuid_write() - print the leaves as a captured file has them
 * @cpuid: the leaves
 * @to: where to
 */
void cpuid_write(const struct cpuid *cpuid, FILE *to)
{
	size_t i;

	for (i = 0; i < cpuid->count; i++) {
		const struct cpuid_leaf *leaf = &cpuid->leaves[i];

		fprintf(to, "0x%08" PRIx32 " 0x00 0x%08" PRIx32 " 0x%08" PRIx32 " 0x%08" PRIx32
			" 0x%08" PRIx32 "\n", leaf->leaf, leaf->regs[EAX], leaf->regs[EBX],
			leaf->regs[ECX], leaf->regs[EDX]);
	}
}

/**
 * cpuid_find() - the registers of a leaf
 * @cpuid: the leaves
 * @leaf: its number
 *
 * Return: EAX, EBX, ECX and EDX, or NULL if the leaf is not there.
 */
const uint32_t *cpuid_find(const struct cpuid *cpuid, uint32_t leaf)
{
	size_t i;

	for (i = 0; i < cpuid->count; i++)
		if (cpuid->leaves[i].leaf == leaf)
			return cpuid->leaves[i].regs;
	return NULL;
}

/**
 * cpuid_reg() - one register of a leaf; 0 if the leaf is not there
 * @cpuid: the leaves
 * @leaf: its number
 * @reg: the register
 */
uint32_t cpuid_reg(const struct cpuid *cpuid, uint32_t leaf, enum cpuid_reg reg)
{
	const uint32_t *regs = cpuid_find(cpuid, leaf);

	return regs ? regs[reg] : 0;
}

/**
 * cpuid_reg_name() - what a register is called
 * @reg: the register
 */
const char *cpuid_reg_name(enum cpuid_reg reg)
{
	static const char *const names[CPUID_REGS] = { "EAX", "EBX", "ECX", "EDX" };

	return names[reg];
}

/**
 * cpuid_bit() - is a bit of a leaf set? No, if the leaf is not there.
 * @cpuid: the leaves
 * @leaf: its number
 * @reg: the register
 * @bit: 0 to 31
 */
bool cpuid_bit(const struct cpuid *cpuid, uint32_t leaf, enum cpuid_reg reg, unsigned int bit)
{
	return cpuid_reg(cpuid, leaf, reg) >> bit & 1;
}
