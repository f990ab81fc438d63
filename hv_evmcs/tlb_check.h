/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test builds check the invariant of tlb.h at every entry. The check keeps books
 * of its own, of instructions that were executed and succeeded, and shares no
 * state with tlb.c.
 */
#ifndef HV_EVMCS_TLB_CHECK_H
#define HV_EVMCS_TLB_CHECK_H

#include <linux/types.h>

struct kvm_vcpu;

#ifdef HV_EVMCS_TEST
int tlb_check_init(void);
void tlb_check_exit(void);
void tlb_check_vcpu_init(struct kvm_vcpu *vcpu);
u64 tlb_check_now(void);
void tlb_check_new_generation(u64 eptp, u64 since);
void tlb_check_invept(u64 eptp, int error);
void tlb_check_invvpid(u16 vpid, int error);
void tlb_check_begin(struct kvm_vcpu *vcpu);
void tlb_check_entry(struct kvm_vcpu *vcpu);
#else
static inline int tlb_check_init(void) { return 0; }
static inline void tlb_check_exit(void) { }
static inline void tlb_check_vcpu_init(struct kvm_vcpu *vcpu) { }
static inline u64 tlb_check_now(void) { return 0; }
static inline void tlb_check_new_generation(u64 eptp, u64 since) { }
static inline void tlb_check_invept(u64 eptp, int error) { }
static inline void tlb_check_invvpid(u16 vpid, int error) { }
static inline void tlb_check_begin(struct kvm_vcpu *vcpu) { }
static inline void tlb_check_entry(struct kvm_vcpu *vcpu) { }
#endif

#endif /* HV_EVMCS_TLB_CHECK_H */
