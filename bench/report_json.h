/* SPDX-License-Identifier: GPL-2.0 */
/*
 * report_json.h - reports as JSON
 */
#ifndef HVBENCH_REPORT_JSON_H
#define HVBENCH_REPORT_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "report.h"

bool report_is_text(const char *text);
int report_write(const struct report *report, FILE *file);
int report_read(struct report *report, const char *path, char *why, size_t size);

#endif /* HVBENCH_REPORT_JSON_H */
