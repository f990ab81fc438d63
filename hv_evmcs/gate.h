/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The gate that holds every entry of every vCPU.
 */
#ifndef HV_EVMCS_GATE_H
#define HV_EVMCS_GATE_H

#include <linux/compiler.h>
#include <linux/types.h>

struct cpumask;
struct kvm_vcpu;

/* Counts: even while the gate is open, odd while it is closed. */
extern unsigned int gate_turn;

static __always_inline bool gate_is_closed(void)
{
	return READ_ONCE(gate_turn) & 1;
}

void gate_close(void);
void gate_drain(const struct cpumask *cpus);
void gate_open(void);
void gate_wait(struct kvm_vcpu *vcpu);
void gate_wait_open(void);

#endif /* HV_EVMCS_GATE_H */
