/* SPDX-License-Identifier: GPL-2.0 */
/*
 * tlb_move.h - what the guest code and the host of tlb_move agree on
 */
#ifndef TESTS_TLB_MOVE_H
#define TESTS_TLB_MOVE_H

#define CODE		0x1000
#define SHARED		0x18000		/* gens of the host's windows: 2 x u64 */
#define MAILBOX(i)	(0x20000 + (i) * 0x1000)
#define TABLES(i)	(0x28000 + (i) * 0x8000)	/* 6 pages by l2.c, the 7th is ours */
#define PAGE_TABLE(i)	(TABLES(i) + 6 * 0x1000)
#define FRAMES		0x60000		/* each begins with its own address */
#define NR_FRAMES	16		/* a power of 2 */

#define WINDOW		0x40000000	/* where the guest maps a frame, and another, ... */
#define HOST_WINDOWS	0x80000000	/* 2 pages whose memory the host exchanges */

#define ROUNDS		100		/* between two exits */
#define PORT_ROUNDS	0xf0		/* done ROUNDS */
#define PORT_STALE	0xf1		/* saw what should have been gone */

/* A vCPU's mailbox, in u64 */
#define MB_RANDOM	0x00		/* state of a xorshift generator, not 0 */
#define MB_PTE		0x08		/* address of the window's PTE */
#define MB_WHERE	0x10		/* out: address that was read */
#define MB_WANT		0x18		/* out: what had to be there */
#define MB_GOT		0x20		/* out: what was there */

#endif /* TESTS_TLB_MOVE_H */
