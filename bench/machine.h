/* SPDX-License-Identifier: GPL-2.0 */
/*
 * machine.h - what the figures were measured on
 */
#ifndef HVBENCH_MACHINE_H
#define HVBENCH_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "answer.h"

#define MACHINE_MAX_MITIGATIONS	48

/**
 * struct mitigation - what the kernel says of one CPU vulnerability
 * @name: its file in /sys/devices/system/cpu/vulnerabilities
 * @text: what stands there, or its beginning
 */
struct mitigation {
	char name[40];
	char text[240];
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
 * @backend: what stands behind /dev/kvm: hv_evmcs, kvm_intel, kvm_amd, kvm_pvm or other
 * @module: the name it is loaded by, which may be another's
 * @evmcs: whether that backend uses enlightened VMCS
 * @halt_poll_ns: how long KVM polls at most before a vCPU that halts sleeps, -1 if unknown
 * @idle_driver: of cpuidle, which says how a CPU halts: with a driver it may poll, or sleep deeply
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
	enum answer evmcs;
	int64_t halt_poll_ns;
	char idle_driver[32];
	struct mitigation mitigations[MACHINE_MAX_MITIGATIONS];
	size_t nr_mitigations;
};

int machine_cpus(int *cpu, int *partner, char *why, size_t size);
int machine_pin(int cpu);
int machine_read_captured(struct machine *machine, const char *dir);
int machine_read(struct machine *machine);

#endif /* HVBENCH_MACHINE_H */
