/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hv_reenlightenment, through which this module hears of changes of the TSC and tells of the page's
 * standing; used if it is there.
 */
#ifndef HV_CLOCK_TELL_H
#define HV_CLOCK_TELL_H

#include "hv_reenlightenment.h"

void tell_init(struct hv_reenlightenment_subscriber *subscriber);
void tell_exit(struct hv_reenlightenment_subscriber *subscriber);
void tell_page_trusted(bool trusted);

#endif /* HV_CLOCK_TELL_H */
