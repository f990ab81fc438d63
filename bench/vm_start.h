/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vm_start.h - what it costs to start a guest
 */
#ifndef HVBENCH_VM_START_H
#define HVBENCH_VM_START_H

#include "bench.h"

extern const struct bench_ops here_vm_start;

#endif /* HVBENCH_VM_START_H */
