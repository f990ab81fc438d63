// SPDX-License-Identifier: GPL-2.0
/*
 * modes.c - a vCPU in 16-, 32- or 64-bit mode, with every exception told to the host
 *
 * The exception handlers are `mov $VECTOR, %al; out %al, $PORT_TRAP; jmp .`, which has the same
 * encoding in every mode.
 */
#include <string.h>

#include "modes.h"

/* Guest memory, below GUEST_STACK - 4096 */
#define IDT		0x2000
#define GDT		0x3000
#define TSS		0x3800
#define HANDLERS	0x4000
#define HANDLER_SIZE	8
#define VECTORS		32

#define PTE_PRESENT	1
#define PTE_USER	4

#define CR0_PE		0x01
#define CR0_ET		0x10
#define CR0_NE		0x20

enum { SELECTOR_CODE = 0x08, SELECTOR_DATA = 0x10, SELECTOR_USER_DATA = 0x1b,
       SELECTOR_USER_CODE = 0x23, SELECTOR_TSS = 0x28 };

static void put_handlers(struct l2 *l2)
{
	unsigned char handler[HANDLER_SIZE] = { 0xb0, 0, 0xe6, PORT_TRAP, 0xeb, 0xfe };
	unsigned int i;

	for (i = 0; i < VECTORS; i++) {
		handler[1] = i;
		l2_load(l2, HANDLERS + i * HANDLER_SIZE, handler, sizeof(handler));
	}
}

static void put_vectors(struct l2 *l2, int bits)
{
	uint64_t gate[2] = { 0, 0 };
	unsigned int i;

	for (i = 0; i < VECTORS; i++) {
		gate[0] = HANDLERS + i * HANDLER_SIZE;
		switch (bits) {
		case 16:
			l2_load(l2, i * 4, gate, 4);
			break;
		default:	/* a present interrupt gate with DPL 0 */
			gate[0] |= SELECTOR_CODE << 16 | 0x8eULL << 40;
			l2_load(l2, IDT + i * (bits / 4), gate, bits / 4);
		}
	}
}

static void put_descriptors(struct l2 *l2, int bits)
{
	const uint64_t code = bits == 64 ? 0x00af9b000000ffffULL : 0x00cf9b000000ffffULL;
	const uint64_t data = 0x00cf93000000ffffULL, dpl_3 = 3ULL << 45;
	const uint64_t gdt[] = {
		0, code, data, data | dpl_3, code | dpl_3, 0x00008b0000000067ULL | TSS << 16, 0,
	};
	const uint64_t stack = GUEST_STACK;

	l2_load(l2, GDT, gdt, sizeof(gdt));
	l2_load(l2, TSS + 4, &stack, sizeof(stack));	/* RSP0 */
}

static void let_user_in(struct l2 *l2)
{
	uint64_t *entries = l2_pointer(l2, GUEST_TABLES, L2_TABLES_SIZE);
	unsigned int i;

	for (i = 0; i < L2_TABLES_SIZE / sizeof(*entries); i++)
		if (entries[i] & PTE_PRESENT)
			entries[i] |= PTE_USER;
}

static struct kvm_segment flat(unsigned int selector, int type, int bits)
{
	return (struct kvm_segment){
		.selector = selector, .limit = 0xffffffff, .type = type, .present = 1, .s = 1,
		.dpl = selector & 3, .g = 1, .l = type == 0xb && bits == 64,
		.db = type != 0xb || bits == 32,
	};
}

/**
 * mode_set() - put a vCPU into a mode, with handlers for every exception
 * @vcpu: the vCPU
 * @bits: 16 (real mode), 32 (protected, without paging) or 64
 * @cpl: 0, or 3 with 64 bits
 * @rip: first instruction
 */
void mode_set(struct l2_vcpu *vcpu, int bits, int cpl, uint64_t rip)
{
	struct kvm_sregs sregs;

	put_handlers(vcpu->l2);
	put_vectors(vcpu->l2, bits);
	if (bits == 16) {
		must(l2_set_real_mode(vcpu, rip, GUEST_STACK), "real mode");
		return;
	}
	must(l2_set_long_mode(vcpu, GUEST_TABLES, rip, GUEST_STACK), "long mode");
	put_descriptors(vcpu->l2, bits);
	let_user_in(vcpu->l2);
	IOCTL(vcpu->fd, KVM_GET_SREGS, &sregs);
	sregs.gdt = (struct kvm_dtable){ .base = GDT, .limit = 7 * 8 - 1 };
	sregs.idt = (struct kvm_dtable){ .base = IDT, .limit = VECTORS * (bits / 4) - 1 };
	sregs.tr.selector = SELECTOR_TSS;
	sregs.tr.base = TSS;
	sregs.cs = flat(cpl ? SELECTOR_USER_CODE : SELECTOR_CODE, 0xb, bits);
	sregs.ss = flat(cpl ? SELECTOR_USER_DATA : SELECTOR_DATA, 0x3, bits);
	sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss;
	if (bits == 32) {
		sregs.cr0 = CR0_PE | CR0_ET | CR0_NE;
		sregs.cr3 = sregs.cr4 = sregs.efer = 0;
	}
	IOCTL(vcpu->fd, KVM_SET_SREGS, &sregs);
}

static int has_error_code(unsigned int vector)
{
	return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21;
}

/**
 * mode_trapped() - was the last exit an exception in the guest?
 * @vcpu: the vCPU
 * @bits: its mode
 * @trap: filled in if so
 *
 * Return: 1 if so, else 0.
 */
int mode_trapped(struct l2_vcpu *vcpu, int bits, struct trap *trap)
{
	const struct kvm_run *run = vcpu->run;
	struct kvm_regs regs;
	uint64_t frame[2] = { 0, 0 };
	unsigned int width = bits / 8;

	if (run->exit_reason != KVM_EXIT_IO || run->io.port != PORT_TRAP)
		return 0;
	IOCTL(vcpu->fd, KVM_GET_REGS, &regs);
	*trap = (struct trap){ .vector = *((unsigned char *)run + run->io.data_offset) };
	if (bits != 16 && has_error_code(trap->vector)) {
		memcpy(&trap->error, l2_pointer(vcpu->l2, regs.rsp, width), width);
		regs.rsp += width;
	}
	memcpy(frame, l2_pointer(vcpu->l2, regs.rsp, width), width);
	trap->rip = frame[0];
	return 1;
}
