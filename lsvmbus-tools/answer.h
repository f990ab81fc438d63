/* SPDX-License-Identifier: GPL-2.0 */
/*
 * answer.h - yes, no, or it cannot be seen from here
 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>

enum answer { NO, YES, UNKNOWN };

static inline enum answer answer_of(bool yes)
{
	return yes ? YES : NO;
}

static inline const char *answer_text(enum answer answer)
{
	static const char *const text[] = { [NO] = "no", [YES] = "yes", [UNKNOWN] = "unknown" };

	return text[answer];
}

#endif
