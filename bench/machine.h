/* SPDX-License-Identifier: GPL-2.0 */
/*
 * machine.h - what the figures were measured on
 */
#ifndef HVBENCH_MACHINE_H
#define HVBENCH_MACHINE_H

#include <stdint.h>

/**
 * struct machine - the machine a run was made on
 * @cpu: CPU the run was pinned to
 * @tsc_khz: frequency of its TSC, measured against CLOCK_MONOTONIC_RAW
 * @clocksource: the kernel's current clocksource, "" if it cannot be read
 * @hypervisor: signature of the hypervisor underneath, "" on bare metal
 * @backend: KVM vendor module that is loaded, "" for none
 * @evmcs: 1 if that backend uses enlightened VMCS, 0 if it does not, -1 if it does not say
 */
struct machine {
	int cpu;
	uint64_t tsc_khz;
	char clocksource[64];
	char hypervisor[13];
	char backend[16];
	int evmcs;
};

int machine_pin(int cpu);
void machine_read(struct machine *machine, int cpu);

#endif /* HVBENCH_MACHINE_H */
