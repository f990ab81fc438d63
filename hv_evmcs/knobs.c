// SPDX-License-Identifier: GPL-2.0
/*
 * Module parameters; see knobs.h.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>

#include "knobs.h"

bool cpuid_fastpath = true;
module_param(cpuid_fastpath, bool, 0644);
MODULE_PARM_DESC(cpuid_fastpath, "Answer CPUID next to the VM entry (default: Y)");

#ifdef HV_EVMCS_TEST
bool test_skip_invept;
module_param(test_skip_invept, bool, 0644);
MODULE_PARM_DESC(test_skip_invept, "Test: leave INVEPT out, as if it had been done");

bool test_skip_invvpid;
module_param(test_skip_invvpid, bool, 0644);
MODULE_PARM_DESC(test_skip_invvpid, "Test: leave INVVPID out, as if it had been done");

bool test_keep_msr_bitmap_clean;
module_param(test_keep_msr_bitmap_clean, bool, 0644);
MODULE_PARM_DESC(test_keep_msr_bitmap_clean, "Test: edit the MSR bitmap without telling L0");

bool test_break_clean_field;
module_param(test_break_clean_field, bool, 0644);
MODULE_PARM_DESC(test_break_clean_field, "Test: change a field behind its clean bit's back");

uint test_exit_reason;
module_param(test_exit_reason, uint, 0644);
MODULE_PARM_DESC(test_exit_reason, "Test: take exits for port I/O for exits with this reason");

uint test_tlb_lock_count;
module_param(test_tlb_lock_count, uint, 0644);
MODULE_PARM_DESC(test_tlb_lock_count, "Test: TlbLockCount of VMs that switch direct flush on");
#endif
