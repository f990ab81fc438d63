// SPDX-License-Identifier: GPL-2.0
/*
 * Requirements on Hyper-V's CPUID leaves and on the VMX capability MSRs. One
 * line a requirement; the first one missing is named.
 */
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/hyperv-tlfs.h>
#include <asm/vmx.h>

#include "caps.h"
#include "evmcs.h"

#define HV_INTERFACE_HV1	0x31237648	/* "Hv#1" */

/*
 * Controls an enlightened VMCS v1 can carry, by exclusion (TLFS, "Enlightened
 * VMCS"): each of these needs a field that the structure lacks.
 */
#define EVMCS_PIN_WITHOUT_FIELD	(PIN_BASED_POSTED_INTR | PIN_BASED_VMX_PREEMPTION_TIMER)
#define EVMCS_PROC_WITHOUT_FIELD CPU_BASED_ACTIVATE_TERTIARY_CONTROLS
#define EVMCS_PROC2_WITHOUT_FIELD						\
	(SECONDARY_EXEC_VIRTUALIZE_APIC_ACCESSES | SECONDARY_EXEC_APIC_REGISTER_VIRT | \
	 SECONDARY_EXEC_VIRTUAL_INTR_DELIVERY | SECONDARY_EXEC_PAUSE_LOOP_EXITING | \
	 SECONDARY_EXEC_ENABLE_PML | SECONDARY_EXEC_ENABLE_VMFUNC |		\
	 SECONDARY_EXEC_SHADOW_VMCS | SECONDARY_EXEC_EPT_VIOLATION_VE |		\
	 SECONDARY_EXEC_NOTIFY_VM_EXITING)
#define EVMCS_EXIT_WITHOUT_FIELD VM_EXIT_SAVE_VMX_PREEMPTION_TIMER

struct control {
	u32 bit;
	const char *name;
};

static const struct control pin_required[] = {
	{ PIN_BASED_EXT_INTR_MASK, "external-interrupt exiting" },
	{ PIN_BASED_NMI_EXITING, "NMI exiting" },
	{ PIN_BASED_VIRTUAL_NMIS, "virtual NMIs" },
	{ }
};

static const struct control proc_required[] = {
	{ CPU_BASED_INTR_WINDOW_EXITING, "interrupt-window exiting" },
	{ CPU_BASED_USE_TSC_OFFSETTING, "use TSC offsetting" },
	{ CPU_BASED_HLT_EXITING, "HLT exiting" },
	{ CPU_BASED_MWAIT_EXITING, "MWAIT exiting" },
	{ CPU_BASED_MONITOR_EXITING, "MONITOR exiting" },
	{ CPU_BASED_RDPMC_EXITING, "RDPMC exiting" },
	{ CPU_BASED_CR8_LOAD_EXITING, "CR8-load exiting" },
	{ CPU_BASED_CR8_STORE_EXITING, "CR8-store exiting" },
	{ CPU_BASED_TPR_SHADOW, "use TPR shadow" },
	{ CPU_BASED_NMI_WINDOW_EXITING, "NMI-window exiting" },
	{ CPU_BASED_MOV_DR_EXITING, "MOV-DR exiting" },
	{ CPU_BASED_UNCOND_IO_EXITING, "unconditional I/O exiting" },
	{ CPU_BASED_USE_MSR_BITMAPS, "use MSR bitmaps" },
	{ CPU_BASED_ACTIVATE_SECONDARY_CONTROLS, "activate secondary controls" },
	{ }
};

/* With EPT these only cost exits; a processor that can't turn them off is refused. */
#define PROC_UNWANTED	(CPU_BASED_CR3_LOAD_EXITING | CPU_BASED_CR3_STORE_EXITING | \
			 CPU_BASED_INVLPG_EXITING)

static const struct control proc2_required[] = {
	{ SECONDARY_EXEC_ENABLE_EPT, "enable EPT" },
	{ SECONDARY_EXEC_ENABLE_VPID, "enable VPID" },
	{ SECONDARY_EXEC_UNRESTRICTED_GUEST, "unrestricted guest" },
	{ }
};

static const struct control exit_required[] = {
	{ VM_EXIT_SAVE_DEBUG_CONTROLS, "save debug controls" },
	{ VM_EXIT_HOST_ADDR_SPACE_SIZE, "host address-space size" },
	{ VM_EXIT_ACK_INTR_ON_EXIT, "acknowledge interrupt on exit" },
	{ VM_EXIT_LOAD_IA32_PAT, "load IA32_PAT at exit" },
	{ VM_EXIT_LOAD_IA32_EFER, "load IA32_EFER at exit" },
	{ }
};

static const struct control entry_required[] = {
	{ VM_ENTRY_LOAD_DEBUG_CONTROLS, "load debug controls" },
	{ VM_ENTRY_IA32E_MODE, "IA-32e mode guest" },
	{ VM_ENTRY_LOAD_IA32_PAT, "load IA32_PAT at entry" },
	{ VM_ENTRY_LOAD_IA32_EFER, "load IA32_EFER at entry" },
	{ }
};

/* Used where offered; a guest without them just lacks the feature. */
#define PROC2_OPTIONAL								\
	(SECONDARY_EXEC_WBINVD_EXITING | SECONDARY_EXEC_DESC |			\
	 SECONDARY_EXEC_ENABLE_RDTSCP | SECONDARY_EXEC_ENABLE_INVPCID |		\
	 SECONDARY_EXEC_ENABLE_XSAVES | SECONDARY_EXEC_RDSEED_EXITING |		\
	 SECONDARY_EXEC_RDRAND_EXITING | SECONDARY_EXEC_TSC_SCALING |		\
	 SECONDARY_EXEC_ENABLE_USR_WAIT_PAUSE | SECONDARY_EXEC_BUS_LOCK_DETECTION | \
	 SECONDARY_EXEC_ENCLS_EXITING)
#define EXIT_OPTIONAL	(VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL | VM_EXIT_CLEAR_BNDCFGS)
#define ENTRY_OPTIONAL	(VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL | VM_ENTRY_LOAD_BNDCFGS)

static_assert(!(PROC2_OPTIONAL & EVMCS_PROC2_WITHOUT_FIELD));

static u32 controls_sum(const struct control *c)
{
	u32 sum = 0;

	for (; c->name; c++)
		sum |= c->bit;
	return sum;
}

/*
 * Choose a control word. A control is possible if the high half of its MSR
 * allows 1 and @without_field does not hold it; bits set in the low half are
 * fixed to 1 (SDM 3D, A.3 to A.5) and stay set.
 */
static const char *controls_choose(u64 msr, const struct control *required, u32 optional,
				   u32 without_field, u32 *result)
{
	u32 allowed1 = (msr >> 32) & ~without_field;
	u32 fixed1 = (u32)msr;
	const struct control *c;

	for (c = required; c->name; c++)
		if (!(allowed1 & c->bit))
			return c->name;
	if (fixed1 & without_field)
		return "a control fixed to 1 has no field in an enlightened VMCS";

	*result = ((controls_sum(required) | optional) & allowed1) | fixed1;
	return NULL;
}

/* Keep an entry control and its exit twin only together. */
static void controls_pair(struct evmcs_caps *caps, u32 entry, u32 exit)
{
	if (!(caps->entry & entry) || !(caps->exit & exit)) {
		caps->entry &= ~entry;
		caps->exit &= ~exit;
	}
}

static const char *ept_vpid_missing(u64 cap)
{
	if (!(cap & VMX_EPT_PAGE_WALK_4_BIT))
		return "EPT page walks of length 4";
	if (!(cap & VMX_EPTP_WB_BIT))
		return "EPT paging structures in write-back memory";
	if (!(cap & VMX_EPT_INVEPT_BIT) || !(cap & VMX_EPT_EXTENT_CONTEXT_BIT))
		return "INVEPT single-context";
	return NULL;
}

/**
 * evmcs_caps_derive - control words for an enlightened VMCS v1
 * @msrs: the VMX capability MSRs
 * @caps: filled in on success
 *
 * Pure; any context.
 *
 * Return: NULL, or the name (in the words of the SDM) of the first control or
 * capability that is missing after masking with what the structure can carry.
 */
const char *evmcs_caps_derive(const struct vmx_cap_msrs *msrs, struct evmcs_caps *caps)
{
	const char *missing;
	u32 vpid;

	memset(caps, 0, sizeof(*caps));
	missing = controls_choose(msrs->pin, pin_required, 0, EVMCS_PIN_WITHOUT_FIELD, &caps->pin);
	if (missing)
		return missing;
	missing = controls_choose(msrs->proc, proc_required, 0, EVMCS_PROC_WITHOUT_FIELD,
				  &caps->proc);
	if (missing)
		return missing;
	if (caps->proc & PROC_UNWANTED)
		return "CR3 and INVLPG accesses without an exit (the TRUE VMX capability MSRs)";
	missing = controls_choose(msrs->proc2, proc2_required, PROC2_OPTIONAL,
				  EVMCS_PROC2_WITHOUT_FIELD, &caps->proc2);
	if (missing)
		return missing;
	missing = controls_choose(msrs->exit, exit_required, EXIT_OPTIONAL,
				  EVMCS_EXIT_WITHOUT_FIELD, &caps->exit);
	if (missing)
		return missing;
	missing = controls_choose(msrs->entry, entry_required, ENTRY_OPTIONAL, 0, &caps->entry);
	if (missing)
		return missing;
	missing = ept_vpid_missing(msrs->ept_vpid);
	if (missing)
		return missing;
	if ((msrs->basic >> 50 & 0xf) != 6)
		return "write-back memory type for VMCS accesses";

	controls_pair(caps, VM_ENTRY_LOAD_IA32_PERF_GLOBAL_CTRL,
		      VM_EXIT_LOAD_IA32_PERF_GLOBAL_CTRL);
	controls_pair(caps, VM_ENTRY_LOAD_BNDCFGS, VM_EXIT_CLEAR_BNDCFGS);
	caps->revision = msrs->basic & GENMASK(30, 0);
	caps->ept = (u32)msrs->ept_vpid;
	/* The VPID bits of asm/vmx.h count from the MSR's high half. */
	vpid = msrs->ept_vpid >> 32;
	caps->invvpid_single = (vpid & VMX_VPID_INVVPID_BIT) &&
			       (vpid & VMX_VPID_EXTENT_SINGLE_CONTEXT_BIT);
	return NULL;
}

/**
 * hv_leaves_missing - check Hyper-V's CPUID leaves
 * @leaves: the leaves as read
 *
 * Pure; any context. TLFS, "Feature and Interface Discovery" and "Nested
 * Virtualization".
 *
 * Return: NULL, or what is missing.
 */
const char *hv_leaves_missing(const struct hv_leaves *leaves)
{
	u8 lowest = leaves->nested_eax & 0xff, highest = leaves->nested_eax >> 8 & 0xff;

	if (memcmp(leaves->signature, "Microsoft Hv", sizeof(leaves->signature)) ||
	    leaves->interface != HV_INTERFACE_HV1)
		return "Hyper-V: this machine is not a guest of Hyper-V";
	if (!(leaves->hints & HV_X64_ENLIGHTENED_VMCS_RECOMMENDED))
		return "the host's recommendation to use an enlightened VMCS (CPUID 0x40000004 EAX[14]): turn on nested virtualization for this VM";
	if (leaves->max_leaf < HYPERV_CPUID_NESTED_FEATURES)
		return "Hyper-V's leaf of nested features (CPUID 0x4000000A)";
	if (lowest > EVMCS_REVISION || highest < EVMCS_REVISION)
		return "version 1 of the enlightened VMCS in the host's range (CPUID 0x4000000A EAX[15:0])";
	return NULL;
}
