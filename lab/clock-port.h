/* SPDX-License-Identifier: GPL-2.0 */
/*
 * clock-port.h - where a guest of hvhost reads L0's time
 *
 * CLOCK_PORT: 4 bytes, the lower half of L0's time in ns; CLOCK_PORT_UPPER: the upper half of the
 * time that was read last. Only one may read at a time, on any CPU.
 */
#ifndef LAB_CLOCK_PORT_H
#define LAB_CLOCK_PORT_H

#define CLOCK_PORT		0xe48
#define CLOCK_PORT_UPPER	0xe4c

#endif
