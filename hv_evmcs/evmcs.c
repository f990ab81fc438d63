// SPDX-License-Identifier: GPL-2.0
/*
 * The table of fields as data, and what walks it. Compiled into the module and
 * into the host tests.
 */
#include <linux/kernel.h>
#include <linux/stddef.h>

#include "evmcs.h"

const struct evmcs_field evmcs_fields[] = {
#define EVMCS_ROW(field, bits, grp)						\
	{ #field, offsetof(struct hv_enlightened_vmcs, field), (bits) / 8, EVMCS_GROUP_##grp },
	EVMCS_FIELDS(EVMCS_ROW)
#undef EVMCS_ROW
};

const unsigned int evmcs_nr_fields = ARRAY_SIZE(evmcs_fields);

/**
 * evmcs_read_row - value of a field named by its table row
 * @evmcs: the enlightened VMCS
 * @row: a row of evmcs_fields
 *
 * Return: the value, zero extended.
 */
u64 evmcs_read_row(const struct hv_enlightened_vmcs *evmcs, const struct evmcs_field *row)
{
	const void *p = (const void *)evmcs + row->offset;

	switch (row->bytes) {
	case 2:
		return *(const u16 *)p;
	case 4:
		return *(const u32 *)p;
	default:
		return *(const u64 *)p;
	}
}

/**
 * evmcs_shadow_check - find a write that forgot its clean bit
 * @evmcs: the enlightened VMCS about to be entered
 * @shadow: copy taken when its clean bits were last set
 *
 * A set clean bit promises L0 that no field of the group changed since the last
 * entry (TLFS, "Clean Fields"); a field that may be written once only must
 * never change after the first entry.
 *
 * Return: the first field that breaks its promise, or NULL.
 */
const struct evmcs_field *evmcs_shadow_check(const struct hv_enlightened_vmcs *evmcs,
					     const struct hv_enlightened_vmcs *shadow)
{
	unsigned int i;

	for (i = 0; i < evmcs_nr_fields; i++) {
		const struct evmcs_field *row = &evmcs_fields[i];
		u32 promised = row->group == EVMCS_GROUP_ONCE ?
			HV_VMX_ENLIGHTENED_CLEAN_FIELD_ALL : row->group;

		if ((evmcs->hv_clean_fields & promised) &&
		    evmcs_read_row(evmcs, row) != evmcs_read_row(shadow, row))
			return row;
	}
	return NULL;
}
