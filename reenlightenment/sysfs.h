/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REENLIGHTENMENT_SYSFS_H
#define REENLIGHTENMENT_SYSFS_H

int sysfs_start(void);
void sysfs_stop(void);

#endif /* REENLIGHTENMENT_SYSFS_H */
