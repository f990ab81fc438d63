// SPDX-License-Identifier: GPL-2.0
/*
 * cpuid_leaves - every CPUID leaf as a guest sees it, in 16-, 32- and 64-bit mode
 *
 * Prints a line for each leaf and mode with all general registers, RIP and RFLAGS after the
 * instruction; a leaf is executed CPUID_REPEATS times in a row, and a repeat that differs has a line
 * of its own. The last lines say how many CPUIDs were executed, and how many of them a
 * fast path must leave to kvm.ko if it learns an entry of the CPUID table at its first use: the first
 * of each leaf that has an entry, and all of those without one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "modes.h"

#define CPUID_REPEATS	3
#define PORT_DONE	0xf4
#define MAX_ENTRIES	256
#define GARBAGE		0xdead0000beef0000ULL

static const unsigned char code[] = { 0x0f, 0xa2, 0xe6, PORT_DONE };	/* cpuid; out */

static struct {
	struct kvm_cpuid2 head;
	struct kvm_cpuid_entry2 entries[MAX_ENTRIES];
} table;

static unsigned int executed, slow;

static int has_entry(uint32_t function, uint32_t index)
{
	const struct kvm_cpuid_entry2 *entry;
	unsigned int i;

	for (i = 0; i < table.head.nent; i++) {
		entry = &table.entries[i];
		if (entry->function == function &&
		    (!(entry->flags & KVM_CPUID_FLAG_SIGNIFCANT_INDEX) || entry->index == index))
			return 1;
	}
	return 0;
}

static struct kvm_regs execute(struct l2_vcpu *vcpu, int bits, uint32_t function, uint32_t index)
{
	/* The instruction looks at 32 bits, and clears the rest. */
	const uint64_t garbage = bits == 64 ? GARBAGE << 32 : 0;
	struct kvm_regs regs = {
		.rip = GUEST_CODE, .rflags = 0x8d7,	/* all of the status flags */
		.rax = garbage | function, .rcx = garbage | index,
		.rbx = garbage | 0x5a5a5a5a, .rdx = garbage | 0xa5a5a5a5,
		.rsi = 6, .rdi = 7, .rbp = 5, .rsp = GUEST_STACK,
	};
	char text[120];

	IOCTL(vcpu->fd, KVM_SET_REGS, &regs);
	if (must(l2_run(vcpu), "KVM_RUN") != KVM_EXIT_IO || vcpu->run->io.port != PORT_DONE) {
		l2_explain(vcpu, text, sizeof(text));
		die("CPUID 0x%x.0x%x: the guest stopped: %s", function, index, text);
	}
	IOCTL(vcpu->fd, KVM_GET_REGS, &regs);
	return regs;
}

static void print(int bits, uint32_t function, uint32_t index, const struct kvm_regs *regs)
{
	printf("%d %08x.%x: %llx %llx %llx %llx  %llx %llx %llx %llx rip %llx rflags %llx\n", bits,
	       function, index, regs->rax, regs->rbx, regs->rcx, regs->rdx, regs->rsi, regs->rdi,
	       regs->rbp, regs->rsp, regs->rip, regs->rflags);
}

static void leaf(struct l2_vcpu *vcpu, int bits, uint32_t function, uint32_t index)
{
	struct kvm_regs first = execute(vcpu, bits, function, index), again;
	unsigned int i;

	print(bits, function, index, &first);
	for (i = 1; i < CPUID_REPEATS; i++) {
		again = execute(vcpu, bits, function, index);
		if (memcmp(&first, &again, sizeof(again)))
			print(bits, function, index, &again);
	}
	executed += CPUID_REPEATS;
	slow += has_entry(function, index) ? 1 : CPUID_REPEATS;
}

static void leaves(struct l2_vcpu *vcpu, int bits)
{
	static const struct { uint32_t function, index; } beyond[] = {
		{ 0x21, 0 }, { 0x21, 5 }, { 0x7, 0x80000000 }, { 0xd, 0xffffffff }, { 0x20000000, 0 },
		{ 0x40000200, 0 }, { 0x4fffffff, 0 }, { 0x7fffffff, 1 }, { 0x80000021, 0 },
		{ 0x8000ffff, 0 }, { 0xc0000000, 0 }, { 0xc0000001, 0 }, { 0xffffffff, 0xffffffff },
	};
	uint32_t function, index;
	unsigned int i;

	for (function = 0; function <= 0x20; function++)
		for (index = 0; index < 4; index++)
			leaf(vcpu, bits, function, index);
	for (function = 0x40000000; function <= 0x4000000f; function++)
		leaf(vcpu, bits, function, 0);
	leaf(vcpu, bits, 0x40000100, 0);
	for (function = 0x80000000; function <= 0x80000020; function++)
		leaf(vcpu, bits, function, 0);
	for (i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++)
		leaf(vcpu, bits, beyond[i].function, beyond[i].index);
}

int main(void)
{
	static const int modes[] = { 16, 32, 64 };
	unsigned int i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct l2_vcpu *vcpu = guest_new(0, (const char *)code,
						 (const char *)code + sizeof(code));

		mode_set(vcpu, modes[i], 0, GUEST_CODE);
		table.head.nent = MAX_ENTRIES;
		IOCTL(vcpu->fd, KVM_GET_CPUID2, &table);
		leaves(vcpu, modes[i]);
		l2_destroy(vcpu->l2);
	}
	printf("executed %u\nslow %u\n", executed, slow);
	return EXIT_SUCCESS;
}
