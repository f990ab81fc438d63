// SPDX-License-Identifier: GPL-2.0
/*
 * machine32.c - guests in 32-bit protected mode
 */
#include "machine32.h"
#include "test.h"

extern const char trap32_vectors[];	/* vectors32.S */

/**
 * idt32_set() - fill in an 8-byte gate
 * @vcpu: a vCPU of the guest
 * @vector: which
 * @handler: its offset; 0 for a task gate
 * @selector: code segment or TSS
 * @type: GATE_..., or 0x85 for a task gate
 */
void idt32_set(struct l2_vcpu *vcpu, unsigned int vector, uint32_t handler,
	       unsigned int selector, unsigned int type)
{
	uint64_t *gate = guest_pointer(vcpu, GUEST_IDT + vector * 8, 8);

	*gate = (handler & 0xffff) | (uint64_t)selector << 16 | (uint64_t)type << 40 |
		(uint64_t)(handler & 0xffff0000) << 32;
}

/**
 * machine_fill32() - 32-bit interrupt and page tables, instead of the 64-bit interrupt table
 * @vcpu: a vCPU of a guest from machine_new()
 */
void machine_fill32(struct l2_vcpu *vcpu)
{
	const uint32_t page = PTE_PRESENT | PTE_WRITE | PTE_USER | PTE_ACCESSED | PTE_DIRTY;
	uint64_t *pointers = guest_pointer(vcpu, PAE_POINTERS, 32);
	uint32_t *directory = guest_pointer(vcpu, PSE_DIRECTORY, 4096);
	unsigned int i;

	for (i = 0; i < 4; i++)
		pointers[i] = (GUEST_PD + i * 4096ULL) | PTE_PRESENT;
	for (i = 0; i < 1024; i++)
		directory[i] = i << 22 | page | PTE_LARGE;
	for (i = 0; i < 256; i++)
		idt32_set(vcpu, i, (uintptr_t)trap32_vectors + i * 16, SEL_CODE32, GATE_INTERRUPT);
	for (i = BP_VECTOR; i <= BR_VECTOR; i++)
		idt32_set(vcpu, i, (uintptr_t)trap32_vectors + i * 16, SEL_CODE32,
			  GATE_INTERRUPT | GATE_DPL3);
}

/**
 * machine_start32() - let a vCPU begin in 32-bit protected mode, CPL 0
 * @vcpu: the vCPU, of a guest from machine_new()
 * @code: a label in section guest
 * @paging: off, 4 MiB pages, or PAE
 */
void machine_start32(struct l2_vcpu *vcpu, const char *code, enum paging paging)
{
	struct kvm_regs regs = {
		.rip = (uintptr_t)code, .rsp = GUEST_STACK, .rflags = FLAGS_FIXED,
	};
	struct kvm_sregs sregs;

	machine_fill32(vcpu);
	machine_start64(vcpu, NULL);
	sregs = get_sregs(vcpu);
	sregs.cs.selector = SEL_CODE32;
	sregs.cs.l = 0;
	sregs.cs.db = 1;
	sregs.idt.limit = 256 * 8 - 1;
	sregs.cr0 = CR0_PE | CR0_ET | CR0_NE | (paging == PAGING_OFF ? 0 : CR0_PG | CR0_WP);
	sregs.cr3 = paging == PAGING_PAE ? PAE_POINTERS : PSE_DIRECTORY;
	sregs.cr4 = paging == PAGING_PAE ? CR4_PAE : paging == PAGING_PSE ? CR4_PSE : 0;
	sregs.efer = 0;
	set_sregs(vcpu, sregs);
	set_regs(vcpu, regs);
}

/**
 * trap32_check() - check a record of trap32_log
 * @vcpu: a vCPU of the guest
 * @index: which
 * @vector: the vector it must have
 * @error: the error code
 * @at: label of the instruction
 */
void trap32_check(struct l2_vcpu *vcpu, unsigned int index, unsigned int vector,
		  unsigned int error, const char *at)
{
	const struct trap32_record *record = &IN_GUEST(vcpu, trap32_log)[index];

	if (index >= IN_GUEST(vcpu, trap32_count))
		test_fail("%u traps, expected trap %u: vector %u", IN_GUEST(vcpu, trap32_count),
			  index, vector);
	if (record->vector != vector || record->error != error || record->eip != (uintptr_t)at)
		test_fail("trap %u is vector %u, error code 0x%x, EIP 0x%x, not %u, 0x%x, 0x%lx",
			  index, record->vector, record->error, record->eip, vector, error,
			  (unsigned long)(uintptr_t)at);
}
