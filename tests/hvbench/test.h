/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_HVBENCH_TEST_H
#define TESTS_HVBENCH_TEST_H

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define assert_near(a, b)	assert_true(fabs((a) - (b)) < 1e-9)

/* Keeps what a failing test says next to its name. */
__attribute__((constructor)) static inline void flush_lines(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

#endif /* TESTS_HVBENCH_TEST_H */
