/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pair.h - benchmarks of two threads on two CPUs, where we stand
 */
#ifndef HVBENCH_PAIR_H
#define HVBENCH_PAIR_H

#include "bench.h"

extern const struct bench_ops here_hlt_wake, here_ipi, here_tlb_flush;

#endif /* HVBENCH_PAIR_H */
