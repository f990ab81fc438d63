/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Module parameters. Those that exist to break the module on purpose are compiled
 * into test builds only (make TEST=1).
 */
#ifndef HV_EVMCS_KNOBS_H
#define HV_EVMCS_KNOBS_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/vmx.h>

extern bool cpuid_fastpath;

#ifdef HV_EVMCS_TEST
extern bool test_skip_invept;
extern bool test_skip_invvpid;
extern bool test_keep_msr_bitmap_clean;
extern bool test_break_clean_field;
extern uint test_exit_reason;
extern uint test_tlb_lock_count;

static inline bool knob_skip_invept(void) { return READ_ONCE(test_skip_invept); }
static inline bool knob_skip_invvpid(void) { return READ_ONCE(test_skip_invvpid); }
static inline bool knob_keep_msr_bitmap_clean(void)
{
	return READ_ONCE(test_keep_msr_bitmap_clean);
}
static inline u32 knob_exit_reason(u32 reason)
{
	u32 other = READ_ONCE(test_exit_reason);

	return other && reason == EXIT_REASON_IO_INSTRUCTION ? other : reason;
}
static inline u32 knob_tlb_lock_count(void) { return READ_ONCE(test_tlb_lock_count); }
#else
static inline bool knob_skip_invept(void) { return false; }
static inline bool knob_skip_invvpid(void) { return false; }
static inline bool knob_keep_msr_bitmap_clean(void) { return false; }
static inline u32 knob_exit_reason(u32 reason) { return reason; }
static inline u32 knob_tlb_lock_count(void) { return 0; }
#endif

#endif /* HV_EVMCS_KNOBS_H */
