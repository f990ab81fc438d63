// SPDX-License-Identifier: GPL-2.0
/*
 * Accesses that must not compile, one a case. Above each stands what the compiler has to say.
 */
#include <shim.h>

#include "evmcs.h"

u64 access_fields(struct hv_enlightened_vmcs *evmcs)
{
	u64 sum = 0;

#ifdef CASE_nothing_wrong
	/* compiles */
	evmcs_write64(evmcs, guest_rsp, 1);
	evmcs_write32(evmcs, exception_bitmap, 1);
	sum += evmcs_read64(evmcs, guest_rsp);
	sum += evmcs_read32(evmcs, vm_exit_reason);
	sum += evmcs_read32(evmcs, cr3_target_count);
#endif
#ifdef CASE_write_too_narrow
	/* wrong width for guest_rsp */
	evmcs_write32(evmcs, guest_rsp, 1);
#endif
#ifdef CASE_write_too_wide
	/* wrong width for exception_bitmap */
	evmcs_write64(evmcs, exception_bitmap, 1);
#endif
#ifdef CASE_read_too_narrow
	/* wrong width for guest_rsp */
	sum += evmcs_read32(evmcs, guest_rsp);
#endif
#ifdef CASE_read_too_wide
	/* wrong width for virtual_processor_id */
	sum += evmcs_read64(evmcs, virtual_processor_id);
#endif
#ifdef CASE_write_exit_information
	/* vm_exit_reason is read-only */
	evmcs_write32(evmcs, vm_exit_reason, 1);
#endif
#ifdef CASE_write_field_without_group
	/* cr3_target_count has no clean group */
	evmcs_write32(evmcs, cr3_target_count, 1);
#endif
#ifdef CASE_set_bits_of_narrow_field
	/* wrong width for guest_es_selector */
	evmcs_set_bits32(evmcs, guest_es_selector, 1);
#endif
#ifdef CASE_unknown_field
	/* no member named */
	evmcs_write32(evmcs, guest_rbx, 1);
#endif
	return sum;
}
