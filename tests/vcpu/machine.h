/* SPDX-License-Identifier: GPL-2.0 */
/*
 * machine.h - guests with descriptor tables, page tables and trap handlers in place
 */
#ifndef VCPU_MACHINE_H
#define VCPU_MACHINE_H

#include <stdint.h>

#include "l2.h"

int kvm_descriptor(void);

struct l2_vcpu *machine_new(unsigned int flags);
struct l2_vcpu *machine_bare(unsigned int flags);
struct l2_vcpu *machine_add_vcpu(struct l2 *l2);
void machine_without(struct l2_vcpu *vcpu, uint32_t leaf, uint32_t subleaf, int reg, uint32_t bits);
void machine_fill(struct l2 *l2);
void machine_start64(struct l2_vcpu *vcpu, void (*function)(void));
void machine_start16(struct l2_vcpu *vcpu, const char *code);
struct l2_vcpu *machine_run64(unsigned int flags, void (*function)(void));

void *guest_pointer(struct l2_vcpu *vcpu, uint64_t gpa, size_t size);
uint64_t *guest_pte(struct l2_vcpu *vcpu, uint64_t address);
void gdt_set(struct l2_vcpu *vcpu, unsigned int selector, uint32_t base, uint32_t limit,
	     unsigned int flags);
void idt_set(struct l2_vcpu *vcpu, unsigned int vector, uint64_t handler, unsigned int selector,
	     unsigned int type, unsigned int ist);

/* Flags for gdt_set(): access byte, and the upper nibble of byte 6 in bits 15:12. */
#define GDT_DATA	0x0093
#define GDT_CODE	0x009b
#define GDT_DPL3	0x0060
#define GDT_PRESENT	0x0080
#define GDT_LONG	0x2000
#define GDT_BIG		0x4000
#define GDT_PAGES	0x8000

#define GATE_INTERRUPT	0x8e
#define GATE_TRAP	0x8f
#define GATE_DPL3	0x60

#endif /* VCPU_MACHINE_H */
