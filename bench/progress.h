/* SPDX-License-Identifier: GPL-2.0 */
/*
 * progress.h - what is being done, on standard error, when it takes long
 */
#ifndef HVBENCH_PROGRESS_H
#define HVBENCH_PROGRESS_H

#include <stdbool.h>

int progress_start(bool asked);
void progress_stop(void);
void progress_begin(const char *name, unsigned int total);
void progress_step(unsigned int done);

#endif /* HVBENCH_PROGRESS_H */
