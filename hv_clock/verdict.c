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

static enum verdict_change note_pass(struct verdict *verdict, bool may_return)
{
	verdict->passed = min(verdict->passed + 1, VERDICT_FORGIVEN);
	if (!verdict->failed) {
		if (verdict->passed == VERDICT_FORGIVEN)
			verdict->patience = VERDICT_PATIENCE;
		return VERDICT_STAYS;
	}
	if (verdict->passed < verdict->patience || !may_return)
		return VERDICT_STAYS;
	verdict->failed = false;
	verdict->passed = 0;
	verdict->patience = min(2 * verdict->patience, VERDICT_MAX_PATIENCE);
	return VERDICT_RETURNS;
}

/**
 * verdict_note() - takes one check into account
 * @verdict: the state
 * @passed: its outcome
 * @may_return: nothing but the checks keeps the page out of service
 *
 * Return: what is to be done
 */
enum verdict_change verdict_note(struct verdict *verdict, bool passed, bool may_return)
{
	verdict->checks++;
	verdict->voids = 0;
	return passed ? note_pass(verdict, may_return) : note_failure(verdict);
}

/**
 * verdict_note_void() - there was a check that came to no end, which proves nothing
 * @verdict: the state
 */
void verdict_note_void(struct verdict *verdict)
{
	verdict->voided++;
	verdict->voids = min(verdict->voids + 1, VERDICT_VOIDS);
}

/**
 * verdict_recall() - a return could not take place after all; the next check that passes may try
 * @verdict: the state, which has just said that the page returns
 */
void verdict_recall(struct verdict *verdict)
{
	verdict->failed = true;
	verdict->passed = verdict->patience;
}

/**
 * verdict_unknown() - is there no check on which a verdict could rest?
 * @verdict: the state
 *
 * Return: true if none has come to an end, or none of the last ones
 */
bool verdict_unknown(const struct verdict *verdict)
{
	return !verdict->checks || verdict->voids == VERDICT_VOIDS;
}

/**
 * verdict_pause_ms() - when the next check is due
 * @verdict: the state
 * @period_ms: at least 10; within so long a failure is to be found
 *
 * A bit earlier than a period: what sets in right after a check has looked is then found within a
 * period, although the next check takes its time, too. After a check that came to no end soon, and
 * after each more twice as late.
 *
 * Return: ms from the beginning of the last check
 */
unsigned int verdict_pause_ms(const struct verdict *verdict, unsigned int period_ms)
{
	unsigned int pause = period_ms - period_ms / 4;

	return verdict->voids ? min(pause, VERDICT_RETRY_MS << (verdict->voids - 1)) : pause;
}
