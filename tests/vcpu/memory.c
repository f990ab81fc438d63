// SPDX-License-Identifier: GPL-2.0
/*
 * memory.c - what KVM does with guest memory: dirty logging, read-only and changing slots
 */
#include <sys/mman.h>

#include "test.h"

#define SLOT		1			/* the second l2_add_memory() */
#define BASE		0x200000UL
#define PAGES		64

static struct l2_vcpu *with_slot(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	CHECK_EQ(l2_add_memory(vcpu->l2, BASE, PAGES * 4096), 0);
	return vcpu;
}

static void set_slot(struct l2_vcpu *vcpu, uint32_t flags, uint64_t size, void *host)
{
	struct kvm_userspace_memory_region region = {
		.slot = SLOT, .flags = flags, .guest_phys_addr = BASE, .memory_size = size,
		.userspace_addr = (uintptr_t)host,
	};

	IOCTL(vcpu->l2->vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
}

static uint64_t dirty(struct l2_vcpu *vcpu)
{
	uint64_t bitmap = 0;
	struct kvm_dirty_log log = { .slot = SLOT, .dirty_bitmap = &bitmap };

	IOCTL(vcpu->l2->vm_fd, KVM_GET_DIRTY_LOG, &log);
	return bitmap;
}

static inline void touch(unsigned int page)
{
	*(volatile uint8_t *)(BASE + page * 4096UL + 100) = page;
}

static inline uint8_t look(unsigned int page)
{
	return *(volatile uint8_t *)(BASE + page * 4096UL + 100);
}

static GUEST void dirty_guest(void)
{
	unsigned int page;

	for (page = 0; page < PAGES; page++)
		touch(page);
	guest_sync(1);			/* logging begins */
	touch(3);
	touch(17);
	touch(63);
	look(5);
	guest_sync(2);
	look(3);
	guest_sync(3);
	touch(3);
	touch(3);
	guest_sync(4);
	/* A write over a page boundary, and one by an instruction that KVM emulates */
	*(volatile uint64_t *)(BASE + 10 * 4096 - 4) = 0x0123456789abcdef;
	asm volatile("insb" : : "D"(BASE + 20 * 4096), "d"(PORT_SYNC) : "memory");
	guest_sync(5);
	for (page = 0; page < PAGES; page++)
		touch(page);
	guest_sync(6);			/* logging ends */
	touch(7);
	guest_sync(7);			/* and begins again */
	touch(8);
}

static void dirty_log(void)
{
	struct l2_vcpu *vcpu = with_slot();
	void *host = vcpu->l2->memory[SLOT].host;

	machine_start64(vcpu, dirty_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	set_slot(vcpu, KVM_MEM_LOG_DIRTY_PAGES, PAGES * 4096, host);
	dirty(vcpu);
	CHECK_EQ(run_to_sync(vcpu), 2);
	CHECK_EQ(dirty(vcpu), 1ULL << 3 | 1ULL << 17 | 1ULL << 63);
	CHECK_EQ(dirty(vcpu), 0);
	CHECK_EQ(run_to_sync(vcpu), 3);
	CHECK_EQ(dirty(vcpu), 0);
	CHECK_EQ(run_to_sync(vcpu), 4);
	CHECK_EQ(dirty(vcpu), 1ULL << 3);
	run_to_io(vcpu, PORT_SYNC, KVM_EXIT_IO_IN, 1);
	CHECK_EQ(run_to_sync(vcpu), 5);
	CHECK_EQ(dirty(vcpu), 1ULL << 9 | 1ULL << 10 | 1ULL << 20);
	CHECK_EQ(run_to_sync(vcpu), 6);
	CHECK_EQ(dirty(vcpu), ~0ULL);
	set_slot(vcpu, 0, PAGES * 4096, host);
	CHECK_EQ(run_to_sync(vcpu), 7);
	set_slot(vcpu, KVM_MEM_LOG_DIRTY_PAGES, PAGES * 4096, host);
	dirty(vcpu);
	run_to_done(vcpu);
	CHECK_EQ(dirty(vcpu), 1ULL << 8);
}

static GUEST void dirty_tables_guest(void)
{
	volatile uint64_t *table = (uint64_t *)(BASE + 2 * 4096);
	volatile uint64_t *pd = (uint64_t *)GUEST_PD;

	/* 4 MiB is mapped by a page table inside the slot. */
	*table = (GUEST_SCRATCH + 0x4000) | PTE_PRESENT | PTE_WRITE;
	pd[2] = (BASE + 2 * 4096) | PTE_PRESENT | PTE_WRITE;
	write_cr3(read_cr3());
	guest_sync(1);
	read8(0x400000);		/* the walk sets the accessed bit */
	guest_sync(2);
	GUEST_EQ(*table & (PTE_ACCESSED | PTE_DIRTY), PTE_ACCESSED);
	guest_sync(3);
	write8(0x400000, 5);		/* and the dirty bit */
	guest_sync(4);
	GUEST_EQ(*table & (PTE_ACCESSED | PTE_DIRTY), PTE_ACCESSED | PTE_DIRTY);
}

static void dirty_tables(void)
{
	struct l2_vcpu *vcpu = with_slot();

	machine_start64(vcpu, dirty_tables_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	set_slot(vcpu, KVM_MEM_LOG_DIRTY_PAGES, PAGES * 4096, vcpu->l2->memory[SLOT].host);
	dirty(vcpu);
	CHECK_EQ(run_to_sync(vcpu), 2);
	CHECK_EQ(dirty(vcpu), 1 << 2);
	CHECK_EQ(run_to_sync(vcpu), 3);
	dirty(vcpu);
	CHECK_EQ(run_to_sync(vcpu), 4);
	CHECK_EQ(dirty(vcpu), 1 << 2);
	run_to_done(vcpu);
}

static GUEST void read_only_guest(void)
{
	GUEST_EQ(look(1), 0x51);
	*(volatile uint32_t *)(BASE + 8) = 0x12345678;
	GUEST_EQ(*(volatile uint32_t *)(BASE + 8), 0);
	asm volatile("call *%0" : : "r"(BASE + 2 * 4096) : "memory");	/* code there runs */
	asm volatile(TRY("lock incl (%0)") : : "r"(BASE + 16) : "r11", "memory");
	EXPECT_NO_TRAP();
	guest_sync(1);			/* writable now */
	touch(1);
	GUEST_EQ(look(1), 1);
	guest_sync(2);			/* and read-only again */
	touch(1);
	GUEST_EQ(look(1), 1);
}

static void expect_write(struct l2_vcpu *vcpu, uint64_t gpa, unsigned int size, uint64_t value)
{
	uint64_t got = 0;

	run_to_exit(vcpu, KVM_EXIT_MMIO);
	CHECK_EQ(vcpu->run->mmio.is_write, 1);
	CHECK_EQ(vcpu->run->mmio.phys_addr, gpa);
	CHECK_EQ(vcpu->run->mmio.len, size);
	memcpy(&got, vcpu->run->mmio.data, size);
	CHECK_EQ(got, value);
}

static void read_only(void)
{
	struct l2_vcpu *vcpu = with_slot();
	uint8_t *host = vcpu->l2->memory[SLOT].host;

	host[4096 + 100] = 0x51;
	host[2 * 4096] = 0xc3;
	/* The read-only flag of a slot cannot be changed: it goes and comes back. */
	set_slot(vcpu, 0, 0, host);
	set_slot(vcpu, KVM_MEM_READONLY, PAGES * 4096, host);
	machine_start64(vcpu, read_only_guest);
	expect_write(vcpu, BASE + 8, 4, 0x12345678);
	expect_write(vcpu, BASE + 16, 4, 1);
	CHECK_EQ(run_to_sync(vcpu), 1);
	set_slot(vcpu, 0, 0, host);
	set_slot(vcpu, 0, PAGES * 4096, host);
	CHECK_EQ(run_to_sync(vcpu), 2);
	set_slot(vcpu, 0, 0, host);
	set_slot(vcpu, KVM_MEM_READONLY, PAGES * 4096, host);
	expect_write(vcpu, BASE + 4096 + 100, 1, 1);
	run_to_done(vcpu);
	CHECK_EQ(host[4096 + 100], 1);
}

static GUEST void slots_guest(void)
{
	GUEST_EQ(look(1), 0x51);
	guest_sync(1);			/* other pages behind the same addresses */
	GUEST_EQ(look(1), 0x61);
	touch(1);
	guest_sync(2);			/* nothing behind them */
	GUEST_EQ(look(1), 0x71);	/* by MMIO */
	guest_sync(3);			/* the first again */
	GUEST_EQ(look(1), 0x51);
	guest_sync(4);			/* the host's own mapping has changed */
	GUEST_EQ(look(1), 0x81);
}

static void slots(void)
{
	struct l2_vcpu *vcpu = with_slot();
	uint8_t *host = vcpu->l2->memory[SLOT].host, *other;

	other = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
		     -1, 0);
	CHECK(other != MAP_FAILED);
	host[4096 + 100] = 0x51;
	other[4096 + 100] = 0x61;
	machine_start64(vcpu, slots_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	set_slot(vcpu, 0, 0, host);
	set_slot(vcpu, 0, PAGES * 4096, other);
	CHECK_EQ(run_to_sync(vcpu), 2);
	CHECK_EQ(other[4096 + 100], 1);
	CHECK_EQ(host[4096 + 100], 0x51);
	set_slot(vcpu, 0, 0, host);
	run_to_exit(vcpu, KVM_EXIT_MMIO);
	CHECK_EQ(vcpu->run->mmio.phys_addr, BASE + 4096 + 100);
	vcpu->run->mmio.data[0] = 0x71;
	CHECK_EQ(run_to_sync(vcpu), 3);
	set_slot(vcpu, 0, PAGES * 4096, host);
	CHECK_EQ(run_to_sync(vcpu), 4);
	CHECK(mmap(host, PAGES * 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == host);
	host[4096 + 100] = 0x81;
	run_to_done(vcpu);
}

static GUEST void protected_guest(void)
{
	GUEST_EQ(look(1), 0x51);
	touch(1);
}

/* The VMM's own protection of its pages: KVM_RUN fails, and can be repeated. */
static void protected(void)
{
	struct l2_vcpu *vcpu = with_slot();
	uint8_t *host = vcpu->l2->memory[SLOT].host;

	host[4096 + 100] = 0x51;
	CHECK(!mprotect(host, PAGES * 4096, PROT_READ));
	machine_start64(vcpu, protected_guest);
	CHECK_EQ(l2_run(vcpu), -EFAULT);
	CHECK(!mprotect(host, PAGES * 4096, PROT_READ | PROT_WRITE));
	run_to_done(vcpu);
	CHECK_EQ(host[4096 + 100], 1);
}

const struct test memory_tests[] = {
	{ "memory/dirty-log", "exactly the pages that were written, again after each look",
	  dirty_log },
	{ "memory/dirty-tables", "page tables that the CPU writes to are dirty", dirty_tables },
	{ "memory/read-only", "KVM_MEM_READONLY: reads and code work, writes exit", read_only },
	{ "memory/slots", "changed slots and host mappings are seen at once", slots },
	{ "memory/protected", "a page the VMM may not write is EFAULT", protected },
	{ }
};
