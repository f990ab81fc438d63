/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_MSR_FILTER_H
#define TESTS_MSR_FILTER_H

#define MSR_READS	200
#define MSR		0xc0000102	/* IA32_KERNEL_GS_BASE: every backend lets a guest read it */
#define PORT_DONE	0xf4

#endif /* TESTS_MSR_FILTER_H */
