/* SPDX-License-Identifier: GPL-2.0 */
/*
 * leaves.h - what the bits of Hyper-V's CPUID leaves are called and mean
 */
#ifndef LEAVES_H
#define LEAVES_H

#include <stddef.h>
#include <stdint.h>

#include "cpuid_source.h"

#define LEAF_VENDOR	0x40000000u	/* highest leaf and signature */
#define LEAF_VERSION	0x40000002u
#define LEAF_FEATURES	0x40000003u
#define LEAF_HINTS	0x40000004u
#define LEAF_NESTED	0x4000000au
#define LEAF_ISOLATION	0x4000000cu
#define LEAF_LAST	0x4000000cu	/* the last that has a meaning */
#define LEAF_SECOND	0x40000100u	/* first leaf of another interface behind Hyper-V's */

/* Bits that more than the table of names needs to know. */
#define FEATURES_EAX_REF_COUNTER	1
#define FEATURES_EAX_SYNIC		2
#define FEATURES_EAX_STIMER		3
#define FEATURES_EAX_VP_ASSIST		4
#define FEATURES_EAX_HYPERCALL		5
#define FEATURES_EAX_TSC_PAGE		9
#define FEATURES_EAX_GUEST_IDLE		10
#define FEATURES_EAX_FREQUENCY		11
#define FEATURES_EAX_REENLIGHTENMENT	13
#define FEATURES_EAX_TSC_INVARIANT	15
#define FEATURES_EBX_CPU_MANAGEMENT	12
#define FEATURES_EBX_ISOLATION		22
#define FEATURES_EDX_FREQUENCY		8
#define HINTS_EAX_REMOTE_FLUSH		2
#define HINTS_EAX_APIC_MSRS		3
#define HINTS_EAX_CLUSTER_IPI		10
#define HINTS_EAX_NESTED		12
#define HINTS_EAX_EVMCS			14
#define NESTED_EAX_DIRECT_FLUSH		17
#define NESTED_EAX_GPA_FLUSH		18
#define NESTED_EAX_MSR_BITMAP		19
#define NESTED_EAX_ENLIGHTENED_TLB	22

/* How the value of a field is shown. */
enum field_kind { FIELD_FLAG, FIELD_NUMBER, FIELD_HEX, FIELD_TEXT, FIELD_ISOLATION };

struct field {
	uint32_t leaf;
	enum cpuid_reg reg;
	unsigned char low, high;	/* bits */
	enum field_kind kind;
	const char *name;
	const char *meaning;
};

extern const struct field leaves_fields[];
extern const size_t leaves_field_count;

char *leaves_value(const struct field *field, const uint32_t regs[CPUID_REGS]);
char *leaves_signature(const uint32_t regs[CPUID_REGS]);
uint32_t leaves_unnamed(uint32_t leaf, enum cpuid_reg reg);
const char *leaves_isolation(unsigned int type);

#endif
