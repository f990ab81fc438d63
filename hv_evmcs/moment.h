/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Moments on two clocks: the machine's TSC, whose frequency changes when the host does, and the
 * partition reference counter, which knows of no change (TLFS, "Timers").
 */
#ifndef HV_EVMCS_MOMENT_H
#define HV_EVMCS_MOMENT_H

#include <linux/types.h>

#define REFERENCE_NS		100	/* unit of the partition reference counter */
#define REFERENCE_PER_MS	10000

/**
 * struct moment - one moment
 * @tsc: of the machine
 * @reference: partition reference counter
 */
struct moment {
	u64 tsc;
	u64 reference;
};

/**
 * struct change - of the machine's TSC
 * @to: its value at a moment after
 * @elapsed: from a moment before to that one, in units of REFERENCE_NS
 */
struct change {
	u64 to;
	u64 elapsed;
};

struct moment moment_now(bool by_page);
struct change moment_change(const struct moment *before, const struct moment *after);

#endif /* HV_EVMCS_MOMENT_H */
