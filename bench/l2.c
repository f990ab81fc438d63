// SPDX-License-Identifier: GPL-2.0
/*
 * l2.c - a small guest on /dev/kvm, without a virtual machine monitor
 *
 * Follows Documentation/virt/kvm/api.rst.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "l2.h"

#define PAGE_SIZE	4096UL
#define ENTRIES		512U	/* per page table */

/* Below 4 GiB, where no guest of ours has memory; only hosts without unrestricted guest use them */
#define IDENTITY_MAP_GPA	0xfffbc000UL
#define TSS_GPA			0xfffbd000UL

#define PTE_PRESENT	0x001ULL
#define PTE_WRITE	0x002ULL
#define PTE_ACCESSED	0x020ULL
#define PTE_DIRTY	0x040ULL
#define PTE_LARGE	0x080ULL

#define CR0_PE		0x00000001ULL
#define CR0_ET		0x00000010ULL
#define CR0_NE		0x00000020ULL
#define CR0_PG		0x80000000ULL
#define CR4_PAE		0x020ULL
#define EFER_LME	0x100ULL
#define EFER_LMA	0x400ULL
#define RFLAGS_FIXED	0x2ULL

#define CPUID_ENTRIES	256
#define CPUID_1_ECX_TSC_DEADLINE (1U << 24)

/**
 * l2_create() - make an empty guest
 * @out: where the guest goes
 * @flags: 0 or L2_IRQCHIP
 *
 * Return: 0; -ENOENT, -ENODEV or -EACCES when /dev/kvm cannot be opened, -EPROTO when it speaks
 * another version of the API, else the errno of the ioctl that failed.
 */
int l2_create(struct l2 **out, unsigned int flags)
{
	uint64_t identity_gpa = IDENTITY_MAP_GPA;
	struct l2 *l2;
	int err;

	l2 = calloc(1, sizeof(*l2));
	if (!l2)
		return -ENOMEM;
	l2->vm_fd = -1;
	l2->irqchip = !!(flags & L2_IRQCHIP);

	l2->kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (l2->kvm_fd < 0)
		goto fail;
	if (ioctl(l2->kvm_fd, KVM_GET_API_VERSION, 0) != KVM_API_VERSION) {
		errno = EPROTO;
		goto fail;
	}
	err = ioctl(l2->kvm_fd, KVM_GET_VCPU_MMAP_SIZE, 0);
	if (err < 0)
		goto fail;
	l2->run_size = err;

	l2->vm_fd = ioctl(l2->kvm_fd, KVM_CREATE_VM, 0);
	if (l2->vm_fd < 0)
		goto fail;
	if (ioctl(l2->vm_fd, KVM_SET_IDENTITY_MAP_ADDR, &identity_gpa) ||
	    ioctl(l2->vm_fd, KVM_SET_TSS_ADDR, TSS_GPA))
		goto fail;
	if (l2->irqchip && ioctl(l2->vm_fd, KVM_CREATE_IRQCHIP, 0))
		goto fail;

	*out = l2;
	return 0;

fail:
	err = -errno;
	l2_destroy(l2);
	return err;
}

/**
 * l2_destroy() - end a guest and give back all it holds
 * @l2: the guest, or NULL
 *
 * Doorbell descriptors belong to the caller and stay open.
 */
void l2_destroy(struct l2 *l2)
{
	unsigned int i;

	if (!l2)
		return;
	for (i = 0; i < l2->nr_vcpus; i++) {
		munmap(l2->vcpus[i].run, l2->run_size);
		close(l2->vcpus[i].fd);
	}
	if (l2->vm_fd >= 0)
		close(l2->vm_fd);
	for (i = 0; i < l2->nr_memory; i++)
		munmap(l2->memory[i].host, l2->memory[i].size);
	if (l2->kvm_fd >= 0)
		close(l2->kvm_fd);
	free(l2);
}

/**
 * l2_add_memory() - give the guest memory
 * @l2: the guest
 * @gpa: guest physical address, page aligned
 * @size: in bytes, page aligned
 *
 * The memory is anonymous, private, zero, not yet populated, and never in huge pages, so that one
 * guest page is one host page and one EPT entry.
 *
 * Return: 0, -EINVAL for addresses that are not aligned, -ENOSPC when L2_MAX_MEMORY ranges are in
 * use, -EEXIST when it overlaps another range, else the errno of what failed.
 */
int l2_add_memory(struct l2 *l2, uint64_t gpa, size_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = l2->nr_memory,
		.guest_phys_addr = gpa,
		.memory_size = size,
	};
	void *host;
	int err;

	if (!size || (gpa | size) % PAGE_SIZE)
		return -EINVAL;
	if (l2->nr_memory == L2_MAX_MEMORY)
		return -ENOSPC;

	host = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (host == MAP_FAILED)
		return -errno;
	/* EINVAL: a kernel without huge pages */
	if (madvise(host, size, MADV_NOHUGEPAGE) && errno != EINVAL)
		goto fail;
	region.userspace_addr = (uintptr_t)host;
	if (ioctl(l2->vm_fd, KVM_SET_USER_MEMORY_REGION, &region))
		goto fail;

	l2->memory[l2->nr_memory++] = (struct l2_memory){ .gpa = gpa, .size = size, .host = host };
	return 0;

fail:
	err = -errno;
	munmap(host, size);
	return err;
}

/* Gives the vCPU every CPUID leaf KVM can offer, with its own APIC id in them. */
static int set_cpuid(struct l2_vcpu *vcpu)
{
	struct kvm_cpuid2 *cpuid;
	int err = 0;
	uint32_t i;

	cpuid = calloc(1, sizeof(*cpuid) + CPUID_ENTRIES * sizeof(cpuid->entries[0]));
	if (!cpuid)
		return -ENOMEM;
	cpuid->nent = CPUID_ENTRIES;
	if (ioctl(vcpu->l2->kvm_fd, KVM_GET_SUPPORTED_CPUID, cpuid)) {
		err = -errno;
		goto out;
	}
	for (i = 0; i < cpuid->nent; i++) {
		struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];

		if (entry->function == 1) {
			entry->ebx = (entry->ebx & 0x00ffffff) | vcpu->id << 24;
			/* Left to the VMM: it takes a local APIC in the kernel (api.rst, 4.46) */
			if (vcpu->l2->irqchip)
				entry->ecx |= CPUID_1_ECX_TSC_DEADLINE;
		} else if (entry->function == 0xb || entry->function == 0x1f) {
			entry->edx = vcpu->id;
		}
	}
	if (ioctl(vcpu->fd, KVM_SET_CPUID2, cpuid))
		err = -errno;
out:
	free(cpuid);
	return err;
}

/**
 * l2_add_vcpu() - give the guest a virtual CPU
 * @l2: the guest
 * @out: where the vCPU goes; it lives as long as the guest
 *
 * The vCPU has KVM's supported CPUID and is runnable at once, also when it is not the first. Set
 * its state with l2_set_real_mode() or l2_set_long_mode() before l2_run().
 *
 * Return: 0, -ENOSPC when L2_MAX_VCPUS are in use, else the errno of what failed.
 */
int l2_add_vcpu(struct l2 *l2, struct l2_vcpu **out)
{
	struct kvm_mp_state runnable = { .mp_state = KVM_MP_STATE_RUNNABLE };
	struct l2_vcpu *vcpu = &l2->vcpus[l2->nr_vcpus];
	int err;

	if (l2->nr_vcpus == L2_MAX_VCPUS)
		return -ENOSPC;

	vcpu->l2 = l2;
	vcpu->id = l2->nr_vcpus;
	vcpu->fd = ioctl(l2->vm_fd, KVM_CREATE_VCPU, vcpu->id);
	if (vcpu->fd < 0)
		return -errno;
	vcpu->run = mmap(NULL, l2->run_size, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
	if (vcpu->run == MAP_FAILED) {
		err = -errno;
		goto fail_close;
	}
	err = set_cpuid(vcpu);
	if (err)
		goto fail_unmap;
	if (l2->irqchip && ioctl(vcpu->fd, KVM_SET_MP_STATE, &runnable)) {
		err = -errno;
		goto fail_unmap;
	}

	l2->nr_vcpus++;
	*out = vcpu;
	return 0;

fail_unmap:
	munmap(vcpu->run, l2->run_size);
fail_close:
	close(vcpu->fd);
	return err;
}

/**
 * l2_pointer() - where guest memory is in this process
 * @l2: the guest
 * @gpa: guest physical address
 * @size: how many bytes the caller wants to reach
 *
 * Return: the address, or NULL when not all of the bytes are in one range of guest memory.
 */
void *l2_pointer(const struct l2 *l2, uint64_t gpa, size_t size)
{
	unsigned int i;

	for (i = 0; i < l2->nr_memory; i++) {
		const struct l2_memory *memory = &l2->memory[i];

		if (gpa >= memory->gpa && size <= memory->size &&
		    gpa - memory->gpa <= memory->size - size)
			return (char *)memory->host + (gpa - memory->gpa);
	}
	return NULL;
}

/**
 * l2_load() - copy into guest memory
 * @l2: the guest
 * @gpa: guest physical address
 * @data: what to copy
 * @size: how many bytes
 *
 * Return: 0, or -EFAULT when the guest has no such memory.
 */
int l2_load(struct l2 *l2, uint64_t gpa, const void *data, size_t size)
{
	void *host = l2_pointer(l2, gpa, size);

	if (!host)
		return -EFAULT;
	memcpy(host, data, size);
	return 0;
}

static int set_registers(struct l2_vcpu *vcpu, const struct kvm_sregs *sregs, uint64_t rip,
			 uint64_t rsp)
{
	struct kvm_regs regs = { .rip = rip, .rsp = rsp, .rflags = RFLAGS_FIXED };

	if (ioctl(vcpu->fd, KVM_SET_SREGS, sregs) || ioctl(vcpu->fd, KVM_SET_REGS, &regs))
		return -errno;
	return 0;
}

/**
 * l2_set_real_mode() - let a vCPU start in 16-bit real mode
 * @vcpu: the vCPU
 * @ip: offset, and address, of the first instruction
 * @sp: stack pointer
 *
 * Every segment has base 0 and a limit of 64 KiB, interrupts are off, the interrupt table is at 0.
 *
 * Return: 0 or the errno of what failed.
 */
int l2_set_real_mode(struct l2_vcpu *vcpu, uint16_t ip, uint16_t sp)
{
	struct kvm_segment data = {
		.limit = 0xffff, .type = 0x3, .present = 1, .s = 1,
	};
	struct kvm_segment code = {
		.limit = 0xffff, .type = 0xb, .present = 1, .s = 1,
	};
	struct kvm_sregs sregs;

	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return -errno;
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.idt = (struct kvm_dtable){ .base = 0, .limit = 0x3ff };
	sregs.cr0 = CR0_ET;
	sregs.cr3 = 0;
	sregs.cr4 = 0;
	sregs.efer = 0;
	return set_registers(vcpu, &sregs, ip, sp);
}

/* One PML4, one PDPT, four page directories: the first 4 GiB in pages of 2 MiB. */
static int identity_map(struct l2 *l2, uint64_t tables)
{
	const uint64_t table = PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
	uint64_t *entries = l2_pointer(l2, tables, L2_TABLES_SIZE);
	unsigned int i;

	if (tables % PAGE_SIZE)
		return -EINVAL;
	if (!entries)
		return -EFAULT;
	memset(entries, 0, L2_TABLES_SIZE);
	entries[0] = (tables + PAGE_SIZE) | table;
	for (i = 0; i < 4; i++)
		entries[ENTRIES + i] = (tables + (2 + i) * PAGE_SIZE) | table;
	for (i = 0; i < 4 * ENTRIES; i++)
		entries[2 * ENTRIES + i] = (uint64_t)i << 21 | table | PTE_DIRTY | PTE_LARGE;
	return 0;
}

/**
 * l2_set_long_mode() - let a vCPU start in 64-bit mode
 * @vcpu: the vCPU
 * @tables: where to build L2_TABLES_SIZE bytes of page tables, page aligned, in guest memory
 * @rip: first instruction
 * @rsp: stack pointer
 *
 * Segments are flat, the first 4 GiB are identity mapped, writable and executable. There is no GDT
 * and no IDT: an exception ends in a triple fault (KVM_EXIT_SHUTDOWN).
 *
 * Return: 0, -EINVAL or -EFAULT for @tables, or the errno of what failed.
 */
int l2_set_long_mode(struct l2_vcpu *vcpu, uint64_t tables, uint64_t rip, uint64_t rsp)
{
	struct kvm_segment data = {
		.selector = 0x10, .limit = 0xffffffff, .type = 0x3, .present = 1, .s = 1,
		.db = 1, .g = 1,
	};
	struct kvm_segment code = {
		.selector = 0x8, .limit = 0xffffffff, .type = 0xb, .present = 1, .s = 1,
		.l = 1, .g = 1,
	};
	struct kvm_segment task = {
		.limit = 0x67, .type = 0xb, .present = 1,	/* a busy TSS, as VM entry wants */
	};
	struct kvm_sregs sregs;
	int err;

	err = identity_map(vcpu->l2, tables);
	if (err)
		return err;
	if (ioctl(vcpu->fd, KVM_GET_SREGS, &sregs))
		return -errno;
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.tr = task;
	sregs.gdt = sregs.idt = (struct kvm_dtable){ 0 };
	sregs.cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_PG;
	sregs.cr3 = tables;
	sregs.cr4 = CR4_PAE;
	sregs.efer = EFER_LME | EFER_LMA;
	return set_registers(vcpu, &sregs, rip, rsp);
}

/**
 * l2_run() - run a vCPU until it exits to user space
 * @vcpu: the vCPU
 *
 * Return: the exit reason (KVM_EXIT_..., details in @vcpu->run), -EINTR when a signal came or
 * immediate_exit was set, else the errno of KVM_RUN.
 */
int l2_run(struct l2_vcpu *vcpu)
{
	if (ioctl(vcpu->fd, KVM_RUN, 0))
		return -errno;
	return vcpu->run->exit_reason;
}

static int add_doorbell(struct l2 *l2, struct kvm_ioeventfd *ioeventfd)
{
	int err;

	ioeventfd->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ioeventfd->fd < 0)
		return -errno;
	if (ioctl(l2->vm_fd, KVM_IOEVENTFD, ioeventfd)) {
		err = -errno;
		close(ioeventfd->fd);
		return err;
	}
	return ioeventfd->fd;
}

/**
 * l2_add_doorbell_pio() - let KVM take one-byte writes to a port, without an exit to user space
 * @l2: the guest
 * @port: the port
 *
 * Return: a non-blocking eventfd that counts the writes, to be closed by the caller, or the errno
 * of what failed.
 */
int l2_add_doorbell_pio(struct l2 *l2, uint16_t port)
{
	struct kvm_ioeventfd ioeventfd = {
		.addr = port, .len = 1, .flags = KVM_IOEVENTFD_FLAG_PIO,
	};

	return add_doorbell(l2, &ioeventfd);
}

/**
 * l2_add_doorbell_mmio() - let KVM take writes to an address, without an exit to user space
 * @l2: the guest
 * @gpa: an address without memory behind it
 *
 * Writes of any width match (KVM_CAP_IOEVENTFD_ANY_LENGTH), so KVM need not decode the instruction.
 *
 * Return: as l2_add_doorbell_pio().
 */
int l2_add_doorbell_mmio(struct l2 *l2, uint64_t gpa)
{
	struct kvm_ioeventfd ioeventfd = { .addr = gpa };

	return add_doorbell(l2, &ioeventfd);
}

/**
 * l2_exit_name() - name an exit reason
 * @reason: as l2_run() returns it
 *
 * Return: the KVM API's name for it, or "unknown".
 */
const char *l2_exit_name(unsigned int reason)
{
	static const char *const names[] = {
		[KVM_EXIT_UNKNOWN] = "KVM_EXIT_UNKNOWN",
		[KVM_EXIT_EXCEPTION] = "KVM_EXIT_EXCEPTION",
		[KVM_EXIT_IO] = "KVM_EXIT_IO",
		[KVM_EXIT_HYPERCALL] = "KVM_EXIT_HYPERCALL",
		[KVM_EXIT_DEBUG] = "KVM_EXIT_DEBUG",
		[KVM_EXIT_HLT] = "KVM_EXIT_HLT",
		[KVM_EXIT_MMIO] = "KVM_EXIT_MMIO",
		[KVM_EXIT_IRQ_WINDOW_OPEN] = "KVM_EXIT_IRQ_WINDOW_OPEN",
		[KVM_EXIT_SHUTDOWN] = "KVM_EXIT_SHUTDOWN",
		[KVM_EXIT_FAIL_ENTRY] = "KVM_EXIT_FAIL_ENTRY",
		[KVM_EXIT_INTR] = "KVM_EXIT_INTR",
		[KVM_EXIT_SET_TPR] = "KVM_EXIT_SET_TPR",
		[KVM_EXIT_TPR_ACCESS] = "KVM_EXIT_TPR_ACCESS",
		[KVM_EXIT_NMI] = "KVM_EXIT_NMI",
		[KVM_EXIT_INTERNAL_ERROR] = "KVM_EXIT_INTERNAL_ERROR",
		[KVM_EXIT_SYSTEM_EVENT] = "KVM_EXIT_SYSTEM_EVENT",
		[KVM_EXIT_IOAPIC_EOI] = "KVM_EXIT_IOAPIC_EOI",
		[KVM_EXIT_HYPERV] = "KVM_EXIT_HYPERV",
		[KVM_EXIT_X86_RDMSR] = "KVM_EXIT_X86_RDMSR",
		[KVM_EXIT_X86_WRMSR] = "KVM_EXIT_X86_WRMSR",
		[KVM_EXIT_X86_BUS_LOCK] = "KVM_EXIT_X86_BUS_LOCK",
	};

	if (reason >= sizeof(names) / sizeof(names[0]) || !names[reason])
		return "unknown";
	return names[reason];
}

/**
 * l2_explain() - say in words where and why a vCPU last exited
 * @vcpu: a vCPU after l2_run()
 * @text: where the words go
 * @size: room for them, with the final zero
 */
void l2_explain(const struct l2_vcpu *vcpu, char *text, size_t size)
{
	const struct kvm_run *run = vcpu->run;
	struct kvm_regs regs = { 0 };
	char detail[64] = "";

	switch (run->exit_reason) {
	case KVM_EXIT_IO:
		snprintf(detail, sizeof(detail), " %s port 0x%x",
			 run->io.direction == KVM_EXIT_IO_OUT ? "write to" : "read of", run->io.port);
		break;
	case KVM_EXIT_MMIO:
		snprintf(detail, sizeof(detail), " %s 0x%llx",
			 run->mmio.is_write ? "write to" : "read of", run->mmio.phys_addr);
		break;
	case KVM_EXIT_FAIL_ENTRY:
		snprintf(detail, sizeof(detail), " hardware reason 0x%llx",
			 run->fail_entry.hardware_entry_failure_reason);
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		snprintf(detail, sizeof(detail), " suberror %u", run->internal.suberror);
		break;
	}
	/* At best: the registers may be out of reach too. */
	ioctl(vcpu->fd, KVM_GET_REGS, &regs);
	snprintf(text, size, "%s (%u)%s at rip 0x%llx", l2_exit_name(run->exit_reason),
		 run->exit_reason, detail, regs.rip);
}
