/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tsc.h - L0's own time, and the TSCs of L1's vCPUs
 *
 * All of it follows from L0's TSC, read once at the point in question, so that nothing is lost to
 * the time that the steps themselves take.
 */
#ifndef HVHOST_TSC_H
#define HVHOST_TSC_H

#include <stdint.h>

uint64_t tsc_host(void);
uint64_t tsc_host_hz(void);
uint64_t tsc_host_ns(uint64_t host);

uint64_t tsc_hz(void);
uint64_t tsc_nearest(uint64_t hz);
uint64_t tsc_per_cycle(uint64_t per_second);
uint64_t tsc_guest(unsigned int vp, uint64_t host);
int tsc_change(uint64_t hz, uint64_t host, int64_t jump);
int tsc_skew(unsigned int vp, int64_t cycles);

#endif
