/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REENLIGHTENMENT_CONTROL_H
#define REENLIGHTENMENT_CONTROL_H

#include <linux/types.h>

/* No TSC is as slow, or as fast: the host is not believed when it states such a frequency. */
#define LOWEST_HZ	10000000ull
#define HIGHEST_HZ	100000000000ull

const char *control_missing(void);
void control_save(void);
void control_restore(void);
void control_arm(u8 vector, unsigned int cpu);
void control_disarm(void);
bool control_armed(void);
bool control_in_progress(void);
bool control_believed(u64 hz);
u64 control_end_emulation(void);
u64 control_tsc_hz(void);

#endif /* REENLIGHTENMENT_CONTROL_H */
