/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_LOAD_CHECK_H
#define HV_EVMCS_LOAD_CHECK_H

#include "caps.h"

extern struct evmcs_caps evmcs_caps;

int load_check(void);
int load_check_cpu(void);

#endif /* HV_EVMCS_LOAD_CHECK_H */
