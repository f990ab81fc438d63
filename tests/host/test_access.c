// SPDX-License-Identifier: GPL-2.0
/*
 * Accessors (evmcs.h) and the shadow check (evmcs.c), on every field that may be written.
 * What must not compile is in refused.c.
 */
#include "test.h"

#include <stdlib.h>

#include "evmcs.h"

#define ALL	HV_VMX_ENLIGHTENED_CLEAN_FIELD_ALL

struct writable {
	const struct evmcs_field *row;
	void (*write)(struct hv_enlightened_vmcs *evmcs, u64 value);
	u64 (*read)(const struct hv_enlightened_vmcs *evmcs);
};

/* One pair of functions a field; none to write where there is no setter. */
#define ACCESS(field, bits)								\
	static u64 read_##field(const struct hv_enlightened_vmcs *evmcs)		\
	{										\
		return evmcs_read##bits(evmcs, field);					\
	}										\
	static void write_##field(struct hv_enlightened_vmcs *evmcs, u64 value)		\
	{										\
		evmcs_write##bits(evmcs, field, (u##bits)value);			\
	}
#define NO_ACCESS(field, bits)								\
	static u64 read_##field(const struct hv_enlightened_vmcs *evmcs)		\
	{										\
		return evmcs_read##bits(evmcs, field);					\
	}										\
	static void (*const write_##field)(struct hv_enlightened_vmcs *, u64);

#define ACCESS_IO_BITMAP		ACCESS
#define ACCESS_MSR_BITMAP		ACCESS
#define ACCESS_CONTROL_GRP2		ACCESS
#define ACCESS_CONTROL_GRP1		ACCESS
#define ACCESS_CONTROL_PROC		ACCESS
#define ACCESS_CONTROL_EVENT		ACCESS
#define ACCESS_CONTROL_ENTRY		ACCESS
#define ACCESS_CONTROL_EXCPN		ACCESS
#define ACCESS_CRDR			ACCESS
#define ACCESS_CONTROL_XLAT		ACCESS
#define ACCESS_GUEST_BASIC		ACCESS
#define ACCESS_GUEST_GRP1		ACCESS
#define ACCESS_GUEST_GRP2		ACCESS
#define ACCESS_HOST_POINTER		ACCESS
#define ACCESS_HOST_GRP1		ACCESS
#define ACCESS_ENLIGHTENMENTSCONTROL	ACCESS
#define ACCESS_NONE			ACCESS
#define ACCESS_ONCE			NO_ACCESS
#define ACCESS_INFO			NO_ACCESS
#define ACCESS_ROW(field, bits, group)	ACCESS_##group(field, bits)
EVMCS_FIELDS(ACCESS_ROW)

static struct hv_enlightened_vmcs evmcs, before;

/* Calls @test for each field that has a setter, with every clean bit set. */
static void for_each_writable(void (*test)(const struct writable *field))
{
	unsigned int i = 0, tested = 0;

#define TEST_ROW(field, bits, group)							\
	{										\
		const struct writable w = { &evmcs_fields[i++], write_##field, read_##field }; \
											\
		memset(&evmcs, 0x5a, sizeof(evmcs));					\
		evmcs.hv_clean_fields = ALL;						\
		before = evmcs;								\
		assert_string_equal(w.row->name, #field);				\
		if (w.write) {								\
			test(&w);							\
			tested++;							\
		}									\
	}
	EVMCS_FIELDS(TEST_ROW)
	assert_int_equal(i, evmcs_nr_fields);
	assert_true(tested > 100);
}

static u64 all_ones(const struct writable *field)
{
	return ~0ull >> (64 - 8 * field->row->bytes);
}

static u32 clean_mask(const struct writable *field)
{
	return field->row->group;
}

static void write_equal(const struct writable *field)
{
	field->write(&evmcs, field->read(&evmcs));
	if (memcmp(&evmcs, &before, sizeof(evmcs)))
		fail_msg("%s: a write that changes nothing left a trace", field->row->name);
}

static void equal_value_dirties_nothing(void **state)
{
	for_each_writable(write_equal);
}

static void write_other(const struct writable *field)
{
	u64 value = ~field->read(&evmcs) & all_ones(field);

	field->write(&evmcs, value);
	if (field->read(&evmcs) != value || evmcs_read_row(&evmcs, field->row) != value)
		fail_msg("%s does not hold what was written", field->row->name);
	if (evmcs.hv_clean_fields != (ALL & ~clean_mask(field)))
		fail_msg("%s: clean fields %#x", field->row->name, evmcs.hv_clean_fields);

	memcpy((u8 *)&evmcs + field->row->offset, (u8 *)&before + field->row->offset,
	       field->row->bytes);
	evmcs.hv_clean_fields = ALL;
	if (memcmp(&evmcs, &before, sizeof(evmcs)))
		fail_msg("%s: another field changed", field->row->name);
}

static void changed_value_dirties_its_group_alone(void **state)
{
	for_each_writable(write_other);
}

static void clear_stays_clear(const struct writable *field)
{
	evmcs.hv_clean_fields = 0;
	field->write(&evmcs, ~field->read(&evmcs));
	assert_int_equal(evmcs.hv_clean_fields, 0);
}

static void dirty_groups_stay_dirty(void **state)
{
	for_each_writable(clear_stays_clear);
}

static void bits_are_set_and_cleared(void **state)
{
	memset(&evmcs, 0, sizeof(evmcs));
	evmcs.hv_clean_fields = ALL;
	evmcs_clear_bits32(&evmcs, cpu_based_vm_exec_control, 0x11);
	assert_int_equal(evmcs.hv_clean_fields, ALL);
	evmcs_set_bits32(&evmcs, cpu_based_vm_exec_control, 0x13);
	assert_int_equal(evmcs.cpu_based_vm_exec_control, 0x13);
	assert_int_equal(evmcs.hv_clean_fields,
			 ALL & ~HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_PROC);
	evmcs.hv_clean_fields = ALL;
	evmcs_set_bits32(&evmcs, cpu_based_vm_exec_control, 0x1);
	assert_int_equal(evmcs.hv_clean_fields, ALL);
	evmcs_clear_bits32(&evmcs, cpu_based_vm_exec_control, 0x11);
	assert_int_equal(evmcs.cpu_based_vm_exec_control, 0x2);
	assert_int_equal(evmcs.hv_clean_fields,
			 ALL & ~HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_PROC);
}

static void value_is_evaluated_once(void **state)
{
	u64 rip = 5;

	memset(&evmcs, 0, sizeof(evmcs));
	evmcs_write64(&evmcs, guest_rip, rip++);
	assert_int_equal(evmcs.guest_rip, 5);
	assert_int_equal(rip, 6);
}

static void injection_always_dirties(void **state)
{
	int round;

	memset(&evmcs, 0, sizeof(evmcs));
	for (round = 0; round < 2; round++) {
		evmcs.hv_clean_fields = ALL;
		evmcs_inject_event(&evmcs, 0x800000ef);
		assert_int_equal(evmcs.vm_entry_intr_info_field, 0x800000ef);
		assert_int_equal(evmcs.hv_clean_fields,
				 ALL & ~HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_EVENT);
	}
}

static void dirty_clears_the_groups_named(void **state)
{
	const u32 groups = HV_VMX_ENLIGHTENED_CLEAN_FIELD_MSR_BITMAP |
			   HV_VMX_ENLIGHTENED_CLEAN_FIELD_ENLIGHTENMENTSCONTROL;

	memset(&evmcs, 0, sizeof(evmcs));
	evmcs.hv_clean_fields = ALL;
	evmcs_dirty(&evmcs, groups);
	assert_int_equal(evmcs.hv_clean_fields, ALL & ~groups);
}

static const struct evmcs_field *shadow_check(void)
{
	return evmcs_shadow_check(&evmcs, &before);
}

static void shadow_accepts_setters(const struct writable *field)
{
	assert_null(shadow_check());
	field->write(&evmcs, ~field->read(&evmcs));
	if (shadow_check())
		fail_msg("%s was written by its setter", field->row->name);
}

static void shadow_is_silent_about_setters(void **state)
{
	for_each_writable(shadow_accepts_setters);
}

/* A change behind the accessors' back, under a clean bit; every other group is dirty. */
static void shadow_finds_a_change(void **state)
{
	unsigned int i;

	for (i = 0; i < evmcs_nr_fields; i++) {
		const struct evmcs_field *row = &evmcs_fields[i];
		bool promised = row->group != EVMCS_GROUP_NONE && row->group != EVMCS_GROUP_INFO;

		memset(&evmcs, 0, sizeof(evmcs));
		before = evmcs;
		evmcs.hv_clean_fields = row->group & ALL;
		if (row->group == EVMCS_GROUP_ONCE)
			evmcs.hv_clean_fields = HV_VMX_ENLIGHTENED_CLEAN_FIELD_GUEST_GRP2;
		((u8 *)&evmcs)[row->offset + row->bytes - 1] ^= 0x80;
		if (shadow_check() != (promised ? row : NULL))
			fail_msg("%s: found %s", row->name,
				 shadow_check() ? shadow_check()->name : "nothing");

		/* A dirty group promises nothing. */
		evmcs.hv_clean_fields = ALL & ~row->group;
		if (row->group == EVMCS_GROUP_ONCE)
			evmcs.hv_clean_fields = 0;
		if (shadow_check())
			fail_msg("%s: found, though its group is dirty", row->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_value_dirties_nothing),
		cmocka_unit_test(changed_value_dirties_its_group_alone),
		cmocka_unit_test(dirty_groups_stay_dirty),
		cmocka_unit_test(bits_are_set_and_cleared),
		cmocka_unit_test(value_is_evaluated_once),
		cmocka_unit_test(injection_always_dirties),
		cmocka_unit_test(dirty_clears_the_groups_named),
		cmocka_unit_test(shadow_is_silent_about_setters),
		cmocka_unit_test(shadow_finds_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
