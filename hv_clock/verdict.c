// SPDX-License-Identifier: GPL-2.0
/*
 * Whether the page is in service; see verdict.h.
 */
#include <linux/minmax.h>

#include "verdict.h"

/**
 * verdict_init() - the page is in service, and nothing is known against it
 * @verdict: to be set up
 */
void verdict_init(struct verdict *verdict)
{
	*verdict = (struct verdict){ .patience = VERDICT_PATIENCE };
}

static enum verdict_change note_failure(struct verdict *verdict)
{
	verdict->failures++;
	verdict->passed = 0;
	if (verdict->failed)
		return VERDICT_STAYS;
	verdict->failed = true;
	verdict->fallbacks++;
	return VERDICT_LEAVES;
}

static enum verdict_change note_pass(struct verdict *verdict)
{
	verdict->passed++;
	if (!verdict->failed) {
		if (verdict->passed >= VERDICT_FORGIVEN)
			verdict->patience = VERDICT_PATIENCE;
		return VERDICT_STAYS;
	}
	if (verdict->passed < verdict->patience)
		return VERDICT_STAYS;
	verdict->failed = false;
	verdict->passed = 0;
	verdict->patience = min(2 * verdict->patience, VERDICT_MAX_PATIENCE);
	return VERDICT_RETURNS;
}

/**
 * verdict_note() - takes one check into account
 * @verdict: the state
 * @passed: its outcome; a check that could not be made is not noted at all
 *
 * Return: what is to be done
 */
enum verdict_change verdict_note(struct verdict *verdict, bool passed)
{
	verdict->checks++;
	return passed ? note_pass(verdict) : note_failure(verdict);
}
