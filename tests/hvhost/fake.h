/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fake.h - a KVM that keeps frequencies and offsets, and a machine that is always stopped
 */
#ifndef HVHOST_FAKE_H
#define HVHOST_FAKE_H

#include <stdint.h>

#define HOST_KHZ	200000ULL
#define MORE_HZ		3467	/* as tsc.c has it */
#define HOST_SECOND	(HOST_KHZ * 1000 + MORE_HZ)
#define CPUS		2
#define PAGE_GPA	0x5000

struct fake_vcpu {
	uint64_t khz, offset;
	uint32_t timer;
};

extern struct fake_vcpu fake_vcpus[CPUS];

/* The guest's page at PAGE_GPA. */
extern struct fake_page {
	uint32_t sequence, reserved;
	uint64_t scale;
	int64_t offset;
} fake_page;

/* Interrupts sent so far, and the last one. */
extern unsigned int fake_interrupts;
extern uint32_t fake_vector, fake_destination;

void fake_begin(void);

#endif
