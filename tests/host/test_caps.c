// SPDX-License-Identifier: GPL-2.0
/*
 * Capability masking (evmcs_caps_derive() in caps.c). Bits are written as the SDM numbers them.
 */
#include "test.h"

#include <asm/vmx.h>

#include "caps.h"
#include "supported_controls.inc"

#define ALLOW1(n)	(1ull << (32 + (n)))

/* A server core of 2017, as its TRUE capability MSRs read. */
static const struct vmx_cap_msrs skylake = {
	.basic = 0x00da040000000004,
	.pin = 0x0000007f00000016,
	.proc = 0xfff9fffe04006172,
	.proc2 = 0x055d1fff00000000,
	.exit = 0x01ffffff00036dfb,
	.entry = 0x0003ffff000011fb,
	.ept_vpid = 0x00000f0106734141,
};

static struct vmx_cap_msrs msrs;
static struct evmcs_caps caps;

/* Every control may be 1. */
static struct vmx_cap_msrs generous(void)
{
	struct vmx_cap_msrs m = skylake;

	m.pin |= GENMASK_ULL(63, 32);
	m.proc |= GENMASK_ULL(63, 32);
	m.proc2 |= GENMASK_ULL(63, 32);
	m.exit |= GENMASK_ULL(63, 32);
	m.entry |= GENMASK_ULL(63, 32);
	return m;
}

static void accepted(void)
{
	const char *missing = evmcs_caps_derive(&msrs, &caps);

	if (missing)
		fail_msg("refused for want of: %s", missing);
}

static void refused(const char *expected)
{
	const char *missing = evmcs_caps_derive(&msrs, &caps);

	if (!missing)
		fail_msg("accepted without: %s", expected);
	assert_string_equal(missing, expected);
}

static void a_skylake_is_accepted(void **state)
{
	msrs = skylake;
	accepted();
	assert_int_equal(caps.revision, 4);
	assert_int_equal(caps.pin, 0x16 | BIT(0) | BIT(3) | BIT(5));
	assert_int_equal(caps.proc & 0x04006172, 0x04006172);
	assert_int_equal(caps.proc2 & (BIT(1) | BIT(5) | BIT(7)), BIT(1) | BIT(5) | BIT(7));
	assert_int_equal(caps.exit & 0x00036dfb, 0x00036dfb);
	assert_int_equal(caps.entry & 0x000011fb, 0x000011fb);
	assert_int_equal(caps.ept, (uint32_t)skylake.ept_vpid);
	assert_true(caps.invvpid_single);
}

/* Each in turn may not be 1. */
static void a_missing_required_control_is_named(void **state)
{
	static const struct {
		u64 *msr;
		unsigned int bit;
		const char *name;
	} required[] = {
		{ &msrs.pin, 0, "external-interrupt exiting" },
		{ &msrs.pin, 3, "NMI exiting" },
		{ &msrs.pin, 5, "virtual NMIs" },
		{ &msrs.proc, 2, "interrupt-window exiting" },
		{ &msrs.proc, 3, "use TSC offsetting" },
		{ &msrs.proc, 7, "HLT exiting" },
		{ &msrs.proc, 10, "MWAIT exiting" },
		{ &msrs.proc, 11, "RDPMC exiting" },
		{ &msrs.proc, 19, "CR8-load exiting" },
		{ &msrs.proc, 20, "CR8-store exiting" },
		{ &msrs.proc, 21, "use TPR shadow" },
		{ &msrs.proc, 22, "NMI-window exiting" },
		{ &msrs.proc, 23, "MOV-DR exiting" },
		{ &msrs.proc, 24, "unconditional I/O exiting" },
		{ &msrs.proc, 28, "use MSR bitmaps" },
		{ &msrs.proc, 29, "MONITOR exiting" },
		{ &msrs.proc, 31, "activate secondary controls" },
		{ &msrs.proc2, 1, "enable EPT" },
		{ &msrs.proc2, 5, "enable VPID" },
		{ &msrs.proc2, 7, "unrestricted guest" },
		{ &msrs.exit, 2, "save debug controls" },
		{ &msrs.exit, 9, "host address-space size" },
		{ &msrs.exit, 15, "acknowledge interrupt on exit" },
		{ &msrs.exit, 19, "load IA32_PAT at exit" },
		{ &msrs.exit, 21, "load IA32_EFER at exit" },
		{ &msrs.entry, 2, "load debug controls" },
		{ &msrs.entry, 9, "IA-32e mode guest" },
		{ &msrs.entry, 14, "load IA32_PAT at entry" },
		{ &msrs.entry, 15, "load IA32_EFER at entry" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(required); i++) {
		msrs = skylake;
		*required[i].msr &= ~ALLOW1(required[i].bit);
		refused(required[i].name);
	}
}

static void a_missing_ept_ability_is_named(void **state)
{
	static const struct {
		unsigned int bit;
		const char *name;
	} required[] = {
		{ 6, "EPT page walks of length 4" },
		{ 14, "EPT paging structures in write-back memory" },
		{ 20, "INVEPT single-context" },
		{ 25, "INVEPT single-context" },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(required); i++) {
		msrs = skylake;
		msrs.ept_vpid &= ~(1ull << required[i].bit);
		refused(required[i].name);
	}
}

/* SDM 3D, A.10: bit 32 offers INVVPID, bit 41 its single-context type. */
static void invvpid_needs_both_its_bits(void **state)
{
	static const unsigned int bits[] = { 32, 41 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		msrs = skylake;
		msrs.ept_vpid &= ~(1ull << bits[i]);
		accepted();
		assert_false(caps.invvpid_single);
	}
}

static void vmcs_memory_must_be_write_back(void **state)
{
	msrs = skylake;
	msrs.basic &= ~GENMASK_ULL(53, 50);
	refused("write-back memory type for VMCS accesses");
}

/* What the plain MSRs say of a processor without TRUE ones: 15, 16 and 9 are fixed to 1. */
static void cr3_exits_that_cannot_be_turned_off(void **state)
{
	static const unsigned int bits[] = { 15, 16, 9 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		msrs = skylake;
		msrs.proc |= 1ull << bits[i];
		refused("CR3 and INVLPG accesses without an exit (the TRUE VMX capability MSRs)");
	}
}

/* The kernel keeps a list of its own of what an enlightened VMCS can carry. */
static void only_what_the_structure_carries(void **state)
{
	msrs = generous();
	accepted();
	assert_int_equal(caps.pin & ~(u32)(EVMCS1_SUPPORTED_PINCTRL), 0);
	assert_int_equal(caps.proc & ~(u32)(EVMCS1_SUPPORTED_EXEC_CTRL), 0);
	assert_int_equal(caps.proc2 & ~(u32)(EVMCS1_SUPPORTED_2NDEXEC), 0);
	assert_int_equal(caps.exit & ~(u32)(EVMCS1_SUPPORTED_VMEXIT_CTRL), 0);
	assert_int_equal(caps.entry & ~(u32)(EVMCS1_SUPPORTED_VMENTRY_CTRL), 0);
}

/* Controls whose fields the structure lacks (TLFS, "Enlightened VMCS"). */
static const struct {
	u64 *msr;
	u32 *control;
	unsigned int bit;
	const char *name;
} without_field[] = {
	{ &msrs.pin, &caps.pin, 6, "VMX-preemption timer" },
	{ &msrs.pin, &caps.pin, 7, "posted interrupts" },
	{ &msrs.proc, &caps.proc, 17, "tertiary controls" },
	{ &msrs.proc2, &caps.proc2, 0, "virtualize APIC accesses" },
	{ &msrs.proc2, &caps.proc2, 8, "APIC-register virtualization" },
	{ &msrs.proc2, &caps.proc2, 9, "virtual-interrupt delivery" },
	{ &msrs.proc2, &caps.proc2, 10, "PAUSE-loop exiting" },
	{ &msrs.proc2, &caps.proc2, 13, "VM functions" },
	{ &msrs.proc2, &caps.proc2, 14, "VMCS shadowing" },
	{ &msrs.proc2, &caps.proc2, 17, "page-modification logging" },
	{ &msrs.proc2, &caps.proc2, 18, "EPT-violation #VE" },
	{ &msrs.proc2, &caps.proc2, 31, "instruction timeout" },
	{ &msrs.exit, &caps.exit, 22, "save VMX-preemption timer" },
};

static void controls_without_a_field_stay_off(void **state)
{
	unsigned int i;

	msrs = generous();
	accepted();
	for (i = 0; i < ARRAY_SIZE(without_field); i++)
		if (*without_field[i].control & BIT(without_field[i].bit))
			fail_msg("%s is on", without_field[i].name);
}

static void a_control_without_a_field_fixed_to_1(void **state)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(without_field); i++) {
		msrs = generous();
		*without_field[i].msr |= BIT(without_field[i].bit);
		refused("a control fixed to 1 has no field in an enlightened VMCS");
	}
}

static void no_control_that_is_not_offered(void **state)
{
	msrs = skylake;
	msrs.proc2 = ALLOW1(1) | ALLOW1(5) | ALLOW1(7);
	msrs.exit = 0x002c9204ull << 32 | 0x00000200;
	msrs.entry = 0x0000c204ull << 32 | 0x00000200;
	accepted();
	assert_int_equal(caps.proc2, BIT(1) | BIT(5) | BIT(7));
	assert_int_equal(caps.exit & ~0x002c9204, 0);
	assert_int_equal(caps.entry & ~0x0000c204, 0);
}

static void entry_and_exit_controls_come_in_pairs(void **state)
{
	/* Bits of the entry and of the exit control: IA32_PERF_GLOBAL_CTRL, IA32_BNDCFGS. */
	static const unsigned int pairs[][2] = { { 13, 12 }, { 16, 23 } };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pairs); i++) {
		const u32 entry = BIT(pairs[i][0]), exit = BIT(pairs[i][1]);

		msrs = skylake;
		accepted();
		assert_int_equal(caps.entry & entry, entry);
		assert_int_equal(caps.exit & exit, exit);

		msrs.entry &= ~((u64)entry << 32);
		accepted();
		assert_int_equal(caps.entry & entry, 0);
		assert_int_equal(caps.exit & exit, 0);

		msrs = skylake;
		msrs.exit &= ~((u64)exit << 32);
		accepted();
		assert_int_equal(caps.entry & entry, 0);
		assert_int_equal(caps.exit & exit, 0);
	}
}

static void the_revision_is_31_bits(void **state)
{
	msrs = skylake;
	msrs.basic = (skylake.basic & ~GENMASK_ULL(31, 0)) | 0x87654321;
	accepted();
	assert_int_equal(caps.revision, 0x07654321);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_skylake_is_accepted),
		cmocka_unit_test(a_missing_required_control_is_named),
		cmocka_unit_test(a_missing_ept_ability_is_named),
		cmocka_unit_test(invvpid_needs_both_its_bits),
		cmocka_unit_test(vmcs_memory_must_be_write_back),
		cmocka_unit_test(cr3_exits_that_cannot_be_turned_off),
		cmocka_unit_test(only_what_the_structure_carries),
		cmocka_unit_test(controls_without_a_field_stay_off),
		cmocka_unit_test(a_control_without_a_field_fixed_to_1),
		cmocka_unit_test(no_control_that_is_not_offered),
		cmocka_unit_test(entry_and_exit_controls_come_in_pairs),
		cmocka_unit_test(the_revision_is_31_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
