/* SPDX-License-Identifier: GPL-2.0 */
/*
 * port.h - an I/O port of L1 that tells L0's time
 */
#ifndef HVHOST_PORT_H
#define HVHOST_PORT_H

#include <linux/kvm.h>
#include <stdbool.h>

bool port_exit(struct kvm_run *run);

#endif
