// SPDX-License-Identifier: GPL-2.0
#include <linux/gfp.h>
#include <linux/kvm_host.h>
#include <asm/msr-index.h>

#include "knobs.h"
#include "kvm_private.h"
#include "msr_bitmap.h"
#include "vcpu.h"

/* MSRs that may be let through at all. */
static const u32 passthrough_msrs[] = {
	MSR_IA32_SPEC_CTRL, MSR_IA32_PRED_CMD, MSR_IA32_FLUSH_CMD, MSR_IA32_TSC,
	MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE, MSR_IA32_XFD, MSR_IA32_XFD_ERR,
	MSR_IA32_SYSENTER_CS, MSR_IA32_SYSENTER_ESP, MSR_IA32_SYSENTER_EIP,
	MSR_CORE_C1_RES, MSR_CORE_C3_RESIDENCY, MSR_CORE_C6_RESIDENCY, MSR_CORE_C7_RESIDENCY,
};

static_assert(ARRAY_SIZE(passthrough_msrs) == MSR_PASSTHROUGH_NR);

/*
 * Layout (SDM 3C, 25.6.9): 1 KB each for reads of low MSRs, reads of high MSRs,
 * writes of low MSRs, writes of high MSRs.
 */
#define MSR_LOW_LAST		0x00001fffu
#define MSR_HIGH_FIRST		0xc0000000u
#define MSR_HIGH_LAST		0xc0001fffu
#define BITMAP_READ		0
#define BITMAP_WRITE		(2048 * BITS_PER_BYTE)
#define BITMAP_HIGH		(1024 * BITS_PER_BYTE)

static unsigned int bit_of(u32 msr, unsigned int half)
{
	return half + (msr >= MSR_HIGH_FIRST ? BITMAP_HIGH + (msr & 0x1fff) : msr);
}

static bool bitmap_covers(u32 msr)
{
	return msr <= MSR_LOW_LAST || (msr >= MSR_HIGH_FIRST && msr <= MSR_HIGH_LAST);
}

/* Tell L0 that the bitmap's memory changed. */
static void bitmap_edited(struct kvm_vcpu *vcpu)
{
	if (!knob_keep_msr_bitmap_clean())
		evmcs_dirty(vcpu_evmcs_page(vcpu), EVMCS_GROUP_MSR_BITMAP);
}

/**
 * msr_bitmap_create - give a vCPU a bitmap that intercepts everything
 * @vcpu: the vCPU; its enlightened VMCS exists
 *
 * Return: 0 or -ENOMEM.
 */
int msr_bitmap_create(struct kvm_vcpu *vcpu)
{
	struct vcpu_msr_bitmap *msr = &to_evmcs_vcpu(vcpu)->msr;

	msr->bitmap = (unsigned long *)__get_free_page(GFP_KERNEL_ACCOUNT);
	if (!msr->bitmap)
		return -ENOMEM;
	memset(msr->bitmap, 0xff, PAGE_SIZE);
	return 0;
}

/**
 * msr_bitmap_destroy - undo msr_bitmap_create()
 * @vcpu: the vCPU
 */
void msr_bitmap_destroy(struct kvm_vcpu *vcpu)
{
	free_page((unsigned long)to_evmcs_vcpu(vcpu)->msr.bitmap);
}

static int passthrough_index(u32 msr)
{
	int i;

	for (i = 0; i < MSR_PASSTHROUGH_NR; i++)
		if (passthrough_msrs[i] == msr)
			return i;
	return -ENOENT;
}

/* Bring one direction of one MSR in line with what we want and the VMM allows. */
static void bitmap_apply(struct kvm_vcpu *vcpu, int i, unsigned int half,
			 const unsigned long *wanted, u32 filter)
{
	struct vcpu_msr_bitmap *msr = &to_evmcs_vcpu(vcpu)->msr;
	u32 index = passthrough_msrs[i];
	bool pass = test_bit(i, wanted) && kvm_msr_allowed(vcpu, index, filter);

	if (test_bit(bit_of(index, half), msr->bitmap) == !pass)
		return;
	__assign_bit(bit_of(index, half), msr->bitmap, !pass);
	bitmap_edited(vcpu);
}

static void bitmap_apply_both(struct kvm_vcpu *vcpu, int i)
{
	struct vcpu_msr_bitmap *msr = &to_evmcs_vcpu(vcpu)->msr;

	bitmap_apply(vcpu, i, BITMAP_READ, msr->read, KVM_MSR_FILTER_READ);
	bitmap_apply(vcpu, i, BITMAP_WRITE, msr->write, KVM_MSR_FILTER_WRITE);
}

/**
 * msr_bitmap_set_intercept - let an MSR through to the guest, or stop that
 * @vcpu: the vCPU
 * @msr: MSR number, one of passthrough_msrs
 * @access: MSR_TYPE_R, MSR_TYPE_W or both
 * @intercept: true to have accesses exit
 */
void msr_bitmap_set_intercept(struct kvm_vcpu *vcpu, u32 msr, int access, bool intercept)
{
	struct vcpu_msr_bitmap *bitmap = &to_evmcs_vcpu(vcpu)->msr;
	int i = passthrough_index(msr);

	if (WARN_ON_ONCE(i < 0 || !bitmap_covers(msr)))
		return;
	if (access & MSR_TYPE_R)
		__assign_bit(i, bitmap->read, !intercept);
	if (access & MSR_TYPE_W)
		__assign_bit(i, bitmap->write, !intercept);
	bitmap_apply_both(vcpu, i);
}

/**
 * msr_bitmap_filter_changed - the VMM installed another MSR filter
 * @vcpu: the vCPU
 */
void msr_bitmap_filter_changed(struct kvm_vcpu *vcpu)
{
	int i;

	for (i = 0; i < MSR_PASSTHROUGH_NR; i++)
		bitmap_apply_both(vcpu, i);
}

/**
 * msr_bitmap_write_intercepted - does a write to this MSR exit?
 * @vcpu: the vCPU
 * @msr: MSR number
 *
 * Return: true if so.
 */
bool msr_bitmap_write_intercepted(struct kvm_vcpu *vcpu, u32 msr)
{
	return !bitmap_covers(msr) ||
	       test_bit(bit_of(msr, BITMAP_WRITE), to_evmcs_vcpu(vcpu)->msr.bitmap);
}
