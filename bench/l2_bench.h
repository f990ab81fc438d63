/* SPDX-License-Identifier: GPL-2.0 */
/*
 * l2_bench.h - benchmarks that run in a tiny L2 guest
 */
#ifndef HVBENCH_L2_BENCH_H
#define HVBENCH_L2_BENCH_H

#include "bench.h"
#include "l2.h"

/* Runs the benchmark's l2_case. Needs /dev/kvm. */
extern const struct bench_ops l2_bench_ops;

extern const struct l2_case l2_spin, l2_cpuid, l2_rdmsr, l2_wrmsr, l2_pio, l2_pio_kernel, l2_mmio,
			    l2_mmio_kernel, l2_apic_eoi, l2_hlt, l2_hlt_user, l2_ept_violation,
			    l2_first_touch, l2_exit_mix, l2_timer_wake, l2_ipi, l2_hlt_wake;

int l2_bench_create(struct bench_run *run, struct l2 **out, unsigned int flags);

#endif /* HVBENCH_L2_BENCH_H */
