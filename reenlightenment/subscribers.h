/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REENLIGHTENMENT_SUBSCRIBERS_H
#define REENLIGHTENMENT_SUBSCRIBERS_H

#include <linux/types.h>

void subscribers_hold(void);
void subscribers_release(void);
void subscribers_prepare(void);
void subscribers_switched(u64 old_hz, u64 new_hz);
void subscribers_finish(void);
ssize_t subscribers_names(char *buf);

#endif /* REENLIGHTENMENT_SUBSCRIBERS_H */
