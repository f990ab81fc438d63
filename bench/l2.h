/* SPDX-License-Identifier: GPL-2.0 */
/*
 * l2.h - a small guest on /dev/kvm, without a virtual machine monitor
 *
 * For benchmarks and tests: memory, vCPUs, two ways to start code on them, and nothing else. The
 * descriptors are in the open so that a caller can issue any further ioctl of the KVM API on them.
 * Functions return 0 (or what they say) on success and a negative errno on failure. No function
 * here may be called for the same guest from two threads at once, but for l2_run() on different
 * vCPUs.
 */
#ifndef HVBENCH_L2_H
#define HVBENCH_L2_H

#include <linux/kvm.h>
#include <stddef.h>
#include <stdint.h>

#define L2_MAX_VCPUS	8
#define L2_MAX_MEMORY	8

struct l2;

/**
 * struct l2_vcpu - one virtual CPU
 * @l2: the guest it belongs to
 * @id: its vCPU id and APIC id
 * @fd: the vCPU descriptor
 * @run: the shared area of KVM_RUN; holds the exit information after l2_run()
 */
struct l2_vcpu {
	struct l2 *l2;
	unsigned int id;
	int fd;
	struct kvm_run *run;
};

/**
 * struct l2_memory - one range of guest memory
 * @gpa: guest physical address, page aligned
 * @size: in bytes, page aligned
 * @host: where it is mapped in this process
 */
struct l2_memory {
	uint64_t gpa;
	size_t size;
	void *host;
};

/**
 * struct l2 - one guest
 * @kvm_fd: /dev/kvm
 * @vm_fd: the VM descriptor
 * @irqchip: true if KVM emulates the interrupt controllers
 * @run_size: size of the mapping of each vCPU's kvm_run
 * @memory: memory slots in use, slot number = index
 * @nr_memory: how many
 * @vcpus: virtual CPUs, vCPU id = index
 * @nr_vcpus: how many
 */
struct l2 {
	int kvm_fd;
	int vm_fd;
	int irqchip;
	size_t run_size;
	struct l2_memory memory[L2_MAX_MEMORY];
	unsigned int nr_memory;
	struct l2_vcpu vcpus[L2_MAX_VCPUS];
	unsigned int nr_vcpus;
};

/* Flags of l2_create() */
#define L2_IRQCHIP	1	/* interrupt controllers in the kernel: PICs, I/O APIC, local APICs */

int l2_create(struct l2 **out, unsigned int flags);
void l2_destroy(struct l2 *l2);
int l2_add_memory(struct l2 *l2, uint64_t gpa, size_t size);
int l2_add_vcpu(struct l2 *l2, struct l2_vcpu **out);
void *l2_pointer(const struct l2 *l2, uint64_t gpa, size_t size);
int l2_load(struct l2 *l2, uint64_t gpa, const void *data, size_t size);
int l2_set_real_mode(struct l2_vcpu *vcpu, uint16_t ip, uint16_t sp);
int l2_set_long_mode(struct l2_vcpu *vcpu, uint64_t tables, uint64_t rip, uint64_t rsp);
int l2_run(struct l2_vcpu *vcpu);
int l2_add_doorbell_pio(struct l2 *l2, uint16_t port);
int l2_add_doorbell_mmio(struct l2 *l2, uint64_t gpa);
const char *l2_exit_name(unsigned int reason);
void l2_explain(const struct l2_vcpu *vcpu, char *text, size_t size);

/* Bytes of guest memory that l2_set_long_mode() fills with page tables. */
#define L2_TABLES_SIZE	(6 * 4096)

#endif /* HVBENCH_L2_H */
