/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vm.h - the machine that QEMU makes: its descriptors, vCPUs and memory, and how to stop it
 *
 * One lock covers all state of hvhost. A function that says "host lock held" may sleep in it only
 * through vm_stop() and vm_wait().
 */
#ifndef HVHOST_VM_H
#define HVHOST_VM_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VM_MAX_VCPUS	16

/**
 * struct vcpu - one vCPU of L1
 * @fd: its descriptor
 * @apic_id: what QEMU named it to KVM
 * @run: the shared area of KVM_RUN
 * @thread: the thread that runs it, 0 before its first KVM_RUN
 * @inside: that thread is in KVM_RUN, or on its way there
 *
 * Its index is its VP number: QEMU creates vCPUs in the order of their VP numbers.
 */
struct vcpu {
	int fd;
	unsigned int apic_id;
	struct kvm_run *run;
	pid_t thread;
	bool inside;
};

/**
 * struct vm - the machine
 * @fd: its descriptor, -1 before QEMU has created it
 * @vcpus: its vCPUs
 * @count: how many
 */
struct vm {
	int fd;
	struct vcpu vcpus[VM_MAX_VCPUS];
	unsigned int count;
};

extern struct vm vm;

int kvm_ioctl(int fd, unsigned long request, void *argument);

void vm_created(int kvm_fd, int fd);
void vm_add_vcpu(int fd, unsigned int apic_id);
struct vcpu *vm_vcpu(int fd);
void vm_set_memory(const struct kvm_userspace_memory_region *region);
void *vm_memory(uint64_t gpa, size_t size);

void vm_lock(void);
void vm_unlock(void);
void vm_stop(void);
void vm_resume(void);
bool vm_wait(bool (*done)(void), unsigned int milliseconds);
void vm_changed(void);
void vm_enter(struct vcpu *vcpu);
void vm_leave(struct vcpu *vcpu);

#endif
