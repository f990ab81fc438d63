/* SPDX-License-Identifier: GPL-2.0 */
/*
 * plot.h - reports as a picture
 */
#ifndef HVBENCH_PLOT_H
#define HVBENCH_PLOT_H

#include <stdio.h>

#include "report.h"

int plot_write(const struct report *reports, size_t count, FILE *file);

#endif /* HVBENCH_PLOT_H */
