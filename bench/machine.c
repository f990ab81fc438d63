// SPDX-License-Identifier: GPL-2.0
/*
 * machine.c - what the figures were measured on
 */
#include <cpuid.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"
#include "tsc.h"

#define CALIBRATION_NS	20000000L	/* slept, not spun: costs nothing in an emulator */

#define HYPERVISOR_PRESENT	(1U << 31)	/* of leaf 1, ECX */
#define HYPERVISOR_LEAF		0x40000000

#define VULNERABILITIES	"/sys/devices/system/cpu/vulnerabilities"

/**
 * machine_cpus() - choose the CPUs of a run
 * @cpu: the CPU, or -1 for the one this thread is on
 * @partner: the CPU of the second thread, or -1 for the next one that this thread may use; -1 on
 *	return when there is none
 *
 * Return: 0, or -EINVAL when there is no such CPU, this thread may not use it, or both are one.
 */
int machine_cpus(int *cpu, int *partner)
{
	cpu_set_t allowed;
	int i;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return -errno;
	if (*cpu < 0)
		*cpu = sched_getcpu();
	if (*cpu < 0)
		return -errno;
	if (*cpu >= CPU_SETSIZE || *partner >= CPU_SETSIZE || !CPU_ISSET(*cpu, &allowed))
		return -EINVAL;
	if (*partner >= 0)
		return *partner != *cpu && CPU_ISSET(*partner, &allowed) ? 0 : -EINVAL;
	for (i = 1; i < CPU_SETSIZE; i++) {
		int next = (*cpu + i) % CPU_SETSIZE;

		if (CPU_ISSET(next, &allowed)) {
			*partner = next;
			break;
		}
	}
	return 0;
}

/**
 * machine_pin() - keep this thread on one CPU
 * @cpu: the CPU
 *
 * Return: 0, or -EINVAL when there is no such CPU or this thread may not use it.
 */
int machine_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

static FILE *open_below(const char *root, const char *path)
{
	char name[PATH_MAX];

	if (snprintf(name, sizeof(name), "%s%s", root, path) >= (int)sizeof(name))
		return NULL;
	return fopen(name, "re");
}

/* Reads the first line of a small file; leaves the text empty when it cannot. */
static void read_line(const char *root, const char *path, char *text, int size)
{
	FILE *file = open_below(root, path);

	text[0] = '\0';
	if (!file)
		return;
	if (fgets(text, size, file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

static bool exists(const char *root, const char *path)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s%s", root, path);
	return !access(name, F_OK);
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

static void set_signature(struct machine *machine, uint32_t ebx, uint32_t ecx, uint32_t edx)
{
	memcpy(machine->hypervisor, &ebx, 4);
	memcpy(machine->hypervisor + 4, &ecx, 4);
	memcpy(machine->hypervisor + 8, &edx, 4);
	machine->hypervisor[12] = '\0';
}

/* Where the CPU says that a hypervisor is present, it answers to this leaf. */
static void read_hypervisor(struct machine *machine)
{
	unsigned int eax, ebx, ecx, edx;

	machine->hypervisor[0] = '\0';
	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & HYPERVISOR_PRESENT))
		return;
	__cpuid(HYPERVISOR_LEAF, eax, ebx, ecx, edx);
	set_signature(machine, ebx, ecx, edx);
}

/*
 * The same from the file "cpuid" of a captured tree: LEAF SUBLEAF EAX EBX ECX EDX, in hexadecimal.
 */
static void read_captured_hypervisor(struct machine *machine, const char *root)
{
	FILE *file = open_below(root, "/cpuid");
	unsigned int leaf, subleaf, eax, ebx, ecx, edx;
	bool present = false;
	char line[120];

	strcpy(machine->hypervisor, "unknown");
	if (!file)
		return;
	machine->hypervisor[0] = '\0';
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%x %x %x %x %x %x", &leaf, &subleaf, &eax, &ebx, &ecx, &edx) != 6)
			continue;
		if (leaf == 1)
			present = ecx & HYPERVISOR_PRESENT;
		else if (leaf == HYPERVISOR_LEAF && present)
			set_signature(machine, ebx, ecx, edx);
	}
	fclose(file);
}

static void read_model(struct machine *machine, const char *root)
{
	FILE *file = open_below(root, "/proc/cpuinfo");
	char line[160];

	machine->model[0] = '\0';
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "model name : %63[^\n]", machine->model) == 1)
			break;
	}
	fclose(file);
}

/*
 * From Linux 6.18 on kvm.ko serves only modules named kvm-intel and kvm-amd, so hv_evmcs may have
 * to go by that name. What tells it is a parameter of its own, which kvm_intel never had.
 */
static void read_backend(struct machine *machine, const char *root)
{
	static const char *const modules[] = { "hv_evmcs", "kvm_intel", "kvm_amd", "kvm_pvm" };
	char path[80], line[8];
	unsigned int i;

	machine->backend[0] = '\0';
	machine->module[0] = '\0';
	machine->evmcs = -1;
	for (i = 0; i < sizeof(modules) / sizeof(modules[0]); i++) {
		snprintf(path, sizeof(path), "/sys/module/%s", modules[i]);
		if (exists(root, path))
			break;
	}
	if (i == sizeof(modules) / sizeof(modules[0]))
		return;
	strcpy(machine->module, modules[i]);
	strcpy(machine->backend, modules[i]);
	snprintf(path, sizeof(path), "/sys/module/%s/parameters/cpuid_fastpath", modules[i]);
	if (exists(root, path))
		strcpy(machine->backend, "hv_evmcs");

	if (!strcmp(machine->backend, "hv_evmcs")) {
		machine->evmcs = 1;	/* it knows nothing else */
	} else if (!strcmp(machine->backend, "kvm_intel")) {
		/* kvm_intel turns its parameter off itself where Hyper-V does not offer it */
		read_line(root, "/sys/module/kvm_intel/parameters/enlightened_vmcs", line,
			  sizeof(line));
		if (line[0])
			machine->evmcs = line[0] == 'Y';
	}
}

static int visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static void read_mitigations(struct machine *machine, const char *root)
{
	char path[PATH_MAX];
	struct dirent **entries;
	int count, i;

	machine->nr_mitigations = 0;
	snprintf(path, sizeof(path), "%s" VULNERABILITIES, root);
	count = scandir(path, &entries, visible, alphasort);
	if (count < 0)
		return;
	for (i = 0; i < count; i++) {
		struct mitigation *m = &machine->mitigations[machine->nr_mitigations];

		if (machine->nr_mitigations < MACHINE_MAX_MITIGATIONS) {
			snprintf(m->name, sizeof(m->name), "%.39s", entries[i]->d_name);
			snprintf(path, sizeof(path), VULNERABILITIES "/%s", entries[i]->d_name);
			read_line(root, path, m->text, sizeof(m->text));
			machine->nr_mitigations++;
		}
		free(entries[i]);
	}
	free(entries);
}

/**
 * machine_read_files() - describe a machine by its files
 * @machine: where the description goes; what files do not tell is empty
 * @root: "" for this machine, else the folder of a captured tree of /proc and /sys
 */
void machine_read_files(struct machine *machine, const char *root)
{
	memset(machine, 0, sizeof(*machine));
	machine->partner = -1;
	machine->cpu = -1;
	read_model(machine, root);
	read_line(root, "/proc/sys/kernel/osrelease", machine->kernel, sizeof(machine->kernel));
	read_line(root, "/sys/devices/system/clocksource/clocksource0/current_clocksource",
		  machine->clocksource, sizeof(machine->clocksource));
	read_captured_hypervisor(machine, root);
	read_backend(machine, root);
	read_mitigations(machine, root);
}

/**
 * machine_read() - describe this machine
 * @machine: where the description goes
 *
 * What cannot be found out is left empty, the CPUs are the caller's to fill in. Sleeps for 20 ms to
 * measure the TSC.
 */
void machine_read(struct machine *machine)
{
	machine_read_files(machine, "");
	machine->tsc_khz = measure_tsc_khz();
	read_hypervisor(machine);
}
