/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The VMX instructions this backend executes beside VMLAUNCH and VMRESUME. There
 * is no VMREAD, VMWRITE or VMPTRLD: they are unsupported while an enlightened
 * VMCS is active (TLFS, "Enlightened VMCS").
 *
 * Each returns 0 or a negative errno and never faults: a #UD or #GP means that
 * VMX is off on this CPU (emergency reboot, or a bug in L0), which must not take
 * this machine down.
 */
#ifndef HV_EVMCS_VMX_INSN_H
#define HV_EVMCS_VMX_INSN_H

#include <linux/errno.h>
#include <linux/types.h>
#include <asm/asm.h>
#include <asm/vmx.h>

static __always_inline int vmx_on(u64 region_pa)
{
	asm goto("1: vmxon %[region]\n\t"
		 "jna %l[fail]\n\t"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : [region] "m"(region_pa) : "cc", "memory" : fail, fault);
	return 0;
fail:
	return -EIO;
fault:
	return -EFAULT;
}

static __always_inline int vmx_off(void)
{
	asm goto("1: vmxoff\n\t"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : : "cc", "memory" : fault);
	return 0;
fault:
	return -EFAULT;
}

static __always_inline int vmx_clear(u64 vmcs_pa)
{
	asm goto("1: vmclear %[vmcs]\n\t"
		 "jna %l[fail]\n\t"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : [vmcs] "m"(vmcs_pa) : "cc", "memory" : fail, fault);
	return 0;
fail:
	return -EIO;
fault:
	return -EFAULT;
}

/* @type: VMX_EPT_EXTENT_* */
static __always_inline int vmx_invept(unsigned long type, u64 eptp)
{
	struct {
		u64 eptp, reserved;
	} desc = { eptp, 0 };

	asm goto("1: invept %[desc], %[type]\n\t"
		 "jna %l[fail]\n\t"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : [type] "r"(type), [desc] "m"(desc) : "cc", "memory" : fail, fault);
	return 0;
fail:
	return -EIO;
fault:
	return -EFAULT;
}

/* @type: VMX_VPID_EXTENT_* */
static __always_inline int vmx_invvpid(unsigned long type, u16 vpid)
{
	struct {
		u64 vpid, address;
	} desc = { vpid, 0 };

	asm goto("1: invvpid %[desc], %[type]\n\t"
		 "jna %l[fail]\n\t"
		 _ASM_EXTABLE(1b, %l[fault])
		 : : [type] "r"(type), [desc] "m"(desc) : "cc", "memory" : fail, fault);
	return 0;
fail:
	return -EIO;
fault:
	return -EFAULT;
}

#endif /* HV_EVMCS_VMX_INSN_H */
