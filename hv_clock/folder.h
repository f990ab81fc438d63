/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /sys/kernel/hv_clock, described in Documentation/ABI/testing/sysfs-kernel-hv_clock.
 */
#ifndef HV_CLOCK_FOLDER_H
#define HV_CLOCK_FOLDER_H

int folder_init(void);
void folder_exit(void);

#endif /* HV_CLOCK_FOLDER_H */
