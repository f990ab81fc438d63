/* SPDX-License-Identifier: GPL-2.0 */
/*
 * msr.h - the MSRs of L1 that hvhost answers in place of KVM
 */
#ifndef HVHOST_MSR_H
#define HVHOST_MSR_H

#include <linux/kvm.h>
#include <stdbool.h>

int msr_set_filter(const struct kvm_msr_filter *filter);
bool msr_exit(struct kvm_run *run);

#endif
