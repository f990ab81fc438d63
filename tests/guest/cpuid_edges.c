// SPDX-License-Identifier: GPL-2.0
/*
 * cpuid_edges - what happens around a CPUID instruction: traps, interrupt windows, RIP, debuggers,
 * and answers that change
 *
 * Prints a line for each case. In each, the leaf is executed before, so that a fast path that learns
 * would have learned it. Whatever way the backend answers CPUID, the lines have to be the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modes.h"

#define PORT_DONE	0xf4
#define MAX_ENTRIES	256

#define MSR_APIC_BASE			0x1b
#define MSR_MISC_FEATURES_ENABLES	0x140
#define MSR_TSC_INVARIANT_CONTROL	0x40000118

#define RFLAGS_FIXED	0x2
#define RFLAGS_TF	0x100
#define CR4_OSXSAVE	0x40000

/* CPUID at the first byte, then NOPs, then the end. */
static const unsigned char plain[] = { 0x0f, 0xa2, 0x90, 0x90, 0xe6, PORT_DONE };
static const unsigned char prefixed[] = { 0x66, 0x67, 0x0f, 0xa2, 0x90, 0xe6, PORT_DONE };
static const unsigned char shadowed[] = { 0xfb, 0x0f, 0xa2, 0x90, 0x90, 0xe6, PORT_DONE }; /* sti */

static struct l2_vcpu *new_guest(const unsigned char *code, size_t size)
{
	return guest_new(0, (const char *)code, (const char *)code + size);
}

static void set_regs(struct l2_vcpu *vcpu, uint64_t rip, uint64_t rflags, uint32_t leaf)
{
	struct kvm_regs regs = {
		.rip = rip, .rflags = RFLAGS_FIXED | rflags, .rax = leaf, .rsp = GUEST_STACK - 64,
	};

	IOCTL(vcpu->fd, KVM_SET_REGS, &regs);
}

static struct kvm_regs get_regs(struct l2_vcpu *vcpu)
{
	struct kvm_regs regs;

	IOCTL(vcpu->fd, KVM_GET_REGS, &regs);
	return regs;
}

/* Runs to the next exit and says where and why. */
static void report(struct l2_vcpu *vcpu, int bits, const char *name)
{
	int reason = l2_run(vcpu);
	struct kvm_debugregs debug;
	struct kvm_regs regs;
	struct trap trap;

	regs = get_regs(vcpu);
	printf("%s/%d: ", name, bits);
	if (reason < 0)
		printf("KVM_RUN %d", reason);
	else if (mode_trapped(vcpu, bits, &trap))
		printf("exception %u error %llx rip %llx", trap.vector,
		       (unsigned long long)trap.error, (unsigned long long)trap.rip);
	else
		printf("%s rip %llx", l2_exit_name(reason), regs.rip);
	if (reason == KVM_EXIT_DEBUG)
		printf(" pc %llx dr6 %llx", vcpu->run->debug.arch.pc, vcpu->run->debug.arch.dr6);
	IOCTL(vcpu->fd, KVM_GET_DEBUGREGS, &debug);
	printf(" rax %llx rflags %llx guest dr6 %llx\n", regs.rax, regs.rflags, debug.dr6);
}

/* Twice at least: the second may be fast. */
static void warm(struct l2_vcpu *vcpu, uint64_t rip, uint32_t leaf)
{
	int i;

	for (i = 0; i < 3; i++) {
		set_regs(vcpu, rip, 0, leaf);
		if (must(l2_run(vcpu), "KVM_RUN") != KVM_EXIT_IO || vcpu->run->io.port != PORT_DONE)
			die("warming up: %s at %llx", l2_exit_name(vcpu->run->exit_reason),
			    get_regs(vcpu).rip);
	}
}

static void straight(int bits)
{
	struct l2_vcpu *vcpu = new_guest(plain, sizeof(plain));

	mode_set(vcpu, bits, 0, GUEST_CODE);
	warm(vcpu, GUEST_CODE, 0);
	set_regs(vcpu, GUEST_CODE, 0, 0);
	report(vcpu, bits, "plain");

	l2_load(vcpu->l2, GUEST_CODE, prefixed, sizeof(prefixed));
	set_regs(vcpu, GUEST_CODE, 0, 0);
	report(vcpu, bits, "prefixed");
	l2_destroy(vcpu->l2);
}

/* The trap flag's trap comes after CPUID. */
static void trap_flag(int bits)
{
	struct l2_vcpu *vcpu = new_guest(plain, sizeof(plain));

	mode_set(vcpu, bits, 0, GUEST_CODE);
	warm(vcpu, GUEST_CODE, 0);
	set_regs(vcpu, GUEST_CODE, RFLAGS_TF, 0);
	report(vcpu, bits, "trap flag");
	l2_destroy(vcpu->l2);
}

/* STI holds interrupts off for one instruction, which is CPUID: then the window opens. */
static void interrupt_window(int bits)
{
	struct l2_vcpu *vcpu = new_guest(shadowed, sizeof(shadowed));

	mode_set(vcpu, bits, 0, GUEST_CODE);
	warm(vcpu, GUEST_CODE + 1, 0);
	set_regs(vcpu, GUEST_CODE, 0, 0);
	vcpu->run->request_interrupt_window = 1;
	report(vcpu, bits, "interrupt window");
	l2_destroy(vcpu->l2);
}

static void put_msr(struct l2_vcpu *vcpu, uint32_t index, uint64_t value)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = { .head.nmsrs = 1, .entry = { .index = index, .data = value } };

	if (IOCTL(vcpu->fd, KVM_SET_MSRS, &msrs) != 1)
		die("cannot set MSR 0x%x to 0x%llx", index, (unsigned long long)value);
}

/* CPUID faulting: #GP outside ring 0, once it is on. */
static void faulting(void)
{
	struct l2_vcpu *vcpu = new_guest(plain, sizeof(plain));

	mode_set(vcpu, 64, 0, GUEST_CODE);
	warm(vcpu, GUEST_CODE, 0);
	put_msr(vcpu, MSR_MISC_FEATURES_ENABLES, 1);
	set_regs(vcpu, GUEST_CODE, 0, 0);
	report(vcpu, 64, "faulting in ring 0");

	mode_set(vcpu, 64, 3, GUEST_CODE);
	set_regs(vcpu, GUEST_CODE, 0, 0);
	report(vcpu, 64, "faulting in ring 3");
	put_msr(vcpu, MSR_MISC_FEATURES_ENABLES, 0);
	mode_set(vcpu, 64, 3, GUEST_CODE);
	set_regs(vcpu, GUEST_CODE, 0, 0);
	report(vcpu, 64, "faulting off, ring 3");
	l2_destroy(vcpu->l2);
}

/* CPUID as the last instruction below @end, in 32-bit mode. */
static void below(uint64_t end, const char *name)
{
	struct l2_vcpu *vcpu = new_guest(plain, sizeof(plain));

	must(l2_add_memory(vcpu->l2, end - 4096, 4096), "memory below the boundary");
	if (end >> 32)
		end = 0x100000000ULL;
	else
		must(l2_add_memory(vcpu->l2, end, 4096), "memory above the boundary");
	l2_load(vcpu->l2, end - 2, plain, 2);
	l2_load(vcpu->l2, (uint32_t)end, plain + 2, sizeof(plain) - 2);
	mode_set(vcpu, 32, 0, GUEST_CODE);
	/* mode_set() keeps to low memory from GUEST_CODE on, but the code at 0 is not a vector here */
	l2_load(vcpu->l2, (uint32_t)end, plain + 2, sizeof(plain) - 2);
	warm(vcpu, GUEST_CODE, 0);
	set_regs(vcpu, end - 2, 0, 0);
	report(vcpu, 32, name);
	set_regs(vcpu, end - 2, 0, 0);
	report(vcpu, 32, name);
	l2_destroy(vcpu->l2);
}

static void debugged(int bits, const struct kvm_guest_debug *debug, const char *name)
{
	struct l2_vcpu *vcpu = new_guest(plain, sizeof(plain));

	mode_set(vcpu, bits, 0, GUEST_CODE);
	warm(vcpu, GUEST_CODE, 0);
	set_regs(vcpu, GUEST_CODE, 0, 0);
	must_ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, (void *)debug, "KVM_SET_GUEST_DEBUG");
	report(vcpu, bits, name);
	l2_destroy(vcpu->l2);
}

/* A debugger in user space: single steps, and a breakpoint on the next instruction. */
static void debugger(int bits)
{
	static const struct kvm_guest_debug step = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP,
	};
	static const struct kvm_guest_debug breakpoint = {
		.control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW_BP,
		.arch.debugreg = { [0] = GUEST_CODE + 2, [7] = 0x402 },	/* execution */
	};

	debugged(bits, &step, "debugger steps");
	debugged(bits, &breakpoint, "debugger's breakpoint");
}

static struct kvm_regs answer(struct l2_vcpu *vcpu, uint32_t leaf)
{
	warm(vcpu, GUEST_CODE, leaf);
	return get_regs(vcpu);
}

/* KVM changes entries in place as the guest's state changes: leaf 1 has a bit for "APIC enabled". */
static void apic_in_leaf(void)
{
	struct l2_vcpu *vcpu = guest_new(L2_IRQCHIP, (const char *)plain,
					 (const char *)plain + sizeof(plain));

	mode_set(vcpu, 64, 0, GUEST_CODE);
	printf("APIC enabled: %llx\n", answer(vcpu, 1).rdx >> 9 & 1);
	put_msr(vcpu, MSR_APIC_BASE, 0xfee00100);
	printf("APIC disabled: %llx\n", answer(vcpu, 1).rdx >> 9 & 1);
	l2_destroy(vcpu->l2);
}

/* The same for XSAVE in leaves 1 and 0xd, where there is XSAVE. */
static void xsave_in_leaves(void)
{
	struct l2_vcpu *vcpu = new_guest(plain, sizeof(plain));
	struct kvm_xcrs xcrs = { .nr_xcrs = 1, .xcrs[0] = { .xcr = 0, .value = 7 } };
	struct kvm_sregs sregs;

	mode_set(vcpu, 64, 0, GUEST_CODE);
	if (!(answer(vcpu, 1).rcx >> 26 & 1)) {
		puts("no XSAVE");
		l2_destroy(vcpu->l2);
		return;
	}
	printf("OSXSAVE before: %llx\n", answer(vcpu, 1).rcx >> 27 & 1);
	printf("XSAVE size before: %llx\n", answer(vcpu, 0xd).rbx);
	IOCTL(vcpu->fd, KVM_GET_SREGS, &sregs);
	sregs.cr4 |= CR4_OSXSAVE;
	IOCTL(vcpu->fd, KVM_SET_SREGS, &sregs);
	IOCTL(vcpu->fd, KVM_SET_XCRS, &xcrs);
	printf("OSXSAVE after: %llx\n", answer(vcpu, 1).rcx >> 27 & 1);
	printf("XSAVE size after: %llx\n", answer(vcpu, 0xd).rbx);
	l2_destroy(vcpu->l2);
}

static struct {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entries[MAX_ENTRIES];
} table;

static struct kvm_cpuid_entry2 *entry(uint32_t function)
{
	uint32_t i;

	for (i = 0; i < table.head.nent; i++)
		if (table.entries[i].function == function)
			return &table.entries[i];
	if (table.head.nent == MAX_ENTRIES)
		die("the CPUID table is full");
	i = table.head.nent++;
	table.entries[i] = (struct kvm_cpuid_entry2){ .function = function };
	return &table.entries[i];
}

/* To a guest that takes Hyper-V's offer, the invariant TSC shows once it has asked for it. */
static void invariant_tsc(void)
{
	struct l2_vcpu *vcpu = new_guest(plain, sizeof(plain));

	table.head.nent = MAX_ENTRIES;
	IOCTL(vcpu->fd, KVM_GET_CPUID2, &table);
	entry(0x40000000)->eax = 0x40000005;
	memcpy(&entry(0x40000000)->ebx, "Microsoft Hv", 12);
	entry(0x40000001)->eax = 0x31237648;	/* "Hv#1" */
	entry(0x40000003)->eax = 1 << 15;	/* may ask for the invariant TSC */
	entry(0x80000007)->edx = 1 << 8;
	IOCTL(vcpu->fd, KVM_SET_CPUID2, &table);
	mode_set(vcpu, 64, 0, GUEST_CODE);
	printf("invariant TSC before: %llx\n", answer(vcpu, 0x80000007).rdx);
	put_msr(vcpu, MSR_TSC_INVARIANT_CONTROL, 1);
	printf("invariant TSC after: %llx\n", answer(vcpu, 0x80000007).rdx);
	l2_destroy(vcpu->l2);
}

/* The same table again, which is all that KVM takes once a vCPU has run. */
static void table_set_again(void)
{
	struct l2_vcpu *vcpu = new_guest(plain, sizeof(plain));
	unsigned long long before;

	mode_set(vcpu, 64, 0, GUEST_CODE);
	before = answer(vcpu, 0).rbx;
	table.head.nent = MAX_ENTRIES;
	IOCTL(vcpu->fd, KVM_GET_CPUID2, &table);
	IOCTL(vcpu->fd, KVM_SET_CPUID2, &table);
	printf("table set again: leaf 0 is %s\n", answer(vcpu, 0).rbx == before ? "the same" : "another");
	l2_destroy(vcpu->l2);
}

int main(void)
{
	static const int modes[] = { 16, 32, 64 };
	unsigned int i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		straight(modes[i]);
		trap_flag(modes[i]);
		interrupt_window(modes[i]);
		debugger(modes[i]);
	}
	faulting();
	below(1ULL << 31, "below 2 GiB");
	below(1ULL << 32, "below 4 GiB");
	apic_in_leaf();
	xsave_in_leaves();
	invariant_tsc();
	table_set_again();
	return EXIT_SUCCESS;
}
