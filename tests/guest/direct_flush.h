/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TESTS_DIRECT_FLUSH_H
#define TESTS_DIRECT_FLUSH_H

#define FLUSHES		100
#define PORT_ANSWER	0xf4

/*
 * HvFlushVirtualAddressSpace (TLFS): its code and its input, {address space, flags, processor mask}. The
 * guest writes it: L0 reads it through L1's EPT, which must map it by then.
 */
#define HVCALL_FLUSH	0x0002
#define FLUSH_INPUT	0x9000		/* zeroes so far */
#define FLUSH_FLAGS	3	/* all processors, all address spaces */

#endif /* TESTS_DIRECT_FLUSH_H */
