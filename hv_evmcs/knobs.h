/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Module parameters. Those that exist to break the module on purpose are compiled
 * into test builds only (make TEST=1).
 */
#ifndef HV_EVMCS_KNOBS_H
#define HV_EVMCS_KNOBS_H

#include <linux/compiler.h>
#include <linux/types.h>

extern bool cpuid_fastpath;

#ifdef HV_EVMCS_TEST
extern bool test_skip_invept;
extern bool test_skip_invvpid;
extern bool test_keep_msr_bitmap_clean;
extern bool test_break_clean_field;

static inline bool knob_skip_invept(void) { return READ_ONCE(test_skip_invept); }
static inline bool knob_skip_invvpid(void) { return READ_ONCE(test_skip_invvpid); }
static inline bool knob_keep_msr_bitmap_clean(void)
{
	return READ_ONCE(test_keep_msr_bitmap_clean);
}
#else
static inline bool knob_skip_invept(void) { return false; }
static inline bool knob_skip_invvpid(void) { return false; }
static inline bool knob_keep_msr_bitmap_clean(void) { return false; }
#endif

#endif /* HV_EVMCS_KNOBS_H */
