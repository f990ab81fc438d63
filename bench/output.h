/* SPDX-License-Identifier: GPL-2.0 */
/*
 * output.h - results on standard output, as a table or as JSON
 */
#ifndef HVBENCH_OUTPUT_H
#define HVBENCH_OUTPUT_H

#include <stdbool.h>

#include "bench.h"
#include "machine.h"

/**
 * struct output - where results go
 * @json: JSON, else a table
 * @machine: what they were measured on
 * @results: how many have been written
 */
struct output {
	bool json;
	const struct machine *machine;
	unsigned int results;
};

void output_begin(struct output *output);
void output_result(struct output *output, const struct bench_result *result);
void output_end(struct output *output);
void output_list(void);

#endif /* HVBENCH_OUTPUT_H */
