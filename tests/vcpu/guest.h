/* SPDX-License-Identifier: GPL-2.0 */
/*
 * guest.h - what runs inside the guests of vcpu-test
 *
 * The sections "guest" and "guest_data" are linked to the addresses at which guests have them
 * (see the Makefile and layout.h), so a symbol in them means the same to the program and to its
 * guests. Functions marked GUEST run in a guest, in 64-bit mode, on variables marked GUEST_DATA
 * and on nothing else of the program.
 */
#ifndef VCPU_GUEST_H
#define VCPU_GUEST_H

#include <stdint.h>

#include "layout.h"

#define GUEST		__attribute__((section("guest"), used, noinline))
#define GUEST_DATA	__attribute__((section("guest_data"), used))

/**
 * struct trap_frame - the stack in a trap handler
 *
 * Registers as vectors.S saves them, above what the CPU pushed; error is 0 where the CPU has none.
 */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/**
 * struct trap_record - an exception or interrupt the guest has seen
 * @cr2: after #PF, else 0
 * @dr6: after #DB, else 0
 */
struct trap_record {
	uint64_t vector, error, rip, cs, rflags, rsp, ss, cr2, dr6;
};

#define TRAP_LOG	256

extern struct trap_record trap_log[TRAP_LOG];
extern uint32_t trap_count;		/* records in trap_log */
extern uint64_t trap_at;		/* address of the last instruction under TRY() */
extern uint64_t trap_resume;		/* where an exception goes on; 0: it is unexpected */
extern void (*trap_hook)(struct trap_frame *frame);	/* called instead, for any vector */
extern uint32_t trap_eoi;		/* interrupts are acknowledged at the local APIC */

/**
 * struct guest_failure - a check that failed in the guest
 * @text: address of a string in the program, not in the guest
 */
struct guest_failure {
	uint64_t text, got, want;
};

extern struct guest_failure guest_failure;

void guest_fail(uint64_t text, uint64_t got, uint64_t want);
void guest_return(void);		/* where a guest function returns to */
void user_call(void (*function)(void));	/* calls a function at CPL 3 */
const struct trap_record *trap_take(void);

/* End the test: something is not as it should be. */
#define GUEST_STRING_(x)	#x
#define GUEST_STRING(x)		GUEST_STRING_(x)
#define GUEST_FAIL(what, got, want)						\
	guest_fail((uintptr_t)(__FILE__ ":" GUEST_STRING(__LINE__) ": " what), got, want)

/* GUEST_EQ - check that two numbers are equal */
#define GUEST_EQ(got, want)							\
	do {									\
		uint64_t got_ = (uint64_t)(got), want_ = (uint64_t)(want);	\
										\
		if (got_ != want_)						\
			GUEST_FAIL(#got, got_, want_);				\
	} while (0)

/*
 * TRY(instruction) - for asm(): go on behind the instruction if it raises an exception. Clobbers
 * r11 and memory. Follow with EXPECT_TRAP() or EXPECT_NO_TRAP().
 */
#define TRY(instruction)							\
	"leaq 770f(%%rip), %%r11\n\t"						\
	"movq %%r11, trap_at\n\t"						\
	"leaq 771f(%%rip), %%r11\n\t"						\
	"movq %%r11, trap_resume\n"						\
	"770:\t" instruction "\n"						\
	"771:\tmovq $0, trap_resume"

/* EXPECT_TRAP - the last TRY() raised this exception, once, at the instruction */
#define EXPECT_TRAP(vector_, error_)						\
	do {									\
		const struct trap_record *t_ = trap_take();			\
										\
		GUEST_EQ(t_->vector, vector_);					\
		GUEST_EQ(t_->error, error_);					\
		GUEST_EQ(t_->rip, trap_at);					\
	} while (0)

#define EXPECT_NO_TRAP()							\
	do {									\
		if (trap_count)							\
			GUEST_FAIL("no exception", trap_take()->vector, NO_VECTOR);	\
	} while (0)

#define NO_VECTOR	0xffff

static inline void outb(uint16_t port, uint8_t value)
{
	asm volatile("outb %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

static inline void outl(uint16_t port, uint32_t value)
{
	asm volatile("outl %0, %1" : : "a"(value), "Nd"(port) : "memory");
}

/* guest_sync - hand over to the test, which is in run_to_sync() */
static inline void guest_sync(uint32_t value)
{
	outl(PORT_SYNC, value);
}

#define DEFINE_CR(n)								\
static inline uint64_t read_cr##n(void)						\
{										\
	uint64_t value;								\
										\
	asm volatile("mov %%cr" #n ", %0" : "=r"(value) : : "memory");		\
	return value;								\
}										\
static inline void write_cr##n(uint64_t value)					\
{										\
	asm volatile("mov %0, %%cr" #n : : "r"(value) : "memory");		\
}

DEFINE_CR(0)
DEFINE_CR(2)
DEFINE_CR(3)
DEFINE_CR(4)
DEFINE_CR(8)

static inline uint64_t rdmsr(uint32_t index)
{
	uint32_t low, high;

	asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(index) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void wrmsr(uint32_t index, uint64_t value)
{
	asm volatile("wrmsr" : : "c"(index), "a"((uint32_t)value),
		     "d"((uint32_t)(value >> 32)) : "memory");
}

/* wrmsr_try, rdmsr_try - the same under TRY() */
static inline void wrmsr_try(uint32_t index, uint64_t value)
{
	asm volatile(TRY("wrmsr") : : "c"(index), "a"((uint32_t)value),
		     "d"((uint32_t)(value >> 32)) : "r11", "memory");
}

static inline uint64_t rdmsr_try(uint32_t index)
{
	uint32_t low = 0, high = 0;

	asm volatile(TRY("rdmsr") : "+a"(low), "+d"(high) : "c"(index) : "r11", "memory");
	return (uint64_t)high << 32 | low;
}

static inline void cpuid(uint32_t leaf, uint32_t subleaf, uint32_t out[4])
{
	asm volatile("cpuid" : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
		     : "a"(leaf), "c"(subleaf) : "memory");
}

static inline uint64_t rdtsc(void)
{
	uint32_t low, high;

	asm volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

static inline uint64_t read_flags(void)
{
	uint64_t flags;

	asm volatile("pushfq; popq %0" : "=r"(flags) : : "memory");
	return flags;
}

static inline void sti(void)
{
	asm volatile("sti" : : : "memory");
}

static inline void cli(void)
{
	asm volatile("cli" : : : "memory");
}

static inline void sti_nop_cli(void)
{
	asm volatile("sti; nop; cli" : : : "memory");
}

#define APIC_BASE	0xfee00000UL

static inline uint32_t apic_read(uint32_t reg)
{
	return *(volatile uint32_t *)(APIC_BASE + reg);
}

static inline void apic_write(uint32_t reg, uint32_t value)
{
	*(volatile uint32_t *)(APIC_BASE + reg) = value;
}

static inline uint64_t read8(uintptr_t address)
{
	return *(volatile uint64_t *)address;
}

static inline void write8(uintptr_t address, uint64_t value)
{
	*(volatile uint64_t *)address = value;
}

#endif /* VCPU_GUEST_H */
