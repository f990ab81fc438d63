/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Knobs of the test build (make TEST=1), with which a test acts the host.
 */
#ifndef REENLIGHTENMENT_KNOBS_H
#define REENLIGHTENMENT_KNOBS_H

#include <linux/types.h>

#ifdef HV_REENLIGHTENMENT_TEST
bool knob_in_progress(void);
void knob_end_emulation(void);
void knob_resume(void);
void knob_dawdle(void);
#else
static inline bool knob_in_progress(void) { return false; }
static inline void knob_end_emulation(void) {}
static inline void knob_resume(void) {}
static inline void knob_dawdle(void) {}
#endif

#endif /* REENLIGHTENMENT_KNOBS_H */
