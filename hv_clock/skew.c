// SPDX-License-Identifier: GPL-2.0
/*
 * How far the TSCs of two CPUs are apart; see skew.h.
 */
#include <linux/compiler.h>
#include <linux/sched.h>
#include <asm/msr.h>
#include <asm/processor.h>

#include "skew.h"

#define MEETINGS	64		/* for each side; the way is seldom the shortest one */
#define MAX_TURNS	(1u << 20)	/* a CPU that never meets the other gives up: some 100 ms */
#define TURNS_IN_A_ROW	1024

/**
 * skew_begin() - prepares a pair of CPUs to be measured
 * @pair: theirs, zeroed or of an earlier measurement; neither CPU uses it
 */
void skew_begin(struct skew_pair *pair)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		pair->side[i] = (struct skew_side){ .closest = S64_MAX };
}

/**
 * skew_run() - one CPU's part of the measurement
 * @pair: prepared
 * @which: 0 on one CPU, 1 on the other, at the same time
 *
 * Returns when both have seen enough, or when the other does not come. In a task that stays on its
 * CPU.
 */
void skew_run(struct skew_pair *pair, unsigned int which)
{
	struct skew_side *me = &pair->side[which], *other = &pair->side[!which];
	u64 last = 0;
	u32 turn;

	for (turn = 0; turn < MAX_TURNS; turn++) {
		/* rdtsc_ordered() comes after the load, and the store needs its result. */
		u64 theirs = READ_ONCE(other->tsc);
		u64 now = rdtsc_ordered();

		WRITE_ONCE(me->tsc, now);
		if (theirs != last) {
			last = theirs;
			me->closest = min(me->closest, (s64)(now - theirs));
			if (++me->meetings == MEETINGS)
				WRITE_ONCE(me->done, true);
		}
		if (me->meetings >= MEETINGS && READ_ONCE(other->done))
			break;
		cpu_relax();
		if (turn % TURNS_IN_A_ROW == 0)
			cond_resched();
	}
}

/**
 * skew_result() - what came out
 * @pair: both sides have run, or were not started
 *
 * Return: the TSC of side 1 minus that of side 0, in cycles; not known if they did not meet, or if
 * a TSC changed meanwhile
 */
struct bracket skew_result(const struct skew_pair *pair)
{
	if (!pair->side[0].meetings || !pair->side[1].meetings)
		return BRACKET_UNKNOWN;
	return (struct bracket){ -(u64)pair->side[0].closest, pair->side[1].closest };
}
