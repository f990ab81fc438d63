// SPDX-License-Identifier: GPL-2.0
/*
 * msr_source.c - Hyper-V's MSRs as CPU 0 has them, from the msr driver or from a captured file
 *
 * Only MSRs that a read does not change. A captured file has a line an MSR: INDEX VALUE, both with 0x.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "msr_source.h"

#define FILE_MAX	4096	/* bytes of a captured file */

static const uint32_t wanted[] = {
	MSR_HYPERCALL, MSR_REFERENCE_TSC, MSR_VP_ASSIST_PAGE, MSR_SCONTROL,
	MSR_REENLIGHTENMENT_CONTROL,
};

static const struct msr *find(const struct msrs *msrs, uint32_t index)
{
	size_t i;

	for (i = 0; i < msrs->count; i++)
		if (msrs->msrs[i].index == index)
			return &msrs->msrs[i];
	return NULL;
}

static void keep(struct msrs *msrs, uint32_t index, uint64_t value)
{
	size_t i;

	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (wanted[i] == index && !find(msrs, index) && msrs->count < MSR_MAX)
			msrs->msrs[msrs->count++] = (struct msr){ index, value };
}

/* Without the driver or the right to use it there is simply nothing known. */
static void read_driver(struct msrs *msrs)
{
	int fd = open("/dev/cpu/0/msr", O_RDONLY | O_CLOEXEC);
	uint64_t value;
	size_t i;

	if (fd < 0)
		return;
	for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (pread(fd, &value, sizeof(value), wanted[i]) == sizeof(value))
			keep(msrs, wanted[i], value);
	close(fd);
}

/**
 * msr_parse() - take the MSRs of a captured file; lines that are something else are passed over
 * @msrs: filled in
 * @text: the file's text, ended with a NUL
 */
void msr_parse(struct msrs *msrs, const char *text)
{
	*msrs = (struct msrs){ 0 };
	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		unsigned long long index, value;
		char *end;

		if (strncmp(text, "0x", 2))
			continue;
		errno = 0;
		index = strtoull(text, &end, 16);
		if (strncmp(end, " 0x", 3))
			continue;
		value = strtoull(end + 1, &end, 16);
		if (!errno && index <= UINT32_MAX && (*end == '\n' || !*end))
			keep(msrs, index, value);
	}
}

/**
 * msr_read() - the MSRs of this machine, or of the file "msr" of a captured tree
 * @msrs: filled in with those that can be read
 * @root: the root
 */
void msr_read(struct msrs *msrs, const struct sysroot *root)
{
	char text[FILE_MAX];

	*msrs = (struct msrs){ 0 };
	if (root->live)
		read_driver(msrs);
	else if (sysroot_read(root, text, sizeof(text), "msr") > 0)
		msr_parse(msrs, text);
}

/**
 * msr_write() - print the MSRs as a captured file has them
 * @msrs: the MSRs
 * @to: where to
 */
void msr_write(const struct msrs *msrs, FILE *to)
{
	size_t i;

	for (i = 0; i < msrs->count; i++)
		fprintf(to, "0x%08" PRIx32 " 0x%016" PRIx64 "\n", msrs->msrs[i].index,
			msrs->msrs[i].value);
}

/**
 * msr_bit() - is a bit of an MSR set? Unknown if the MSR could not be read.
 * @msrs: the MSRs
 * @index: the MSR
 * @bit: 0 to 63
 */
enum answer msr_bit(const struct msrs *msrs, uint32_t index, unsigned int bit)
{
	const struct msr *msr = find(msrs, index);

	return msr ? answer_of(msr->value >> bit & 1) : UNKNOWN;
}
