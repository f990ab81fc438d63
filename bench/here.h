/* SPDX-License-Identifier: GPL-2.0 */
/*
 * here.h - benchmarks of one thread, where we stand
 */
#ifndef HVBENCH_HERE_H
#define HVBENCH_HERE_H

#include "bench.h"

extern const struct bench_ops here_cpuid, here_rdmsr, here_pio, here_clock_vdso, here_clock_syscall,
			      here_timer_wake, here_first_touch;

#endif /* HVBENCH_HERE_H */
