/* SPDX-License-Identifier: GPL-2.0 */
/*
 * l2_guest.h - what the guest code in l2_guest.S and the program that runs it agree on
 *
 * One contract for every routine of the blob. It runs for ever in batches: take the count from
 * L2_GP_COUNT, read the TSC into L2_GP_START, do the operation that many times, read the TSC into
 * L2_GP_END, write one byte to port L2_PORT_DONE. The host sets the next count while the guest is
 * stopped at that OUT. Some routines also add up in L2_GP_SUM what they measured of each operation.
 */
#ifndef HVBENCH_L2_GUEST_H
#define HVBENCH_L2_GUEST_H

/* Guest physical memory. All of it below 64 KiB can be reached from real mode with base 0. */
#define L2_GP_COUNT	0x500		/* u64 in: operations in the next batch; below 2^32 */
#define L2_GP_ADDR	0x508		/* u64 in: first address, for routines that walk memory */
#define L2_GP_START	0x510		/* u64 out: guest TSC before the first operation */
#define L2_GP_END	0x518		/* u64 out: guest TSC after the last */
#define L2_GP_VECTOR	0x520		/* u64 out: exception that brought the guest down */
#define L2_GP_WAKEUPS	0x528		/* u64 in/out: interrupts taken since the host last set it */
#define L2_GP_SUM	0x530		/* u64 in/out: cycles that the routine measured itself */
#define L2_GP_ANSWERS	0x538		/* u64 in/out: IPIs that the second vCPU took */
#define L2_GP_NOW	0x540		/* u64 out: TSC when a timer interrupt came */
#define L2_GP_READY	0x548		/* u64: set by the second vCPU once it can take an IPI */
#define L2_CODE_GPA	0x1000		/* where the blob goes */
#define L2_STACK_GPA	0x8000		/* first byte above the stack */
#define L2_STACK2_GPA	0x9000		/* the same for the second vCPU */
#define L2_TABLES_GPA	0x10000		/* page tables of long mode */
#define L2_RAM_SIZE	0x80000		/* RAM from 0; what follows, up to 1 MiB, is never backed */

/* Addresses with nothing behind them but what the host puts there. */
#define L2_MMIO_GPA	0xd0000		/* an exit to user space */
#define L2_MMIO_KERNEL_GPA 0xd1000	/* an ioeventfd */
#define L2_APIC_EOI_GPA	0xfee000b0	/* the local APIC's EOI register */
#define L2_PAGES_GPA	0x40000000	/* region whose pages are touched for the first time */

/* I/O ports. */
#define L2_PORT_USER	0x80		/* an exit to user space */
#define L2_PORT_KERNEL	0x81		/* an ioeventfd */
#define L2_PORT_DONE	0xf4		/* the batch is finished */
#define L2_PORT_FAULT	0xf5		/* real mode: an exception nobody expected */

/* An MSR that a KVM backend intercepts both ways and serves without user space. */
#define L2_MSR		0x1a0		/* IA32_MISC_ENABLE */

#define L2_SPIN_INSNS	1000		/* instructions of one round of the spin routine */

#define L2_WAKE_VECTOR	0x40		/* of the interrupt that ends each HLT */
#define L2_TIMER_VECTOR	0x41		/* of the timer that does */
#define L2_CALL_VECTOR	0x42		/* of the IPI to the second vCPU */

#define L2_SETTLE	200000		/* cycles until the second vCPU is asleep again */
#define L2_TIMER_CYCLES	200000		/* cycles a timer is set for */

#ifndef __ASSEMBLER__

/* The blob, and in it the routines by name. */
extern const char l2_guest_start[], l2_guest_end[];
extern const char l2_guest_spin[], l2_guest_cpuid[], l2_guest_rdmsr[], l2_guest_wrmsr[];
extern const char l2_guest_pio[], l2_guest_pio_kernel[];
extern const char l2_guest_mmio[], l2_guest_mmio_kernel[], l2_guest_apic_eoi[];
extern const char l2_guest_hlt_user[], l2_guest_hlt[];
extern const char l2_guest_touch[];
extern const char l2_guest_exit_mix[], l2_guest_timer_wake[];
extern const char l2_guest_ipi[], l2_guest_hlt_wake[];

/* For the second vCPU, for ever: busy, or asleep. It answers L2_CALL_VECTOR. */
extern const char l2_guest_busy[], l2_guest_asleep[];

/*
 * Handlers for the real-mode interrupt table: 32 of L2_FAULT_STUB bytes each, and one per vector.
 */
extern const char l2_guest_faults[], l2_guest_wake[], l2_guest_timer[], l2_guest_call[];

#endif /* __ASSEMBLER__ */

#define L2_FAULT_STUB	8
#define L2_FAULTS	32

#endif /* HVBENCH_L2_GUEST_H */
