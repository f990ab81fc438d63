/* SPDX-License-Identifier: GPL-2.0 */
/*
 * modes.h - a vCPU in 16-, 32- or 64-bit mode, with every exception told to the host
 */
#ifndef TESTS_MODES_H
#define TESTS_MODES_H

#include "guest.h"

#define PORT_TRAP	0xf5	/* an exception; AL is the vector */

/**
 * struct trap - an exception that the guest took
 * @vector: which
 * @error: its error code, 0 if it has none
 * @rip: the instruction pointer it saved
 */
struct trap {
	unsigned int vector;
	uint64_t error, rip;
};

void mode_set(struct l2_vcpu *vcpu, int bits, int cpl, uint64_t rip);
int mode_trapped(struct l2_vcpu *vcpu, int bits, struct trap *trap);

#endif /* TESTS_MODES_H */
