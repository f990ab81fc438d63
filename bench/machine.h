/* SPDX-License-Identifier: GPL-2.0 */
/*
 * machine.h - what the figures were measured on
 */
#ifndef HVBENCH_MACHINE_H
#define HVBENCH_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#define MACHINE_MAX_MITIGATIONS	48

/**
 * struct mitigation - what the kernel says of one CPU vulnerability
 * @name: its file in /sys/devices/system/cpu/vulnerabilities
 * @text: what stands there
 */
struct mitigation {
	char name[40];
	char text[160];
};

/**
 * struct machine - the machine a run was made on
 * @cpu: CPU the run was pinned to
 * @partner: CPU of the second thread, -1 if there was none
 * @model: name of the CPU
 * @kernel: release of the kernel
 * @tsc_khz: frequency of the TSC, measured against CLOCK_MONOTONIC_RAW, 0 if unknown
 * @clocksource: the kernel's current clocksource
 * @hypervisor: signature of the hypervisor underneath
 * @backend: what stands behind /dev/kvm: hv_evmcs, kvm_intel, kvm_amd or kvm_pvm
 * @module: the name it is loaded by, which may be another's
 * @evmcs: 1 if that backend uses enlightened VMCS, 0 if it does not, -1 if it does not say
 * @mitigations: sorted by name
 * @nr_mitigations: how many
 *
 * A text is "" where there is nothing or it cannot be read.
 */
struct machine {
	int cpu;
	int partner;
	char model[64];
	char kernel[72];
	uint64_t tsc_khz;
	char clocksource[64];
	char hypervisor[13];
	char backend[16];
	char module[16];
	int evmcs;
	struct mitigation mitigations[MACHINE_MAX_MITIGATIONS];
	size_t nr_mitigations;
};

int machine_cpus(int *cpu, int *partner);
int machine_pin(int cpu);
void machine_read_files(struct machine *machine, const char *root);
void machine_read(struct machine *machine);

#endif /* HVBENCH_MACHINE_H */
