/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reenlightenment.h - migrations as L1 sees them: the MSRs 0x40000022 and 0x40000106 to 0x40000108
 */
#ifndef HVHOST_REENLIGHTENMENT_H
#define HVHOST_REENLIGHTENMENT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* What becomes of the interrupt of a migration. */
enum interrupt_fate { INTERRUPT_SEND, INTERRUPT_DELAY, INTERRUPT_DROP };

int reenlightenment_read_frequency(uint64_t *value);
int reenlightenment_read_control(uint64_t *value);
int reenlightenment_write_control(uint64_t value);
int reenlightenment_read_emulation(uint64_t *value);
int reenlightenment_write_emulation(uint64_t value);
int reenlightenment_read_status(uint64_t *value);
int reenlightenment_write_status(uint64_t value);

int reenlightenment_migrate(uint64_t hz, const uint64_t *tsc);
bool reenlightenment_idle(void);
void reenlightenment_interrupts(enum interrupt_fate fate, uint64_t delay_ns);
void reenlightenment_frequency_early(bool early);
void reenlightenment_print(FILE *out);

#endif
