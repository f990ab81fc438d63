// SPDX-License-Identifier: GPL-2.0
/*
 * Two ways to answer CPUID that a guest cannot tell apart.
 *
 * The fast one runs between exit and entry, with interrupts off, and spares the
 * round through kvm.ko and its second trap to L0. It answers a leaf only if the
 * slow one found the leaf's entry before, and only where kvm.ko's answer is the
 * entry's four registers and nothing else. All else takes the slow way: leaves
 * without an entry (out-of-range rules), TSX and invariant-TSC bits that depend on
 * MSRs, CPUID faulting, single-stepping, guest debugging.
 *
 * kvm.ko's look-up asserts that interrupts are on, so it is never called here; the
 * table may be replaced by KVM_SET_CPUID2 only, which calls cpuid_forget() before
 * the vCPU runs again.
 *
 * The tracepoint kvm_cpuid is private to kvm.ko and does not fire for leaves
 * answered here (parameter cpuid_fastpath=N brings it back).
 */
#include <linux/kvm_host.h>
#include <asm/msr-index.h>

#include "cpuid.h"
#include "event.h"
#include "knobs.h"
#include "kvm_private.h"
#include "regs.h"
#include "uret.h"
#include "vcpu.h"

/**
 * cpuid_forget - the guest's CPUID table was replaced
 * @vcpu: the vCPU
 */
void cpuid_forget(struct kvm_vcpu *vcpu)
{
	struct vcpu_cpuid *cpuid = &to_evmcs_vcpu(vcpu)->cpuid;

	memset(cpuid, 0, sizeof(*cpuid));
}

static unsigned int slot_of(u32 function, u32 index)
{
	return (function ^ function >> 28 ^ index * 5) % CPUID_CACHE_SLOTS;
}

/* Would kvm.ko change the entry's answer by something outside the entry? */
static bool answer_is_dynamic(struct kvm_vcpu *vcpu, u32 function, u32 index)
{
	const struct uret_msr *tsx_ctrl;

	switch (function) {
	case 7:
		if (index)
			return false;
		tsx_ctrl = uret_find(vcpu, MSR_IA32_TSX_CTRL);
		return tsx_ctrl && (tsx_ctrl->data & TSX_CTRL_CPUID_CLEAR);
	case 0x80000007:
		return vcpu->arch.hyperv_enabled;
	default:
		return false;
	}
}

/* Is there more to do after the instruction than to move RIP over it? */
static bool skip_is_plain(struct kvm_vcpu *vcpu, unsigned long next_rip)
{
	/* A carry out of the low 31 bits means something else in 32-bit code. */
	return !vcpu->guest_debug && !(guest_rflags(vcpu) & X86_EFLAGS_TF) &&
	       !((guest_rip(vcpu) ^ next_rip) >> 31);
}

static bool cpuid_faults(struct kvm_vcpu *vcpu)
{
	return vcpu->arch.msr_misc_features_enables & MSR_MISC_FEATURES_ENABLES_CPUID_FAULT;
}

/**
 * cpuid_fast - answer CPUID right after its exit
 * @vcpu: the vCPU
 *
 * Interrupts off, after event_after_exit().
 *
 * Return: false if the slow way must answer; then nothing has changed.
 */
bool cpuid_fast(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	unsigned long *regs = vcpu->arch.regs;
	u32 function = regs[VCPU_REGS_RAX], index = regs[VCPU_REGS_RCX];
	unsigned int slot = slot_of(function, index);
	const struct kvm_cpuid_entry2 *entry = v->cpuid.slots[slot].entry;
	unsigned long next_rip;

	if (!entry || v->cpuid.slots[slot].function != function ||
	    v->cpuid.slots[slot].index != index || !READ_ONCE(cpuid_fastpath))
		return false;
	next_rip = guest_rip(vcpu) + evmcs_read32(v->evmcs, vm_exit_instruction_len);
	if (cpuid_faults(vcpu) || !skip_is_plain(vcpu, next_rip) ||
	    answer_is_dynamic(vcpu, function, index))
		return false;

	regs[VCPU_REGS_RAX] = entry->eax;
	regs[VCPU_REGS_RBX] = entry->ebx;
	regs[VCPU_REGS_RCX] = entry->ecx;
	regs[VCPU_REGS_RDX] = entry->edx;
	guest_set_rip(vcpu, next_rip);
	event_set_shadow(vcpu, 0);
	return true;
}

/**
 * cpuid_slow - exit handler for CPUID; remembers where the leaf's entry is
 * @vcpu: the vCPU
 *
 * Process context.
 *
 * Return: 1 to go on in the guest, 0 to return to user space.
 */
int cpuid_slow(struct kvm_vcpu *vcpu)
{
	struct vcpu_cpuid *cpuid = &to_evmcs_vcpu(vcpu)->cpuid;
	u32 function = vcpu->arch.regs[VCPU_REGS_RAX], index = vcpu->arch.regs[VCPU_REGS_RCX];
	const struct kvm_cpuid_entry2 *entry = kvm_find_cpuid_entry_index(vcpu, function, index);
	unsigned int slot = slot_of(function, index);

	if (entry) {
		cpuid->slots[slot].function = function;
		cpuid->slots[slot].index = index;
		cpuid->slots[slot].entry = entry;
	}
	return kvm_emulate_cpuid(vcpu);
}
