/* SPDX-License-Identifier: GPL-2.0 */
/*
 * machine32_tables.h - where the page tables of 32-bit guests are; both map 4 GiB to themselves
 */
#ifndef VCPU_MACHINE32_TABLES_H
#define VCPU_MACHINE32_TABLES_H

#define PAE_POINTERS	(GUEST_SCRATCH + 0x1000)	/* 4 KiB pages below 2 MiB */
#define PSE_DIRECTORY	(GUEST_SCRATCH + 0x2000)	/* 4 MiB pages */

#endif /* VCPU_MACHINE32_TABLES_H */
