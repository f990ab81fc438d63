/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MSR bitmap: which MSR accesses of the guest do not exit.
 *
 * With the enlightened MSR bitmap L0 no longer watches the bitmap's memory (TLFS,
 * "Enlightened MSR Bitmap"): every edit has to clear the MSR_BITMAP clean bit, and
 * every edit is made in msr_bitmap.c.
 */
#ifndef HV_EVMCS_MSR_BITMAP_H
#define HV_EVMCS_MSR_BITMAP_H

#include <linux/bitmap.h>
#include <linux/types.h>

struct kvm_vcpu;

#define MSR_PASSTHROUGH_NR	16

/**
 * struct vcpu_msr_bitmap - a vCPU's MSR bitmap
 * @bitmap: the page L0 reads; 1 means exit
 * @read: MSRs we want the guest to read itself, by index into the table
 * @write: likewise for writes. A VMM's MSR filter may forbid either.
 */
struct vcpu_msr_bitmap {
	unsigned long *bitmap;
	DECLARE_BITMAP(read, MSR_PASSTHROUGH_NR);
	DECLARE_BITMAP(write, MSR_PASSTHROUGH_NR);
};

int msr_bitmap_create(struct kvm_vcpu *vcpu);
void msr_bitmap_destroy(struct kvm_vcpu *vcpu);
void msr_bitmap_set_intercept(struct kvm_vcpu *vcpu, u32 msr, int access, bool intercept);
void msr_bitmap_filter_changed(struct kvm_vcpu *vcpu);
bool msr_bitmap_write_intercepted(struct kvm_vcpu *vcpu, u32 msr);

#endif /* HV_EVMCS_MSR_BITMAP_H */
