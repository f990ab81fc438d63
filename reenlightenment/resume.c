// SPDX-License-Identifier: GPL-2.0
/*
 * Called when the kernel comes back from hibernation, with interrupts still off. The kernel goes by
 * the order in which all have registered: its own hv_resume(), registered at boot, has run.
 */
#include <linux/syscore_ops.h>

#include "resume.h"
#include "vector.h"

#ifdef HAVE_REGISTER_SYSCORE
static void resume(void *data)
{
	vector_resume();
}

static const struct syscore_ops ops = { .resume = resume };
static struct syscore syscore = { .ops = &ops };
#else
static struct syscore_ops syscore = { .resume = vector_resume };

#define register_syscore	register_syscore_ops
#define unregister_syscore	unregister_syscore_ops
#endif

/**
 * resume_start - from now on the vector is ours after a resume, too, if it was before
 *
 * Process context of a user task: these are frozen when the list of callbacks is walked, which no
 * lock protects.
 */
void resume_start(void)
{
	register_syscore(&syscore);
}

/**
 * resume_stop - undo resume_start()
 *
 * As there. No callback runs, or will run, when it returns.
 */
void resume_stop(void)
{
	unregister_syscore(&syscore);
}
