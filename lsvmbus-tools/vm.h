/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vm.h - the vCPU threads of a QEMU process, found by the name of its VM or its PID
 */
#ifndef VM_H
#define VM_H

#include <stddef.h>

#include "cpulist.h"
#include "sysroot.h"

struct vm_vcpu {
	unsigned int pid, tid;
	int index;		/* number of the vCPU; -1 if not known, see guessed */
	struct cpulist allowed;	/* CPUs it may run on */
	int cpu;		/* on which it ran last; -1 if not known */
};

/* All vCPUs of all processes of that name, which nothing makes unique. */
struct vm {
	char *name;	/* as it can be printed */
	struct vm_vcpu *vcpus;
	size_t count;
	bool guessed;	/* the threads have no names (-name debug-threads=off) */
};

int vm_find(const struct sysroot *root, struct vm *vm, const char *name);
void vm_free(struct vm *vm);
bool vm_vcpu_pinned(const struct vm_vcpu *vcpu, const struct cpulist *online);
struct cpulist vm_vcpu_cpus(const struct vm_vcpu *vcpu, const struct cpulist *online);

#endif
