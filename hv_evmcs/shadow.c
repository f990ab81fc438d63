// SPDX-License-Identifier: GPL-2.0
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kvm_host.h>
#include <linux/slab.h>

#include "entry.h"
#include "knobs.h"
#include "shadow.h"
#include "vcpu.h"

/**
 * shadow_create - at vCPU creation
 * @vcpu: the vCPU
 *
 * Return: 0 or -ENOMEM.
 */
int shadow_create(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	v->shadow = kzalloc(sizeof(*v->shadow), GFP_KERNEL_ACCOUNT);
	return v->shadow ? 0 : -ENOMEM;
}

/**
 * shadow_destroy - undo shadow_create()
 * @vcpu: the vCPU
 */
void shadow_destroy(struct kvm_vcpu *vcpu)
{
	kfree(to_evmcs_vcpu(vcpu)->shadow);
}

/**
 * shadow_save - the clean bits were just set: remember what they promise
 * @vcpu: the vCPU
 */
void shadow_save(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);

	memcpy(v->shadow, v->evmcs, sizeof(*v->shadow));
}

/**
 * shadow_intact - is every promise of the clean bits kept?
 * @vcpu: the vCPU about to enter
 *
 * Return: true if so; else the entry is to be taken for failed, and is logged.
 */
bool shadow_intact(struct kvm_vcpu *vcpu)
{
	struct vcpu_evmcs *v = to_evmcs_vcpu(vcpu);
	const struct evmcs_field *field;

	if (READ_ONCE(test_break_clean_field))
		v->evmcs->guest_dr7 ^= 1;
	field = evmcs_shadow_check(v->evmcs, v->shadow);
	if (!field)
		return true;
	pr_err_ratelimited("WARNING: field %s changed under a set clean bit\n", field->name);
	v->failed = ENTRY_VMFAIL;
	v->exit_reason = EXIT_REASON_NONE;
	return false;
}
