// SPDX-License-Identifier: GPL-2.0
/*
 * machine.c - what the figures were measured on
 */
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backend.h"
#include "cpuid_source.h"
#include "leaves.h"
#include "machine.h"
#include "sysroot.h"
#include "tsc.h"

#define CALIBRATION_NS	20000000L	/* slept, not spun: costs nothing in an emulator */

#define FILE_MAX	4096		/* of sysfs */
#define CPUINFO_MAX	(16 << 20)	/* of thousands of CPUs */

#define VULNERABILITIES	"sys/devices/system/cpu/vulnerabilities"

static bool may_use(const cpu_set_t *allowed, int cpu)
{
	return cpu < CPU_SETSIZE && CPU_ISSET(cpu, allowed);
}

/* The next CPU that is not @cpu itself, or -1. */
static int next_cpu(const cpu_set_t *allowed, int cpu)
{
	int i;

	for (i = 1; i < CPU_SETSIZE; i++)
		if (may_use(allowed, (cpu + i) % CPU_SETSIZE))
			return (cpu + i) % CPU_SETSIZE;
	return -1;
}

static int refuse(char *why, size_t size, int cpu, const char *reason)
{
	snprintf(why, size, "CPU %d %s", cpu, reason);
	return -EINVAL;
}

/**
 * machine_cpus() - choose the CPUs of a run
 * @cpu: the CPU, or -1 for the one this thread is on, or another where that is the partner's
 * @partner: the CPU of the second thread, or -1 for the next one that this thread may use; -1 on
 *	return when there is none
 * @why: where the reason goes when they cannot be had
 * @size: room for it
 *
 * Return: 0, or -EINVAL when there is no such CPU, this thread may not use it, or both are one.
 */
int machine_cpus(int *cpu, int *partner, char *why, size_t size)
{
	static const char none[] =
		"does not exist, or this process may not use it (see taskset -pc $$)";
	cpu_set_t allowed;

	CPU_ZERO(&allowed);
	sched_getaffinity(0, sizeof(allowed), &allowed);
	if (*cpu < 0 && sched_getcpu() == *partner)
		*cpu = next_cpu(&allowed, *partner);
	if (*cpu < 0)
		*cpu = sched_getcpu();
	if (*partner < 0)
		*partner = next_cpu(&allowed, *cpu);
	if (!may_use(&allowed, *cpu))
		return refuse(why, size, *cpu, none);
	if (*partner >= 0 && !may_use(&allowed, *partner))
		return refuse(why, size, *partner, none);
	if (*cpu == *partner)
		return refuse(why, size, *cpu, "cannot be its own partner");
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

/* What does not fit is cut off. */
static void copy(char *to, size_t size, const char *from)
{
	if (!memccpy(to, from, '\0', size))
		to[size - 1] = '\0';
}

/* For people: without what moves a cursor. */
static void make_printable(char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

/* The first line of a small file; empty if there is none. */
static void read_text(const struct sysroot *root, char *text, size_t size, const char *path)
{
	char line[FILE_MAX];

	sysroot_read_line(root, line, sizeof(line), "%s", path);
	copy(text, size, line);
}

/* A machine without leaves, which only a captured one can be, does not say. */
static void read_hypervisor(struct machine *machine, const struct cpuid *cpuid)
{
	const uint32_t *regs = cpuid_find(cpuid, LEAF_VENDOR);
	char *signature;

	copy(machine->hypervisor, sizeof(machine->hypervisor), cpuid->count ? "" : "unknown");
	if (!regs || !cpuid_bit(cpuid, CPUID_HYPERVISOR))
		return;
	signature = leaves_signature(regs);
	copy(machine->hypervisor, sizeof(machine->hypervisor), signature);
	free(signature);
}

/* All CPUs are taken for what the first one is. */
static void read_model(struct machine *machine, const struct sysroot *root)
{
	char *text = malloc(CPUINFO_MAX), *line;

	if (!text)
		return;
	sysroot_read(root, text, CPUINFO_MAX, "proc/cpuinfo");
	line = strstr(text, "model name");
	if (line)
		sscanf(line, "model name : %63[^\n]", machine->model);
	make_printable(machine->model);
	free(text);
}

static void read_backend(struct machine *machine, const struct sysroot *root,
			 const struct cpuid *cpuid)
{
	struct backend backend;

	backend_read(&backend, root, cpuid);
	machine->evmcs = UNKNOWN;
	if (backend.kind == BACKEND_NONE)
		return;
	copy(machine->backend, sizeof(machine->backend), backend.name);
	copy(machine->module, sizeof(machine->module), backend.module);
	machine->evmcs = backend.evmcs;
}

static void read_halting(struct machine *machine, const struct sysroot *root)
{
	uint64_t ns;

	machine->halt_poll_ns = -1;
	if (!sysroot_read_number(root, &ns, "sys/module/kvm/parameters/halt_poll_ns") &&
	    ns <= INT64_MAX)
		machine->halt_poll_ns = ns;
	read_text(root, machine->idle_driver, sizeof(machine->idle_driver),
		  "sys/devices/system/cpu/cpuidle/current_driver");
}

static void read_mitigations(struct machine *machine, const struct sysroot *root)
{
	struct sysroot_names names;
	char path[300];
	size_t i;

	sysroot_list(root, &names, VULNERABILITIES);
	for (i = 0; i < names.count && i < MACHINE_MAX_MITIGATIONS; i++) {
		struct mitigation *m = &machine->mitigations[i];

		copy(m->name, sizeof(m->name), names.names[i]);
		make_printable(m->name);
		snprintf(path, sizeof(path), VULNERABILITIES "/%s", names.names[i]);
		read_text(root, m->text, sizeof(m->text), path);
	}
	machine->nr_mitigations = i;
	sysroot_names_free(&names);
}

static int read_machine(struct machine *machine, const char *dir)
{
	struct sysroot root;
	struct cpuid cpuid;
	int err;

	memset(machine, 0, sizeof(*machine));
	machine->partner = -1;
	machine->cpu = -1;
	err = sysroot_open(&root, dir);
	if (err)
		return err;
	cpuid_read(&cpuid, &root);
	read_hypervisor(machine, &cpuid);
	read_model(machine, &root);
	read_text(&root, machine->kernel, sizeof(machine->kernel), "proc/sys/kernel/osrelease");
	read_text(&root, machine->clocksource, sizeof(machine->clocksource),
		  "sys/devices/system/clocksource/clocksource0/current_clocksource");
	read_backend(machine, &root, &cpuid);
	read_halting(machine, &root);
	read_mitigations(machine, &root);
	sysroot_close(&root);
	return 0;
}

/**
 * machine_read_captured() - describe a machine whose files were captured
 * @machine: where the description goes; what files do not tell is empty
 * @dir: the captured tree, see hv-capture
 *
 * Return: 0 or -errno of opening @dir.
 */
int machine_read_captured(struct machine *machine, const char *dir)
{
	return read_machine(machine, dir);
}

/**
 * machine_read() - describe this machine
 * @machine: where the description goes
 *
 * What cannot be found out is left empty, the CPUs are the caller's to fill in. Sleeps for 20 ms to
 * measure the TSC.
 *
 * Return: 0 or -errno of opening the root folder.
 */
int machine_read(struct machine *machine)
{
	int err = read_machine(machine, NULL);

	machine->tsc_khz = measure_tsc_khz();
	return err;
}
