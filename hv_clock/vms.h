/* SPDX-License-Identifier: GPL-2.0 */
/*
 * VMs that nobody can take off the master clock.
 */
#ifndef HV_CLOCK_VMS_H
#define HV_CLOCK_VMS_H

const char *vms_stuck(void);

#endif /* HV_CLOCK_VMS_H */
