/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the entry code (entry.S) and its C callers share.
 */
#ifndef HV_EVMCS_ENTRY_H
#define HV_EVMCS_ENTRY_H

/* Bits of the flags argument of evmcs_enter(). */
#define ENTRY_RESUME_SHIFT		0	/* VMRESUME, else VMLAUNCH */
#define ENTRY_SAVE_SPEC_CTRL_SHIFT	1	/* the guest may write SPEC_CTRL itself */

/* Return values of evmcs_enter(). */
#define ENTRY_EXITED			0	/* a VM exit, or an entry that failed late */
#define ENTRY_VMFAIL			1	/* VMfail: see vm_instruction_error */
#define ENTRY_FAULTED			2	/* the instruction faulted: VMX is off */

/* Offsets for the assembler; checked against the structs in run.c. */
#define ENTRY_REGS			0
#define ENTRY_EVMCS			8
#define ENTRY_SPEC_CTRL			16
#define EVMCS_OFFSET_HOST_RSP		616
#define EVMCS_OFFSET_CLEAN_FIELDS	824
#define EVMCS_CLEAN_HOST_POINTER_SHIFT	13

#ifndef __ASSEMBLY__
#include <linux/types.h>

struct hv_enlightened_vmcs;

/**
 * struct entry_state - what evmcs_enter() needs of a vCPU
 * @regs: general purpose registers, in the order of asm/kvm_vcpu_regs.h
 * @evmcs: the current enlightened VMCS
 * @spec_ctrl: the guest's IA32_SPEC_CTRL
 */
struct entry_state {
	unsigned long *regs;
	struct hv_enlightened_vmcs *evmcs;
	u64 spec_ctrl;
};

unsigned int evmcs_enter(struct entry_state *entry, unsigned int flags);
void evmcs_exit_label(void);
void entry_do_irq(unsigned long handler);
void entry_do_nmi(void);
#endif

#endif /* HV_EVMCS_ENTRY_H */
