/* SPDX-License-Identifier: GPL-2.0 */
/*
 * machine.h - all that lshv reads of a machine
 */
#ifndef MACHINE_H
#define MACHINE_H

#include "backend.h"
#include "clock.h"
#include "cpuid_source.h"
#include "kernel_log.h"
#include "msr_source.h"
#include "sysroot.h"

struct machine {
	struct sysroot root;
	struct cpuid cpuid;
	struct msrs msrs;
	struct kernel_log log;
	struct clock clock;
	struct backend backend;
};

#endif
