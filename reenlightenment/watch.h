/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REENLIGHTENMENT_WATCH_H
#define REENLIGHTENMENT_WATCH_H

void watch_start(void);
void watch_stop(void);

#endif /* REENLIGHTENMENT_WATCH_H */
