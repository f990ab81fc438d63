// SPDX-License-Identifier: GPL-2.0
/*
 * machine.c - guests with descriptor tables, page tables and trap handlers in place
 */
#include <fcntl.h>
#include <stdlib.h>

#include "test.h"

/* The linker's names for the sections of guest.h */
extern const char __start_guest[], __stop_guest[];
extern const char __start_guest_data[], __stop_guest_data[];

extern const char trap_vectors[];	/* vectors.S */

#define ENTRIES		512
#define CPUID_ENTRIES	256

static void must(int result, const char *what)
{
	if (result < 0)
		test_fail("%s: %s", what, strerror(-result));
}

/**
 * kvm_descriptor() - /dev/kvm
 *
 * Return: a descriptor that stays open.
 */
int kvm_descriptor(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	must(fd < 0 ? -errno : 0, "/dev/kvm");
	return fd;
}

/**
 * guest_pointer() - where guest memory is in this process
 * @vcpu: a vCPU of the guest
 * @gpa: guest physical address
 * @size: bytes
 *
 * Return: the address; ends the test if the guest has no such memory.
 */
void *guest_pointer(struct l2_vcpu *vcpu, uint64_t gpa, size_t size)
{
	void *host = l2_pointer(vcpu->l2, gpa, size);

	if (!host)
		test_fail("no guest memory at 0x%llx", (unsigned long long)gpa);
	return host;
}

/**
 * guest_pte() - the page-table entry of a guest address
 * @vcpu: a vCPU of the guest
 * @address: below 2 MiB
 *
 * Return: the entry in guest memory.
 */
uint64_t *guest_pte(struct l2_vcpu *vcpu, uint64_t address)
{
	return (uint64_t *)guest_pointer(vcpu, GUEST_PT, 4096) + (address >> 12);
}

static void fill_tables(struct l2_vcpu *vcpu)
{
	const uint64_t table = PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED;
	uint64_t *entries = guest_pointer(vcpu, GUEST_TABLES, GUEST_TABLES_END - GUEST_TABLES);
	uint64_t *pt = guest_pte(vcpu, 0);
	unsigned int i;

	entries[0] = GUEST_PDPT | table;
	for (i = 0; i < 4; i++)
		entries[ENTRIES + i] = (GUEST_PD + i * 4096ULL) | table;
	for (i = 0; i < 4 * ENTRIES; i++)
		entries[2 * ENTRIES + i] = (uint64_t)i << 21 | table | PTE_DIRTY | PTE_LARGE;
	entries[2 * ENTRIES] = GUEST_PT | table;
	for (i = 0; i < ENTRIES; i++)
		pt[i] = (uint64_t)i << 12 | table | PTE_DIRTY;
}

/**
 * gdt_set() - fill in an 8-byte descriptor
 * @vcpu: a vCPU of the guest
 * @selector: which
 * @base: segment base
 * @limit: in bytes, or in pages with GDT_PAGES
 * @flags: GDT_...
 */
void gdt_set(struct l2_vcpu *vcpu, unsigned int selector, uint32_t base, uint32_t limit,
	     unsigned int flags)
{
	uint64_t *gdt = guest_pointer(vcpu, GUEST_GDT, 4096);

	gdt[selector / 8] = (limit & 0xffffULL) | (limit & 0xf0000ULL) << 32 |
			    (base & 0xffffffULL) << 16 | (base & 0xff000000ULL) << 32 |
			    (uint64_t)flags << 40;
}

/**
 * idt_set() - fill in a 16-byte gate
 * @vcpu: a vCPU of the guest
 * @vector: which
 * @handler: its address
 * @selector: code segment
 * @type: GATE_...
 * @ist: interrupt stack, 0 for none
 */
void idt_set(struct l2_vcpu *vcpu, unsigned int vector, uint64_t handler, unsigned int selector,
	     unsigned int type, unsigned int ist)
{
	uint64_t *gate = guest_pointer(vcpu, GUEST_IDT + vector * 16, 16);

	gate[0] = (handler & 0xffff) | (uint64_t)selector << 16 | (uint64_t)ist << 32 |
		  (uint64_t)type << 40 | (handler & 0xffff0000) << 32;
	gate[1] = handler >> 32;
}

static void fill_gdt(struct l2_vcpu *vcpu)
{
	const unsigned int flat = GDT_PAGES | GDT_BIG;

	gdt_set(vcpu, SEL_CODE64, 0, 0xfffff, GDT_CODE | GDT_PAGES | GDT_LONG);
	gdt_set(vcpu, SEL_DATA, 0, 0xfffff, GDT_DATA | flat);
	gdt_set(vcpu, SEL_CODE32, 0, 0xfffff, GDT_CODE | flat);
	gdt_set(vcpu, SEL_USER_BASE, 0, 0xfffff, GDT_CODE | GDT_DPL3 | flat);
	gdt_set(vcpu, SEL_USER_DATA, 0, 0xfffff, GDT_DATA | GDT_DPL3 | flat);
	gdt_set(vcpu, SEL_USER_CODE64, 0, 0xfffff, GDT_CODE | GDT_DPL3 | GDT_PAGES | GDT_LONG);
	gdt_set(vcpu, SEL_CODE16, GUEST_REAL, 0xffff, GDT_CODE);
	gdt_set(vcpu, SEL_DATA16, 0, 0xffff, GDT_DATA);
	gdt_set(vcpu, SEL_ABSENT, 0, 0xfffff, (GDT_DATA & ~GDT_PRESENT) | flat);
	gdt_set(vcpu, SEL_SMALL, GUEST_SCRATCH, 0xfff, GDT_DATA | GDT_BIG);
	gdt_set(vcpu, SEL_DOWN, GUEST_SCRATCH, 0xfff, GDT_DATA | 4 | GDT_BIG);
	gdt_set(vcpu, SEL_EXEC_ONLY, 0, 0xfffff, (GDT_CODE & ~2) | flat);
	gdt_set(vcpu, SEL_READ_ONLY, 0, 0xfffff, (GDT_DATA & ~2) | flat);
	gdt_set(vcpu, SEL_LDT, GUEST_GDT + 0x800, 0x7ff, 0x82);
}

static void fill_tss(struct l2_vcpu *vcpu, unsigned int id)
{
	uint32_t base = GUEST_TSS + id * 256;
	char *tss = guest_pointer(vcpu, base, 0x68);
	uint64_t rsp0 = GUEST_STACK0, ist1 = GUEST_STACK_IST;

	memcpy(tss + 4, &rsp0, 8);
	memcpy(tss + 0x24, &ist1, 8);
	memcpy(tss + 0x66, &(uint16_t){ 0x68 }, 2);	/* no I/O bitmap */
	gdt_set(vcpu, SEL_TSS + id * 16, base, 0x67, 0x89);
}

/**
 * machine_fill() - put code, data, page tables and descriptor tables into a guest's memory
 * @l2: the guest
 */
void machine_fill(struct l2 *l2)
{
	struct l2_vcpu *vcpu = &l2->vcpus[0];
	unsigned int i;

	must(l2_load(l2, GUEST_CODE, __start_guest, __stop_guest - __start_guest), "guest code");
	must(l2_load(l2, GUEST_VARS, __start_guest_data, __stop_guest_data - __start_guest_data),
	     "guest data");
	fill_tables(vcpu);
	fill_gdt(vcpu);
	for (i = 0; i < 256; i++)
		idt_set(vcpu, i, (uintptr_t)trap_vectors + i * 16, SEL_CODE64, GATE_INTERRUPT,
			i == DF_VECTOR);
	for (i = BP_VECTOR; i <= OF_VECTOR; i++)
		idt_set(vcpu, i, (uintptr_t)trap_vectors + i * 16, SEL_CODE64,
			GATE_INTERRUPT | GATE_DPL3, 0);
	idt_set(vcpu, USER_VECTOR, (uintptr_t)trap_vectors + USER_VECTOR * 16, SEL_CODE64,
		GATE_INTERRUPT | GATE_DPL3, 0);
	for (i = 0; i < 4; i++)
		fill_tss(vcpu, i);
}

/**
 * machine_without() - take features out of a vCPU's CPUID, as a VMM may
 * @vcpu: the vCPU; it has not run yet
 * @leaf: EAX
 * @subleaf: ECX, 0 where it does not matter
 * @reg: EAX, EBX, ECX or EDX
 * @bits: what it loses
 */
void machine_without(struct l2_vcpu *vcpu, uint32_t leaf, uint32_t subleaf, int reg, uint32_t bits)
{
	struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[CPUID_ENTRIES];
	} cpuid = { .head.nent = CPUID_ENTRIES };
	uint32_t i;

	IOCTL(vcpu->fd, KVM_GET_CPUID2, &cpuid);
	for (i = 0; i < cpuid.head.nent; i++)
		if (cpuid.entries[i].function == leaf && cpuid.entries[i].index == subleaf)
			*(&cpuid.entries[i].eax + reg) &= ~bits;
	IOCTL(vcpu->fd, KVM_SET_CPUID2, &cpuid);
}

/**
 * machine_add_vcpu() - a further vCPU, with all that KVM offers but VMX
 * @l2: the guest
 *
 * Stock kvm_intel gives VMX to guests unless it is left out of CPUID. hv_evmcs has none to give, and
 * what follows from that is not what is tested here.
 *
 * Return: the vCPU, to be started with machine_start64() or by the guest itself.
 */
struct l2_vcpu *machine_add_vcpu(struct l2 *l2)
{
	struct l2_vcpu *vcpu;

	must(l2_add_vcpu(l2, &vcpu), "a virtual CPU");
	machine_without(vcpu, 1, 0, ECX, 1u << 5);
	return vcpu;
}

/**
 * machine_bare() - a guest with GUEST_RAM bytes of empty memory and one vCPU
 * @flags: as for l2_create()
 *
 * Return: the vCPU.
 */
struct l2_vcpu *machine_bare(unsigned int flags)
{
	struct l2 *l2;

	must(l2_create(&l2, flags), "a guest on /dev/kvm");
	must(l2_add_memory(l2, 0, GUEST_RAM), "memory for the guest");
	return machine_add_vcpu(l2);
}

/**
 * machine_new() - a guest with all tables in place
 * @flags: as for l2_create()
 *
 * Return: its vCPU, to be started with machine_start64() or machine_start16().
 */
struct l2_vcpu *machine_new(unsigned int flags)
{
	struct l2_vcpu *vcpu = machine_bare(flags);

	machine_fill(vcpu->l2);
	return vcpu;
}

/**
 * machine_start64() - let a vCPU begin a GUEST function in 64-bit mode, CPL 0
 * @vcpu: the vCPU
 * @function: the function; when it returns, run_to_done() does
 *
 * EFER has LME and LMA only, CR0 has WP, CR4 has PAE, OSFXSR and OSXMMEXCPT.
 */
void machine_start64(struct l2_vcpu *vcpu, void (*function)(void))
{
	struct kvm_segment data = {
		.selector = SEL_DATA, .limit = 0xffffffff, .type = 0x3, .present = 1, .s = 1,
		.db = 1, .g = 1,
	};
	struct kvm_segment code = {
		.selector = SEL_CODE64, .limit = 0xffffffff, .type = 0xb, .present = 1, .s = 1,
		.l = 1, .g = 1,
	};
	struct kvm_segment task = {
		.selector = SEL_TSS + vcpu->id * 16, .base = GUEST_TSS + vcpu->id * 256,
		.limit = 0x67, .type = 0xb, .present = 1,
	};
	struct kvm_sregs sregs = get_sregs(vcpu);
	uint64_t rsp = GUEST_STACK - vcpu->id * 0x1000 - 8;
	struct kvm_regs regs = {
		.rip = (uintptr_t)function, .rsp = rsp, .rflags = FLAGS_FIXED,
	};

	*(uint64_t *)guest_pointer(vcpu, rsp, 8) = (uintptr_t)guest_return;
	sregs.cs = code;
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = data;
	sregs.tr = task;
	sregs.ldt = (struct kvm_segment){ .unusable = 1 };
	sregs.gdt = (struct kvm_dtable){ .base = GUEST_GDT, .limit = 0xfff };
	sregs.idt = (struct kvm_dtable){ .base = GUEST_IDT, .limit = 0xfff };
	sregs.cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_WP | CR0_PG;
	sregs.cr3 = GUEST_PML4;
	sregs.cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	sregs.efer = EFER_LME | EFER_LMA;
	set_sregs(vcpu, sregs);
	set_regs(vcpu, regs);
}

/**
 * machine_start16() - let a vCPU begin in real mode
 * @vcpu: the vCPU
 * @code: a label in section guest; CS is GUEST_REAL >> 4, DS, ES and SS are GUEST_VARS >> 4
 */
void machine_start16(struct l2_vcpu *vcpu, const char *code)
{
	struct kvm_segment data = {
		.base = GUEST_VARS, .selector = GUEST_VARS >> 4, .limit = 0xffff, .type = 0x3,
		.present = 1, .s = 1,
	};
	struct kvm_sregs sregs;
	struct kvm_regs regs = {
		.rip = (uintptr_t)code - GUEST_REAL, .rsp = 0xfff0, .rflags = FLAGS_FIXED,
	};

	must(l2_set_real_mode(vcpu, 0, 0), "real mode");
	sregs = get_sregs(vcpu);
	sregs.cs.base = GUEST_REAL;
	sregs.cs.selector = GUEST_REAL >> 4;
	sregs.ds = sregs.es = sregs.ss = data;
	set_sregs(vcpu, sregs);
	set_regs(vcpu, regs);
}

/**
 * machine_run64() - a whole test in the guest: start a function and let it return
 * @flags: as for l2_create()
 * @function: the function
 *
 * Return: the vCPU.
 */
struct l2_vcpu *machine_run64(unsigned int flags, void (*function)(void))
{
	struct l2_vcpu *vcpu = machine_new(flags);

	machine_start64(vcpu, function);
	run_to_done(vcpu);
	return vcpu;
}
