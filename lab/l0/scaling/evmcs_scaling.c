// SPDX-License-Identifier: GPL-2.0
/*
 * evmcs_scaling - TSC scaling for guests of KVM that use the enlightened VMCS; for L0
 *
 * KVM reads the field (nested.c, copy_enlightened_to_vmcs12()), scales twice if it has to, and yet
 * keeps the control from them: it is in no list of vmx/hyperv.c, whatever CPUID says. Here the
 * capability MSR gets the control back, and the check of a VM entry does not see it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/kprobes.h>
#include <linux/module.h>
#include <asm/msr-index.h>
#include <asm/vmx.h>

/* In struct vmcs12, whose layout KVM keeps (vmx/vmcs12.h, vmx_check_vmcs12_offsets()). */
#define SECONDARY_CONTROLS	804

/* What a call has to put back; NULL if nothing. */
struct put_back {
	u32 *controls;
};

static int put_back(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct put_back *data = (struct put_back *)instance->data;

	if (data->controls)
		*data->controls |= SECONDARY_EXEC_TSC_SCALING;
	return 0;
}

/* nested_evmcs_filter_control_msr(vcpu, index, value): the upper half holds what may be set. */
static int filter_begins(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct put_back *data = (struct put_back *)instance->data;
	u32 *allowed = (u32 *)regs->dx + 1;

	data->controls = (u32)regs->si == MSR_IA32_VMX_PROCBASED_CTLS2 &&
			 *allowed & SECONDARY_EXEC_TSC_SCALING ? allowed : NULL;
	return 0;
}

/* nested_evmcs_check_controls(vmcs12) */
static int check_begins(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct put_back *data = (struct put_back *)instance->data;
	u32 *controls = (u32 *)(regs->di + SECONDARY_CONTROLS);

	data->controls = *controls & SECONDARY_EXEC_TSC_SCALING ? controls : NULL;
	*controls &= ~SECONDARY_EXEC_TSC_SCALING;
	return 0;
}

static struct kretprobe filter = {
	.kp.symbol_name = "nested_evmcs_filter_control_msr",
	.entry_handler = filter_begins,
	.handler = put_back,
	.data_size = sizeof(struct put_back),
};

static struct kretprobe check = {
	.kp.symbol_name = "nested_evmcs_check_controls",
	.entry_handler = check_begins,
	.handler = put_back,
	.data_size = sizeof(struct put_back),
};

static struct kretprobe *probes[] = { &filter, &check };

static int __init scaling_init(void)
{
	return register_kretprobes(probes, ARRAY_SIZE(probes));
}

static void __exit scaling_exit(void)
{
	unregister_kretprobes(probes, ARRAY_SIZE(probes));
	pr_info("%d calls went unseen\n", filter.nmissed + check.nmissed);
}

module_init(scaling_init);
module_exit(scaling_exit);

MODULE_DESCRIPTION("TSC scaling for guests with the enlightened VMCS, in the lab's L0");
MODULE_LICENSE("GPL");
