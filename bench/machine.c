// SPDX-License-Identifier: GPL-2.0
/*
 * machine.c - what the figures were measured on
 */
#include <cpuid.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"
#include "tsc.h"

#define CALIBRATION_NS	20000000L	/* slept, not spun: costs nothing in an emulator */

/**
 * machine_pin() - keep this thread on one CPU
 * @cpu: the CPU, or -1 for the one it is on
 *
 * Return: the CPU, or -EINVAL when there is no such CPU or this thread may not use it.
 */
int machine_pin(int cpu)
{
	cpu_set_t set;

	if (cpu < 0)
		cpu = sched_getcpu();
	if (cpu < 0)
		return -errno;
	if (cpu >= CPU_SETSIZE)
		return -EINVAL;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : cpu;
}

/* Reads the first line of a small file; leaves the text empty when it cannot. */
static void read_line(const char *path, char *text, int size)
{
	FILE *file = fopen(path, "re");

	text[0] = '\0';
	if (!file)
		return;
	if (fgets(text, size, file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static uint64_t measure_tsc_khz(void)
{
	const struct timespec pause = { .tv_nsec = CALIBRATION_NS };
	uint64_t ns, tsc;

	now_ns();	/* the first call of a process pays for the vDSO */
	ns = now_ns();
	tsc = tsc_read();
	nanosleep(&pause, NULL);
	ns = now_ns() - ns;
	tsc = tsc_read() - tsc;
	return ns ? tsc * 1000000 / ns : 0;
}

/* CPUID leaf 0x40000000, where the CPU says that a hypervisor is present. */
static void read_hypervisor(char signature[13])
{
	unsigned int eax, ebx, ecx, edx;

	memset(signature, 0, 13);
	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & 1U << 31))
		return;
	__cpuid(0x40000000, eax, ebx, ecx, edx);
	memcpy(signature, &ebx, 4);
	memcpy(signature + 4, &ecx, 4);
	memcpy(signature + 8, &edx, 4);
}

static void read_backend(struct machine *machine)
{
	static const char *const modules[] = { "hv_evmcs", "kvm_intel", "kvm_amd", "kvm_pvm" };
	char path[80], line[8];
	unsigned int i;

	machine->backend[0] = '\0';
	machine->evmcs = -1;
	for (i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		snprintf(path, sizeof(path), "/sys/module/%s", modules[i]);
		if (!access(path, F_OK)) {
			strcpy(machine->backend, modules[i]);
			break;
		}
	}
	if (!strcmp(machine->backend, "hv_evmcs")) {
		machine->evmcs = 1;	/* it knows nothing else */
	} else if (!strcmp(machine->backend, "kvm_intel")) {
		/* kvm_intel turns its parameter off itself where Hyper-V does not offer it */
		read_line("/sys/module/kvm_intel/parameters/enlightened_vmcs", line, sizeof(line));
		if (line[0])
			machine->evmcs = line[0] == 'Y';
	}
}

/**
 * machine_read() - describe the machine
 * @machine: where the description goes
 * @cpu: the CPU this thread was pinned to
 *
 * What cannot be found out is left empty. Sleeps for 20 ms to measure the TSC.
 */
void machine_read(struct machine *machine, int cpu)
{
	machine->cpu = cpu;
	machine->tsc_khz = measure_tsc_khz();
	read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource",
		  machine->clocksource, sizeof(machine->clocksource));
	read_hypervisor(machine->hypervisor);
	read_backend(machine);
}
