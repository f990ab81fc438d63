/* SPDX-License-Identifier: GPL-2.0 */
/*
 * machine32.h - guests in 32-bit protected mode
 */
#ifndef VCPU_MACHINE32_H
#define VCPU_MACHINE32_H

#include "machine.h"
#include "machine32_tables.h"

/**
 * struct trap32_record - a trap in a 32-bit guest
 * @cr2: after #PF, else 0
 */
struct trap32_record {
	uint32_t vector, error, eip, cr2;
};

extern struct trap32_record trap32_log[64];
extern uint32_t trap32_count;

enum paging { PAGING_OFF, PAGING_PSE, PAGING_PAE };

void machine_fill32(struct l2_vcpu *vcpu);
void machine_start32(struct l2_vcpu *vcpu, const char *code, enum paging paging);
void idt32_set(struct l2_vcpu *vcpu, unsigned int vector, uint32_t handler,
	       unsigned int selector, unsigned int type);
void trap32_check(struct l2_vcpu *vcpu, unsigned int index, unsigned int vector,
		  unsigned int error, const char *at);

#endif /* VCPU_MACHINE32_H */
