/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_HOST_TEST_H
#define TESTS_HOST_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <shim.h>

#include <cmocka.h>

/* Keeps what a failing test says next to its name. */
__attribute__((constructor)) static inline void flush_lines(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
}

#endif /* TESTS_HOST_TEST_H */
