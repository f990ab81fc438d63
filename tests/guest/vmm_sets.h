/* SPDX-License-Identifier: GPL-2.0 */
/* vmm_sets.h - what its guest shares with it */
#ifndef TESTS_VMM_SETS_H
#define TESTS_VMM_SETS_H

#define PORT_RUNS	0xf1
#define PORT_EXPIRED	0xf2
#define VECTOR		0x40

#endif /* TESTS_VMM_SETS_H */
