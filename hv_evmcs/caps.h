/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMX capabilities as this backend may use them: what the VMX MSRs offer, less
 * what an enlightened VMCS of version 1 has no field for. Pure functions, also
 * compiled into the host tests.
 */
#ifndef HV_EVMCS_CAPS_H
#define HV_EVMCS_CAPS_H

#include <linux/types.h>

/*
 * The VMX capability MSRs as read (SDM 3D, appendix A). pin, proc, exit and entry
 * come from the TRUE MSRs where IA32_VMX_BASIC[55] says that they exist.
 */
struct vmx_cap_msrs {
	u64 basic;		/* IA32_VMX_BASIC */
	u64 pin;		/* IA32_VMX_PINBASED_CTLS */
	u64 proc;		/* IA32_VMX_PROCBASED_CTLS */
	u64 proc2;		/* IA32_VMX_PROCBASED_CTLS2 */
	u64 exit;		/* IA32_VMX_EXIT_CTLS */
	u64 entry;		/* IA32_VMX_ENTRY_CTLS */
	u64 ept_vpid;		/* IA32_VMX_EPT_VPID_CAP */
};

/* Control words every vCPU starts from, and the EPT and VPID abilities. */
struct evmcs_caps {
	u32 revision;		/* for the VMXON region */
	u32 pin;
	u32 proc;
	u32 proc2;
	u32 exit;
	u32 entry;
	u32 ept;		/* low half of IA32_VMX_EPT_VPID_CAP */
	bool invvpid_single;
};

/* Leaf 0x4000000A and its neighbours (TLFS, "Feature and Interface Discovery"). */
struct hv_leaves {
	u32 max_leaf;		/* 0x40000000 EAX */
	u32 signature[3];	/* 0x40000000 EBX, ECX, EDX */
	u32 interface;		/* 0x40000001 EAX */
	u32 features_eax;	/* 0x40000003 EAX */
	u32 hints;		/* 0x40000004 EAX */
	u32 nested_eax;		/* 0x4000000A EAX, 0 if the leaf is absent */
	u32 nested_ebx;		/* 0x4000000A EBX */
};

const char *hv_leaves_missing(const struct hv_leaves *leaves);
const char *evmcs_caps_derive(const struct vmx_cap_msrs *msrs, struct evmcs_caps *caps);

#endif /* HV_EVMCS_CAPS_H */
