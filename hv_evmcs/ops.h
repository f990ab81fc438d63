/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HV_EVMCS_OPS_H
#define HV_EVMCS_OPS_H

struct kvm_x86_init_ops;

struct kvm_x86_init_ops *ops_get(void);
void ops_save_globals(void);

#endif /* HV_EVMCS_OPS_H */
