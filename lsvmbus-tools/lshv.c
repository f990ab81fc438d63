// SPDX-License-Identifier: GPL-2.0
/*
 * lshv - what Hyper-V offers to this machine: its CPUID leaves, decoded
 *
 * TLFS, "Feature and Interface Discovery" and "Nested Virtualization".
 */
#include <cpuid.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAF_FIRST	0x40000000u
#define LEAF_FEATURES	0x40000003u
#define LEAF_HINTS	0x40000004u
#define LEAF_NESTED	0x4000000au

enum reg { EAX, EBX, ECX, EDX };

struct bit {
	uint32_t leaf;
	enum reg reg;
	unsigned int bit;
	const char *meaning;
};

static const struct bit bits[] = {
	{ LEAF_FEATURES, EAX, 0, "VP run time MSR" },
	{ LEAF_FEATURES, EAX, 1, "reference counter MSR" },
	{ LEAF_FEATURES, EAX, 2, "SynIC MSRs" },
	{ LEAF_FEATURES, EAX, 3, "synthetic timer MSRs" },
	{ LEAF_FEATURES, EAX, 4, "APIC access MSRs" },
	{ LEAF_FEATURES, EAX, 5, "hypercall MSRs" },
	{ LEAF_FEATURES, EAX, 6, "VP index MSR" },
	{ LEAF_FEATURES, EAX, 9, "reference TSC page" },
	{ LEAF_FEATURES, EAX, 11, "frequency MSRs" },
	{ LEAF_FEATURES, EAX, 13, "reenlightenment MSRs" },
	{ LEAF_FEATURES, EAX, 15, "invariant TSC control" },
	{ LEAF_FEATURES, EDX, 4, "hypercall input in XMM registers" },
	{ LEAF_HINTS, EAX, 1, "hypercall for local TLB flush" },
	{ LEAF_HINTS, EAX, 2, "hypercall for remote TLB flush" },
	{ LEAF_HINTS, EAX, 3, "MSRs for APIC EOI, ICR and TPR" },
	{ LEAF_HINTS, EAX, 5, "relaxed timing" },
	{ LEAF_HINTS, EAX, 9, "deprecate AutoEOI" },
	{ LEAF_HINTS, EAX, 10, "hypercall for IPIs" },
	{ LEAF_HINTS, EAX, 11, "extended processor masks" },
	{ LEAF_HINTS, EAX, 12, "this is a nested guest" },
	{ LEAF_HINTS, EAX, 14, "use enlightened VMCS" },
	{ LEAF_NESTED, EAX, 17, "direct virtual flush" },
	{ LEAF_NESTED, EAX, 18, "guest-physical flush hypercalls" },
	{ LEAF_NESTED, EAX, 19, "enlightened MSR bitmap" },
	{ LEAF_NESTED, EAX, 20, "virtualization exceptions in the #PF class" },
	{ LEAF_NESTED, EAX, 21, "non-zero guest IA32_DEBUGCTL" },
	{ LEAF_NESTED, EAX, 22, "enlightened TLB (AMD)" },
	{ LEAF_NESTED, EBX, 0, "IA32_PERF_GLOBAL_CTRL in the enlightened VMCS" },
};

static void leaf_read(uint32_t leaf, uint32_t regs[4])
{
	__cpuid(leaf, regs[EAX], regs[EBX], regs[ECX], regs[EDX]);
}

/* Is a hypervisor there that speaks Hyper-V's interface? Fills in its highest leaf. */
static bool hyperv_present(uint32_t *max_leaf)
{
	uint32_t regs[4];
	char vendor[12];

	__cpuid(1, regs[EAX], regs[EBX], regs[ECX], regs[EDX]);
	if (!(regs[ECX] >> 31 & 1))
		return false;
	leaf_read(LEAF_FIRST, regs);
	memcpy(vendor, &regs[EBX], 12);
	*max_leaf = regs[EAX];
	return !memcmp(vendor, "Microsoft Hv", 12);
}

static void leaf_print(uint32_t leaf)
{
	uint32_t regs[4];
	size_t i;

	leaf_read(leaf, regs);
	printf("0x%08x  EAX 0x%08x  EBX 0x%08x  ECX 0x%08x  EDX 0x%08x\n", leaf, regs[EAX],
	       regs[EBX], regs[ECX], regs[EDX]);
	if (leaf == LEAF_NESTED)
		printf("    %-50s %u to %u\n", "enlightened VMCS versions", regs[EAX] & 0xff,
		       regs[EAX] >> 8 & 0xff);
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (bits[i].leaf == leaf)
			printf("    %-50s %s\n", bits[i].meaning,
			       regs[bits[i].reg] >> bits[i].bit & 1 ? "yes" : "no");
}

static void usage(FILE *to)
{
	fputs("Usage: lshv [-n|--nested] [-h|--help]\n\n"
	      "Show what Hyper-V offers to this machine.\n\n"
	      "  -n, --nested   only what matters to a nested hypervisor\n"
	      "  -h, --help     this text\n\n"
	      "Exit status: 0 fine, 1 not a guest of Hyper-V, 2 wrong arguments.\n", to);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "nested", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ }
	};
	uint32_t leaf, max_leaf;
	bool nested = false;
	int c;

	while ((c = getopt_long(argc, argv, "nh", options, NULL)) != -1) {
		switch (c) {
		case 'n':
			nested = true;
			break;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	}
	if (optind != argc) {
		usage(stderr);
		return 2;
	}
	if (!hyperv_present(&max_leaf)) {
		fputs("lshv: this machine is not a guest of Hyper-V\n", stderr);
		return 1;
	}
	if (!nested)
		for (leaf = LEAF_FIRST; leaf < LEAF_HINTS; leaf++)
			leaf_print(leaf);
	leaf_print(LEAF_HINTS);
	if (max_leaf < LEAF_NESTED)
		puts("0x4000000a  not there: the host offers no nested enlightenments");
	else
		leaf_print(LEAF_NESTED);
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
