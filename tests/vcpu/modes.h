/* SPDX-License-Identifier: GPL-2.0 */
/*
 * modes.h - what modes.c and modes_code.S share
 */
#ifndef VCPU_MODES_H
#define VCPU_MODES_H

/* A number that shows that a translation works */
#define MODES_MARK	(GUEST_SCRATCH + 0x3010)

#endif /* VCPU_MODES_H */
