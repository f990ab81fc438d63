// SPDX-License-Identifier: GPL-2.0
/*
 * vm.c - the vCPU threads of a QEMU process, found by the name of its VM or its PID
 *
 * QEMU is told the name with -name NAME or -name guest=NAME,...; libvirt passes that of the domain.
 * With debug-threads=on, which libvirt sets, a vCPU's thread is called "CPU N/KVM". Without it the
 * threads all have QEMU's name: then those are taken that wait in ioctl(KVM_RUN), or run and are
 * not the main thread (/proc/PID/task/TID/syscall).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu.h"
#include "text.h"
#include "vm.h"

static bool parse_index(const char *comm, int *index)
{
	char tail[8] = "";

	return sscanf(comm, "CPU %5d/%4s", index, tail) == 2 && !strcmp(tail, "KVM") && *index >= 0;
}

/* Does a thread without a name of its own look like a vCPU? */
static bool in_kvm_run(const struct sysroot *root, unsigned int pid, unsigned int tid)
{
	char line[256];

	/* "16 0xFD 0xae80 ...": ioctl() with KVM_RUN, on x86-64 */
	if (sysroot_read_line(root, line, sizeof(line), "proc/%u/task/%u/syscall", pid, tid))
		return false;
	if (!strcmp(line, "running"))
		return tid != pid;
	return !strncmp(line, "16 ", 3) && strstr(line, " 0xae80 ");
}

static void read_allowed(const struct sysroot *root, struct vm_vcpu *vcpu)
{
	char text[8192], *line, *rest = text;

	if (sysroot_read(root, text, sizeof(text), "proc/%u/task/%u/status", vcpu->pid,
			 vcpu->tid) < 0)
		return;
	while ((line = strsep(&rest, "\n")))
		if (!strncmp(line, "Cpus_allowed_list:\t", 19) &&
		    cpulist_parse(&vcpu->allowed, line + 19))
			vcpu->allowed = (struct cpulist){ 0 };
}

/* The 39th field of stat; the second is a name in parentheses, which may hold anything. */
static void read_cpu(const struct sysroot *root, struct vm_vcpu *vcpu)
{
	char text[2048], *field, *rest;
	int i;

	vcpu->cpu = -1;
	if (sysroot_read(root, text, sizeof(text), "proc/%u/task/%u/stat", vcpu->pid,
			 vcpu->tid) < 0)
		return;
	rest = strrchr(text, ')');
	if (!rest)
		return;
	for (i = 2, field = NULL; i <= 39 && rest; i++)
		field = strsep(&rest, " ");
	if (i != 40 || sscanf(field, "%5d", &vcpu->cpu) != 1 || vcpu->cpu < 0)
		vcpu->cpu = -1;
}

static int add_vcpu(const struct sysroot *root, struct vm *vm, unsigned int pid, unsigned int tid,
		    int index)
{
	struct vm_vcpu *more = realloc(vm->vcpus, (vm->count + 1) * sizeof(*more));

	if (!more)
		return -ENOMEM;
	vm->vcpus = more;
	more = &more[vm->count++];
	*more = (struct vm_vcpu){ .pid = pid, .tid = tid, .index = index };
	read_allowed(root, more);
	read_cpu(root, more);
	return 0;
}

/* Adds the threads of a process that are vCPUs by their name, or, with @guess, by what they do. */
static int add_vcpus(const struct sysroot *root, struct vm *vm, unsigned int pid, bool guess)
{
	struct sysroot_names names;
	char comm[64];
	int index, err;
	size_t i;

	err = sysroot_list(root, &names, "proc/%u/task", pid);
	for (i = 0; i < names.count && err != -ENOMEM; i++) {
		unsigned int tid = strtoul(names.names[i], NULL, 10);

		if (guess) {
			if (in_kvm_run(root, pid, tid))
				err = add_vcpu(root, vm, pid, tid, -1);
		} else if (!sysroot_read_line(root, comm, sizeof(comm), "proc/%u/task/%u/comm",
					      pid, tid) &&
			   parse_index(comm, &index)) {
			err = add_vcpu(root, vm, pid, tid, index);
		}
	}
	sysroot_names_free(&names);
	return err == -ENOMEM ? err : 0;
}

static int add_process(const struct sysroot *root, struct vm *vm, unsigned int pid)
{
	size_t before = vm->count;
	int err;

	err = add_vcpus(root, vm, pid, false);
	if (!err && vm->count == before) {
		err = add_vcpus(root, vm, pid, true);
		vm->guessed = vm->guessed || vm->count > before;
	}
	return err;
}

static int add_processes(const struct sysroot *root, struct vm *vm, const struct qemus *qemus,
			 const char *wanted, bool by_pid, bool *found)
{
	size_t i;
	int err = 0;

	for (i = 0; i < qemus->count && !err; i++) {
		const struct qemu *qemu = &qemus->qemus[i];
		char *name = by_pid ? text_format("%d", qemu->pid) : qemu_name(qemu);

		if (name && !strcmp(name, wanted)) {
			*found = true;
			err = add_process(root, vm, qemu->pid);
		}
		free(name);
	}
	return err;
}

/**
 * vm_find() - find a VM's vCPU threads
 * @root: where to look
 * @vm: filled in, with an error its name; freed with vm_free()
 * @name: QEMU's -name, libvirt's domain, or, if no VM has that name, QEMU's PID
 *
 * Return: 0, -ENOENT if no QEMU runs such a VM, -ESRCH if it has no vCPU that is known as one, or
 * another -errno.
 */
int vm_find(const struct sysroot *root, struct vm *vm, const char *name)
{
	struct qemus qemus;
	bool found = false;
	int err;

	*vm = (struct vm){ .name = text_printable(text_format("%s", name)) };
	err = qemu_list(&qemus, root);
	if (!err)
		err = add_processes(root, vm, &qemus, name, false, &found);
	if (!err && !found)
		err = add_processes(root, vm, &qemus, name, true, &found);
	qemu_free(&qemus);
	if (!err)
		err = !found ? -ENOENT : !vm->count ? -ESRCH : 0;
	return err;
}

/**
 * vm_free() - free what vm_find() filled in
 * @vm: the VM
 */
void vm_free(struct vm *vm)
{
	free(vm->name);
	free(vm->vcpus);
	vm->name = NULL;
	vm->vcpus = NULL;
	vm->count = 0;
}

/**
 * vm_vcpu_pinned() - is there a CPU on which the vCPU may not run?
 * @vcpu: the vCPU
 * @online: all CPUs
 */
bool vm_vcpu_pinned(const struct vm_vcpu *vcpu, const struct cpulist *online)
{
	int cpu;

	if (!cpulist_count(&vcpu->allowed))
		return false;	/* not known */
	cpulist_for_each(cpu, online)
		if (!cpulist_has(&vcpu->allowed, cpu))
			return true;
	return false;
}

/**
 * vm_vcpu_cpus() - the CPUs a vCPU uses
 * @vcpu: the vCPU
 * @online: all CPUs
 *
 * Return: those it is pinned to, else the one it ran on last.
 */
struct cpulist vm_vcpu_cpus(const struct vm_vcpu *vcpu, const struct cpulist *online)
{
	struct cpulist last = { 0 };

	if (vm_vcpu_pinned(vcpu, online))
		return vcpu->allowed;
	if (vcpu->cpu >= 0)
		cpulist_add(&last, vcpu->cpu);
	return last;
}
