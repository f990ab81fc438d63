// SPDX-License-Identifier: GPL-2.0
/*
 * sysfs.c - fuzz target: all that reads sysfs and procfs, on files of the fuzzer's choice
 *
 * A file is opened in sysroot.c with openat2(2); here it is a memfd with the next line of the
 * fuzzer's input, or an error. Folders list a few names, of which some are lines of the input. The
 * rest of the code is what the tools are built of.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "advise.h"
#include "facts.h"
#include "moves.h"
#include "sharing.h"
#include "vm.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
long __wrap_syscall(long number, ...);
int __wrap_sysroot_list(const struct sysroot *root, struct sysroot_names *names, const char *path,
			...);
int __wrap_sysroot_readlink(const struct sysroot *root, char *target, size_t size,
			    const char *path, ...);

/* What is left of the input. */
static const uint8_t *input;
static size_t left;

/* The next line, without its newline. */
static const uint8_t *next_line(size_t *length)
{
	const uint8_t *line = input, *end = memchr(input, '\n', left);

	*length = end ? (size_t)(end - line) : left;
	input += *length + !!end;
	left -= *length + !!end;
	return line;
}

/* openat2(): "!N" is errno N; in any other line \1 stands for a newline. */
long __wrap_syscall(long number, ...)
{
	static const char newline = '\n';
	const uint8_t *line;
	size_t i, length;
	int fd;

	if (number != SYS_openat2)
		abort();
	if (!left) {
		errno = ENOENT;
		return -1;
	}
	line = next_line(&length);
	if (length > 1 && line[0] == '!') {
		errno = line[1] % 100 + 1;
		return -1;
	}
	fd = memfd_create("file", MFD_CLOEXEC);
	for (i = 0; i < length; i++)
		if (write(fd, line[i] == 1 ? (const void *)&newline : &line[i], 1) != 1)
			abort();
	lseek(fd, 0, SEEK_SET);
	return fd;
}

int __wrap_sysroot_list(const struct sysroot *root, struct sysroot_names *names, const char *path,
			...)
{
	static const char *const fixed[] = { "7", "node1", "cpu2" };
	size_t i, length;
	(void)root;
	(void)path;

	names->count = left ? *input % 5 : 0;
	names->names = calloc(names->count + 1, sizeof(*names->names));
	for (i = 0; i < names->count; i++) {
		if (i < sizeof(fixed) / sizeof(fixed[0])) {
			names->names[i] = strdup(fixed[i]);
		} else {
			const uint8_t *line = next_line(&length);

			names->names[i] = strndup((const char *)line, length);
		}
	}
	return names->count ? 0 : -ENOENT;
}

int __wrap_sysroot_readlink(const struct sysroot *root, char *target, size_t size,
			    const char *path, ...)
{
	size_t length;
	const uint8_t *line = next_line(&length);
	(void)root;
	(void)path;

	if (length >= size)
		return -EFBIG;
	memcpy(target, line, length);
	target[length] = '\0';
	return 0;
}

/* A plan gives every channel that may move a CPU that may be used. */
static void check_plan(const struct vmbus *bus, struct topology *topology)
{
	struct plan_cpus cpus = { .topology = topology, .usable = topology->online };
	struct moves moves;
	size_t i;

	if (!cpulist_count(&cpus.usable))
		cpulist_add(&cpus.usable, 0);
	moves_plan(&moves, bus, &cpus);
	for (i = 0; i < moves.count; i++)
		if (moves.moves[i].result == MOVE_WANTED &&
		    !cpulist_has(&cpus.usable, moves.moves[i].cpu))
			abort();
	moves_free(&moves);
}

static void check_vm(const struct sysroot *root, const struct topology *topology)
{
	struct vm vm;
	size_t i;

	vm_find(root, &vm, "vm");
	for (i = 0; i < vm.count; i++) {
		struct cpulist cpus = vm_vcpu_cpus(&vm.vcpus[i], &topology->online);

		free(cpulist_format(&cpus));
	}
	vm_free(&vm);
}

static void check_saved(void)
{
	char *text = calloc(1, left + 1);
	struct saved saved;
	size_t line;

	memcpy(text, input, left);
	if (!saved_parse(&saved, text, left, &line))
		saved_free(&saved);
	free(text);
}

/* All that lshv says is said in words. */
static void check_machine(const struct sysroot *root)
{
	static void (*const say[])(struct facts *facts, const struct machine *machine) = {
		facts_guest, facts_clock, facts_backend, facts_enlightenments, facts_statistics, facts_leaves
	};
	struct machine machine = { .root = *root };
	struct findings findings;
	struct facts facts = { 0 };
	size_t i;

	cpuid_read(&machine.cpuid, root);
	msr_read(&machine.msrs, root);
	kernel_log_read(&machine.log, root);
	clock_read(&machine.clock, root, &machine.log);
	backend_read(&machine.backend, root, &machine.cpuid);
	for (i = 0; i < sizeof(say) / sizeof(say[0]); i++)
		say[i](&facts, &machine);
	for (i = 0; i < facts.count; i++)
		if (!facts.facts[i].name)
			abort();
	facts_free(&facts);
	advise(&findings, &machine);
	for (i = 0; i < findings.count; i++)
		if (!findings.findings[i].subject || !findings.findings[i].finding ||
		    !findings.findings[i].evidence || !findings.findings[i].remedy)
			abort();
	advise_free(&findings);
	clock_free(&machine.clock);
	kernel_log_free(&machine.log);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sysroot root = { .fd = -1 };
	static struct topology topology;
	struct kernel_log log;
	struct vmbus bus;

	if (!size)
		return 0;
	input = data + 1;
	left = size - 1;
	switch ((uint8_t)(data[0] - '0') % 5) {
	case 0:
		if (topology_read(&root, &topology) || vmbus_read(&root, &bus))
			return 0;
		check_plan(&bus, &topology);
		vmbus_free(&bus);
		break;
	case 1:
		check_vm(&root, &topology);
		break;
	case 2:
		check_saved();
		break;
	case 3:
		kernel_log_read(&log, &root);
		free(kernel_log_line(&log, "Vmbus version:"));
		kernel_log_free(&log);
		break;
	case 4:
		check_machine(&root);
		break;
	}
	return 0;
}
