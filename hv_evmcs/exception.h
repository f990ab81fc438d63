/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_EXCEPTION_H
#define HV_EVMCS_EXCEPTION_H

#include <linux/types.h>
#include <asm/vmx.h>

struct kvm_vcpu;

/* VM-exit and IDT-vectoring interruption information (SDM 3C, 25.9.2 and 25.9.3). */
static __always_inline bool intr_info_is(u32 info, u32 type)
{
	return (info & (INTR_INFO_VALID_MASK | INTR_INFO_INTR_TYPE_MASK)) ==
	       (INTR_INFO_VALID_MASK | type);
}

static inline bool intr_info_is_exception(u32 info, u8 vector)
{
	return intr_info_is(info, INTR_TYPE_HARD_EXCEPTION) &&
	       (info & INTR_INFO_VECTOR_MASK) == vector;
}

static inline bool intr_info_has_error_code(u32 info)
{
	const u32 mask = INTR_INFO_VALID_MASK | INTR_INFO_DELIVER_CODE_MASK;

	return (info & mask) == mask;
}

void exception_update_bitmap(struct kvm_vcpu *vcpu);
int exception_handle(struct kvm_vcpu *vcpu);
void exception_handle_irqoff(struct kvm_vcpu *vcpu);

#endif /* HV_EVMCS_EXCEPTION_H */
