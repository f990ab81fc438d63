// SPDX-License-Identifier: GPL-2.0
/*
 * Decoding of Hyper-V's CPUID leaves (hv_leaves_missing() in caps.c).
 */
#include "test.h"

#include "caps.h"

/* As KVM with all of Hyper-V's interface shows them to the lab's L1. */
static struct hv_leaves lab(void)
{
	struct hv_leaves leaves = {
		.max_leaf = 0x40000082,
		.interface = 0x31237648,
		.features_eax = 0x2ffe,
		.hints = 0x4c2c,
		.nested_eax = 0xa0101,
	};

	memcpy(leaves.signature, "Microsoft Hv", sizeof(leaves.signature));
	return leaves;
}

static void expect(struct hv_leaves leaves, const char *expected)
{
	const char *missing = hv_leaves_missing(&leaves);

	if (!expected && missing)
		fail_msg("refused for want of: %s", missing);
	if (expected && !missing)
		fail_msg("accepted without: %s", expected);
	if (expected && !strstr(missing, expected))
		fail_msg("%s, not: %s", missing, expected);
}

static void the_lab_is_accepted(void **state)
{
	expect(lab(), NULL);
}

/* Nothing of it there at first; each step mends what was named. */
static void requirements_come_in_order(void **state)
{
	struct hv_leaves leaves = { 0 };

	expect(leaves, "not a guest of Hyper-V");
	memcpy(leaves.signature, "Microsoft Hv", sizeof(leaves.signature));
	expect(leaves, "not a guest of Hyper-V");
	leaves.interface = 0x31237648;
	expect(leaves, "0x40000004 EAX[14]");
	leaves.hints = 1u << 14;
	expect(leaves, "(CPUID 0x4000000A)");
	leaves.max_leaf = 0x40000009;
	expect(leaves, "(CPUID 0x4000000A)");
	leaves.max_leaf = 0x4000000a;
	expect(leaves, "0x4000000A EAX[15:0]");
	leaves.nested_eax = 0x0101;
	expect(leaves, NULL);
}

static void another_hypervisor_is_refused(void **state)
{
	static const char *const signatures[] = { "KVMKVMKVM\0\0\0", "Microsoft hv", "VMwareVMware" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(signatures); i++) {
		struct hv_leaves leaves = lab();

		memcpy(leaves.signature, signatures[i], sizeof(leaves.signature));
		expect(leaves, "not a guest of Hyper-V");
	}
}

static void every_other_hint_does_not_help(void **state)
{
	struct hv_leaves leaves = lab();

	leaves.hints = ~(1u << 14);
	expect(leaves, "0x40000004 EAX[14]");
}

static void version_1_must_be_in_range(void **state)
{
	static const struct {
		u32 eax;	/* highest version, lowest version */
		bool good;
	} ranges[] = {
		{ 0x0000, false }, { 0x0001, false }, { 0x0100, true }, { 0x0101, true },
		{ 0x0201, true }, { 0xff01, true }, { 0x0202, false }, { 0x0302, false },
		{ 0xfffe0000, false }, { 0xfffe0101, true },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ranges); i++) {
		struct hv_leaves leaves = lab();

		leaves.nested_eax = ranges[i].eax;
		expect(leaves, ranges[i].good ? NULL : "version 1 of the enlightened VMCS");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lab_is_accepted),
		cmocka_unit_test(requirements_come_in_order),
		cmocka_unit_test(another_hypervisor_is_refused),
		cmocka_unit_test(every_other_hint_does_not_help),
		cmocka_unit_test(version_1_must_be_in_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
