/* SPDX-License-Identifier: GPL-2.0 */
/*
 * l2_bench.h - benchmarks that run in a tiny L2 guest
 */
#ifndef HVBENCH_L2_BENCH_H
#define HVBENCH_L2_BENCH_H

#include "bench.h"

/* Runs the benchmark's l2_case. Needs /dev/kvm. */
extern const struct bench_ops l2_bench_ops;

extern const struct l2_case l2_spin, l2_cpuid, l2_rdmsr, l2_wrmsr, l2_pio, l2_pio_kernel, l2_mmio,
			    l2_mmio_kernel, l2_apic_eoi, l2_hlt, l2_hlt_user, l2_ept_violation,
			    l2_first_touch;

#endif /* HVBENCH_L2_BENCH_H */
