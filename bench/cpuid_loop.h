/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cpuid_loop.h - the CPUID loop, where we stand
 */
#ifndef HVBENCH_CPUID_LOOP_H
#define HVBENCH_CPUID_LOOP_H

#include "bench.h"

extern const struct bench_ops cpuid_loop_ops;

#endif /* HVBENCH_CPUID_LOOP_H */
