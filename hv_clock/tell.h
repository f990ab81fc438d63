/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hv_reenlightenment, through which this module hears of changes of the TSC and tells of the page's
 * standing: while it is there, which begins and ends when it likes.
 */
#ifndef HV_CLOCK_TELL_H
#define HV_CLOCK_TELL_H

#include "hv_reenlightenment.h"

int tell_init(struct hv_reenlightenment_subscriber *subscriber);
void tell_exit(void);
bool tell_is_heard(void);

void tell_doubt(void);
void tell_check_begins(void);
void tell_page_trusted(bool trusted);
bool tell_page_leaves(bool (*leave)(void));

#endif /* HV_CLOCK_TELL_H */
