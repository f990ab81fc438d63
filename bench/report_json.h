/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report_json.h - reports as JSON
 */
#ifndef HVBENCH_REPORT_JSON_H
#define HVBENCH_REPORT_JSON_H

#include <stdio.h>

#include "report.h"

int report_write(const struct report *report, FILE *file);
int report_read(struct report *report, const char *path, char *why, size_t size);

#endif /* HVBENCH_REPORT_JSON_H */
