/* SPDX-License-Identifier: GPL-2.0 */
/*
 * msr_source.h - Hyper-V's MSRs as CPU 0 has them, from the msr driver or from a captured file
 */
#ifndef MSR_SOURCE_H
#define MSR_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "answer.h"
#include "sysroot.h"

#define MSR_HYPERCALL			0x40000001u
#define MSR_REFERENCE_TSC		0x40000021u
#define MSR_VP_ASSIST_PAGE		0x40000073u
#define MSR_SCONTROL			0x40000080u
#define MSR_REENLIGHTENMENT_CONTROL	0x40000106u

#define MSR_ENABLE			0	/* the bit that switches a page or the SynIC on */
#define MSR_REENLIGHTENMENT_ENABLE	16

#define MSR_MAX	8

struct msrs {
	struct msr {
		uint32_t index;
		uint64_t value;
	} msrs[MSR_MAX];
	size_t count;
};

void msr_read(struct msrs *msrs, const struct sysroot *root);
void msr_parse(struct msrs *msrs, const char *text);
void msr_write(const struct msrs *msrs, FILE *to);
enum answer msr_bit(const struct msrs *msrs, uint32_t index, unsigned int bit);

#endif
