// SPDX-License-Identifier: GPL-2.0
/*
 * The table of fields (evmcs_fields.h) against two witnesses that it was not made from: the
 * header's struct and the table in the kernel's hyperv_evmcs.c.
 */
#include "test.h"

#include <asm/hyperv-tlfs.h>
#include <asm/vmx.h>

#include "evmcs.h"

struct header_field {
	const char *name;
	unsigned int bits, offset;
};

static const struct header_field header_fields[] = {
#define HEADER_FIELD(name, bits, offset) { #name, bits, offset },
#include "header_fields.inc"
#undef HEADER_FIELD
};

struct kernel_field {
	u32 encoding;
	const char *name;
	u32 group;
};

static const struct kernel_field kernel_fields[] = {
#define KERNEL_FIELD(encoding, name, group) \
	{ encoding, #name, HV_VMX_ENLIGHTENED_CLEAN_FIELD_##group },
#include "kernel_table.inc"
#undef KERNEL_FIELD
};

/* Parts of the struct that are no fields of a VMCS. */
static const char *const no_vmcs_field[] = {
	"revision_id", "abort", "hv_clean_fields", "hv_synthetic_controls",
	"hv_enlightenments_control",
};

/* Rows that the kernel's table lacks. What no table gives a group may be written once. */
static const struct {
	const char *name;
	u32 group;
} unknown_to_kernel[] = {
	{ "cr3_target_value0", EVMCS_GROUP_ONCE },
	{ "cr3_target_value1", EVMCS_GROUP_ONCE },
	{ "cr3_target_value2", EVMCS_GROUP_ONCE },
	{ "cr3_target_value3", EVMCS_GROUP_ONCE },
	{ "exit_io_instruction_edi", EVMCS_GROUP_INFO },
	{ "hv_vp_id", EVMCS_GROUP_ENLIGHTENMENTSCONTROL },
	{ "hv_vm_id", EVMCS_GROUP_ENLIGHTENMENTSCONTROL },
	{ "partition_assist_page", EVMCS_GROUP_ENLIGHTENMENTSCONTROL },
};

static const struct evmcs_field *row_of(const char *name)
{
	const struct evmcs_field *found = NULL;
	unsigned int i;

	for (i = 0; i < evmcs_nr_fields; i++) {
		if (strcmp(evmcs_fields[i].name, name))
			continue;
		if (found)
			fail_msg("%s has two rows", name);
		found = &evmcs_fields[i];
	}
	return found;
}

static bool is_vmcs_field(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(no_vmcs_field); i++)
		if (!strcmp(name, no_vmcs_field[i]))
			return false;
	return strncmp(name, "padding", strlen("padding"));
}

static void struct_is_as_long_as_its_fields(void **state)
{
	assert_int_equal(sizeof(struct hv_enlightened_vmcs), HEADER_SIZE);
}

static void every_header_field_has_a_row(void **state)
{
	unsigned int i, rows = 0;

	for (i = 0; i < ARRAY_SIZE(header_fields); i++) {
		const struct header_field *field = &header_fields[i];
		const struct evmcs_field *row = row_of(field->name);

		if (!is_vmcs_field(field->name)) {
			if (row)
				fail_msg("%s is no VMCS field but has a row", field->name);
			continue;
		}
		if (!row)
			fail_msg("%s has no row", field->name);
		if (row->offset != field->offset || row->bytes * 8u != field->bits)
			fail_msg("%s: %u bytes at %u in the table, %u bits at %u in the header",
				 field->name, row->bytes, row->offset, field->bits, field->offset);
		rows++;
	}
	assert_int_equal(rows, evmcs_nr_fields);
}

/* Bits 14:13 of an encoding are the width (SDM 3D, appendix B): 16, 64, 32, natural. */
static unsigned int encoded_bytes(u32 encoding)
{
	static const unsigned int bytes[] = { 2, 8, 4, 8 };

	return bytes[encoding >> 13 & 3];
}

/* Bits 11:10 are the type: control, exit information, guest state, host state. */
static bool encoded_read_only(u32 encoding)
{
	return (encoding >> 10 & 3) == 1;
}

static u32 expected_group(const struct kernel_field *field)
{
	if (encoded_read_only(field->encoding))
		return EVMCS_GROUP_INFO;
	if (field->group == HV_VMX_ENLIGHTENED_CLEAN_FIELD_ALL)
		return EVMCS_GROUP_ONCE;
	return field->group;
}

static void groups_are_the_kernels(void **state)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kernel_fields); i++) {
		const struct kernel_field *field = &kernel_fields[i];
		const struct evmcs_field *row = row_of(field->name);

		if (!row)
			fail_msg("%s has no row", field->name);
		if (row->bytes != encoded_bytes(field->encoding))
			fail_msg("%s: %u bytes, but encoding %#x says %u", field->name, row->bytes,
				 field->encoding, encoded_bytes(field->encoding));
		if (row->group != expected_group(field))
			fail_msg("%s: group %#x, the kernel's table says %#x", field->name,
				 row->group, expected_group(field));
	}
}

static bool kernel_knows(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kernel_fields); i++)
		if (!strcmp(kernel_fields[i].name, name))
			return true;
	return false;
}

static void groups_unknown_to_kernel(void **state)
{
	unsigned int i, j;

	for (i = 0; i < evmcs_nr_fields; i++) {
		const struct evmcs_field *row = &evmcs_fields[i];

		if (kernel_knows(row->name))
			continue;
		for (j = 0; j < ARRAY_SIZE(unknown_to_kernel); j++)
			if (!strcmp(unknown_to_kernel[j].name, row->name))
				break;
		if (j == ARRAY_SIZE(unknown_to_kernel))
			fail_msg("%s: no other table has this row", row->name);
		if (row->group != unknown_to_kernel[j].group)
			fail_msg("%s: group %#x", row->name, row->group);
	}
}

static void read_row_reads_the_field(void **state)
{
	struct hv_enlightened_vmcs evmcs;
	unsigned int i, b;

	for (b = 0; b < sizeof(evmcs); b++)
		((u8 *)&evmcs)[b] = b * 7 + b / 256;
	for (i = 0; i < ARRAY_SIZE(header_fields); i++) {
		const struct header_field *field = &header_fields[i];
		u64 expected = 0;

		if (!is_vmcs_field(field->name))
			continue;
		assert_non_null(row_of(field->name));
		memcpy(&expected, (u8 *)&evmcs + field->offset, field->bits / 8);
		if (evmcs_read_row(&evmcs, row_of(field->name)) != expected)
			fail_msg("%s", field->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(struct_is_as_long_as_its_fields),
		cmocka_unit_test(every_header_field_has_a_row),
		cmocka_unit_test(groups_are_the_kernels),
		cmocka_unit_test(groups_unknown_to_kernel),
		cmocka_unit_test(read_row_reads_the_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
