/* SPDX-License-Identifier: GPL-2.0 */
/*
 * plot.h - reports as a picture
 */
#ifndef HVBENCH_PLOT_H
#define HVBENCH_PLOT_H

#include <stdio.h>

#include "report.h"

/**
 * struct plot - what is drawn
 * @reports: the reports
 * @count: how many
 */
struct plot {
	const struct report *reports;
	size_t count;
};

int plot_write(FILE *file, const void *object);

#endif /* HVBENCH_PLOT_H */
