/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Differences between kernel versions; nowhere else is the version tested.
 *
 * Supported: 6.12. Layouts of kvm.ko's private types are not decided by the version
 * but pinned by symbol CRCs and compared with BTF (kvm_private.h).
 */
#ifndef HV_EVMCS_COMPAT_H
#define HV_EVMCS_COMPAT_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0) || LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#error "hv_evmcs supports Linux 6.12"
#endif

#ifdef CONFIG_X86_FRED
#error "hv_evmcs delivers host interrupts through the IDT; CONFIG_X86_FRED is not supported yet"
#endif

#endif /* HV_EVMCS_COMPAT_H */
