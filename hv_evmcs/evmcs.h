/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Access to an enlightened VMCS (TLFS, "Enlightened VMCS"): the VMCS is plain
 * memory, a read is a load. A write is a store that also clears the clean bit
 * of the field's group, and only if the value changes.
 */
#ifndef HV_EVMCS_EVMCS_H
#define HV_EVMCS_EVMCS_H

#include <linux/build_bug.h>
#include <linux/types.h>
#include <asm/hyperv-tlfs.h>

#include "evmcs_fields.h"

#define EVMCS_REVISION		1

/*
 * Group masks as table columns. ONCE and INFO lie outside the sixteen bits of
 * hv_clean_fields; they tell the accessors what a field allows.
 */
#define EVMCS_GROUP_IO_BITMAP		HV_VMX_ENLIGHTENED_CLEAN_FIELD_IO_BITMAP
#define EVMCS_GROUP_MSR_BITMAP		HV_VMX_ENLIGHTENED_CLEAN_FIELD_MSR_BITMAP
#define EVMCS_GROUP_CONTROL_GRP2	HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_GRP2
#define EVMCS_GROUP_CONTROL_GRP1	HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_GRP1
#define EVMCS_GROUP_CONTROL_PROC	HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_PROC
#define EVMCS_GROUP_CONTROL_EVENT	HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_EVENT
#define EVMCS_GROUP_CONTROL_ENTRY	HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_ENTRY
#define EVMCS_GROUP_CONTROL_EXCPN	HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_EXCPN
#define EVMCS_GROUP_CRDR		HV_VMX_ENLIGHTENED_CLEAN_FIELD_CRDR
#define EVMCS_GROUP_CONTROL_XLAT	HV_VMX_ENLIGHTENED_CLEAN_FIELD_CONTROL_XLAT
#define EVMCS_GROUP_GUEST_BASIC		HV_VMX_ENLIGHTENED_CLEAN_FIELD_GUEST_BASIC
#define EVMCS_GROUP_GUEST_GRP1		HV_VMX_ENLIGHTENED_CLEAN_FIELD_GUEST_GRP1
#define EVMCS_GROUP_GUEST_GRP2		HV_VMX_ENLIGHTENED_CLEAN_FIELD_GUEST_GRP2
#define EVMCS_GROUP_HOST_POINTER	HV_VMX_ENLIGHTENED_CLEAN_FIELD_HOST_POINTER
#define EVMCS_GROUP_HOST_GRP1		HV_VMX_ENLIGHTENED_CLEAN_FIELD_HOST_GRP1
#define EVMCS_GROUP_ENLIGHTENMENTSCONTROL \
	HV_VMX_ENLIGHTENED_CLEAN_FIELD_ENLIGHTENMENTSCONTROL
#define EVMCS_GROUP_NONE		HV_VMX_ENLIGHTENED_CLEAN_FIELD_NONE
#define EVMCS_GROUP_ONCE		(1u << 16)
#define EVMCS_GROUP_INFO		(1u << 17)

/* One constant a field: EVMCS_CLEAN_guest_rsp and so on. */
enum evmcs_clean {
#define EVMCS_CLEAN_ROW(field, bits, group) EVMCS_CLEAN_##field = EVMCS_GROUP_##group,
	EVMCS_FIELDS(EVMCS_CLEAN_ROW)
#undef EVMCS_CLEAN_ROW
};

/*
 * The table's width is the struct's width: an accessor of the wrong width then
 * fails against either.
 */
#define EVMCS_WIDTH_ROW(field, bits, group) \
	static_assert(sizeof_field(struct hv_enlightened_vmcs, field) * 8 == (bits));
EVMCS_FIELDS(EVMCS_WIDTH_ROW)
#undef EVMCS_WIDTH_ROW

#define __evmcs_check_width(evmcs, field, bits) \
	static_assert(sizeof((evmcs)->field) * 8 == (bits), "wrong width for " #field)

#define __evmcs_read(evmcs, field, bits)					\
({										\
	__evmcs_check_width(evmcs, field, bits);				\
	(evmcs)->field;								\
})

#define __evmcs_write(evmcs, field, bits, value)				\
do {										\
	struct hv_enlightened_vmcs *__e = (evmcs);				\
	const u##bits __v = (value);						\
										\
	__evmcs_check_width(__e, field, bits);					\
	static_assert(!(EVMCS_CLEAN_##field & EVMCS_GROUP_INFO),		\
		      #field " is read-only");					\
	static_assert(!(EVMCS_CLEAN_##field & EVMCS_GROUP_ONCE),		\
		      #field " has no clean group: zero for good");		\
	if (__e->field != __v) {						\
		__e->field = __v;						\
		__e->hv_clean_fields &= ~(u32)EVMCS_CLEAN_##field;		\
	}									\
} while (0)

#define evmcs_read16(evmcs, field)	__evmcs_read(evmcs, field, 16)
#define evmcs_read32(evmcs, field)	__evmcs_read(evmcs, field, 32)
#define evmcs_read64(evmcs, field)	__evmcs_read(evmcs, field, 64)
#define evmcs_write16(evmcs, field, v)	__evmcs_write(evmcs, field, 16, v)
#define evmcs_write32(evmcs, field, v)	__evmcs_write(evmcs, field, 32, v)
#define evmcs_write64(evmcs, field, v)	__evmcs_write(evmcs, field, 64, v)

#define evmcs_set_bits32(evmcs, field, mask) \
	evmcs_write32(evmcs, field, (evmcs)->field | (mask))
#define evmcs_clear_bits32(evmcs, field, mask) \
	evmcs_write32(evmcs, field, (evmcs)->field & ~(mask))

/**
 * evmcs_dirty - make L0 read clean-field groups again at the next entry
 * @evmcs: the enlightened VMCS
 * @groups: HV_VMX_ENLIGHTENED_CLEAN_FIELD_* mask
 *
 * For memory that a field points to (the MSR bitmap) and for the bit field of
 * enlightenment controls, which have no setter.
 */
static inline void evmcs_dirty(struct hv_enlightened_vmcs *evmcs, u32 groups)
{
	evmcs->hv_clean_fields &= ~groups;
}

/**
 * evmcs_inject_event - request event injection at the next entry
 * @evmcs: the enlightened VMCS
 * @intr_info: VM-entry interruption information (SDM 3C, 25.8.3)
 *
 * The group is dirtied even if the value equals the one in memory: on hardware
 * the valid bit is cleared by the exit, and nothing in the TLFS says that L0
 * writes the cleared bit back to the page. Write on change alone would lose the
 * second of two equal events.
 */
static inline void evmcs_inject_event(struct hv_enlightened_vmcs *evmcs, u32 intr_info)
{
	evmcs->vm_entry_intr_info_field = intr_info;
	evmcs_dirty(evmcs, EVMCS_GROUP_CONTROL_EVENT);
}

/* A row of the table for code that walks all fields. */
struct evmcs_field {
	const char *name;
	u16 offset;
	u8 bytes;
	u32 group;
};

extern const struct evmcs_field evmcs_fields[];
extern const unsigned int evmcs_nr_fields;

u64 evmcs_read_row(const struct hv_enlightened_vmcs *evmcs, const struct evmcs_field *row);
const struct evmcs_field *evmcs_shadow_check(const struct hv_enlightened_vmcs *evmcs,
					     const struct hv_enlightened_vmcs *shadow);

#endif /* HV_EVMCS_EVMCS_H */
