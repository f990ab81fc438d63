/* SPDX-License-Identifier: GPL-2.0 */
/*
 * groups.h - all tests: one file and one table a group, each ended by an empty row
 */
#ifndef VCPU_GROUPS_H
#define VCPU_GROUPS_H

#include "test.h"

extern const struct test modes_tests[];
extern const struct test segments_tests[];
extern const struct test control_tests[];
extern const struct test exceptions_tests[];
extern const struct test debug_tests[];
extern const struct test events_tests[];
extern const struct test tpr_tests[];
extern const struct test io_tests[];
extern const struct test tsc_tests[];
extern const struct test msrs_tests[];
extern const struct test insns_tests[];
extern const struct test fpu_tests[];
extern const struct test smp_tests[];
extern const struct test task_tests[];
extern const struct test smm_tests[];
extern const struct test memory_tests[];
extern const struct test state_tests[];
extern const struct test stats_tests[];
extern const struct test errors_tests[];

static const struct test *const groups[] = {
	modes_tests,
	segments_tests,
	control_tests,
	exceptions_tests,
	debug_tests,
	events_tests,
	tpr_tests,
	io_tests,
	tsc_tests,
	msrs_tests,
	insns_tests,
	fpu_tests,
	smp_tests,
	task_tests,
	smm_tests,
	memory_tests,
	state_tests,
	stats_tests,
	errors_tests,
	NULL
};

#endif /* VCPU_GROUPS_H */
