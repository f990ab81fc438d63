/* SPDX-License-Identifier: GPL-2.0 */
/*
 * reference.h - the reference counter and the reference TSC page (TLFS, "Timers")
 */
#ifndef HVHOST_REFERENCE_H
#define HVHOST_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

uint64_t reference_at(uint64_t host);

int reference_read_counter(uint64_t *value);
void reference_stop_counter(bool on);
int reference_read_page(uint64_t *value);
int reference_write_page(uint64_t value);

void reference_publish(uint64_t host);
void reference_withdraw(bool on);
void reference_scale_error(int32_t ppm);

#endif
