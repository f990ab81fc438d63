/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The fields of the enlightened VMCS, version 1: one table, from which the
 * accessors (evmcs.h), the printer and the shadow check (evmcs.c) and the
 * host tests are made.
 *
 * Each row is F(field, bits, group). The group is the clean-field group of the
 * TLFS that covers the field, or one of
 *   NONE  no group: L0 reads the field at every entry
 *   ONCE  the TLFS gives no group and does not say that the field is always
 *         read: it is safe only if it is written before the first entry and
 *         never again. All of them are left at zero, so there is no setter.
 *   INFO  exit information, written by L0 alone: no setter exists
 *
 * hv_clean_fields, hv_synthetic_controls, the revision and the bit field
 * hv_enlightenments_control are not VMCS fields and have no row.
 */
#ifndef HV_EVMCS_FIELDS_H
#define HV_EVMCS_FIELDS_H

#define EVMCS_FIELDS(F)							\
	F(host_es_selector, 16, HOST_GRP1)				\
	F(host_cs_selector, 16, HOST_GRP1)				\
	F(host_ss_selector, 16, HOST_GRP1)				\
	F(host_ds_selector, 16, HOST_GRP1)				\
	F(host_fs_selector, 16, HOST_GRP1)				\
	F(host_gs_selector, 16, HOST_GRP1)				\
	F(host_tr_selector, 16, HOST_GRP1)				\
	F(host_ia32_pat, 64, HOST_GRP1)					\
	F(host_ia32_efer, 64, HOST_GRP1)				\
	F(host_cr0, 64, HOST_GRP1)					\
	F(host_cr3, 64, HOST_GRP1)					\
	F(host_cr4, 64, HOST_GRP1)					\
	F(host_ia32_sysenter_esp, 64, HOST_GRP1)			\
	F(host_ia32_sysenter_eip, 64, HOST_GRP1)			\
	F(host_rip, 64, HOST_GRP1)					\
	F(host_ia32_sysenter_cs, 32, HOST_GRP1)				\
	F(pin_based_vm_exec_control, 32, CONTROL_GRP1)			\
	F(vm_exit_controls, 32, CONTROL_GRP1)				\
	F(secondary_vm_exec_control, 32, CONTROL_GRP1)			\
	F(io_bitmap_a, 64, IO_BITMAP)					\
	F(io_bitmap_b, 64, IO_BITMAP)					\
	F(msr_bitmap, 64, MSR_BITMAP)					\
	F(guest_es_selector, 16, GUEST_GRP2)				\
	F(guest_cs_selector, 16, GUEST_GRP2)				\
	F(guest_ss_selector, 16, GUEST_GRP2)				\
	F(guest_ds_selector, 16, GUEST_GRP2)				\
	F(guest_fs_selector, 16, GUEST_GRP2)				\
	F(guest_gs_selector, 16, GUEST_GRP2)				\
	F(guest_ldtr_selector, 16, GUEST_GRP2)				\
	F(guest_tr_selector, 16, GUEST_GRP2)				\
	F(guest_es_limit, 32, GUEST_GRP2)				\
	F(guest_cs_limit, 32, GUEST_GRP2)				\
	F(guest_ss_limit, 32, GUEST_GRP2)				\
	F(guest_ds_limit, 32, GUEST_GRP2)				\
	F(guest_fs_limit, 32, GUEST_GRP2)				\
	F(guest_gs_limit, 32, GUEST_GRP2)				\
	F(guest_ldtr_limit, 32, GUEST_GRP2)				\
	F(guest_tr_limit, 32, GUEST_GRP2)				\
	F(guest_gdtr_limit, 32, GUEST_GRP2)				\
	F(guest_idtr_limit, 32, GUEST_GRP2)				\
	F(guest_es_ar_bytes, 32, GUEST_GRP2)				\
	F(guest_cs_ar_bytes, 32, GUEST_GRP2)				\
	F(guest_ss_ar_bytes, 32, GUEST_GRP2)				\
	F(guest_ds_ar_bytes, 32, GUEST_GRP2)				\
	F(guest_fs_ar_bytes, 32, GUEST_GRP2)				\
	F(guest_gs_ar_bytes, 32, GUEST_GRP2)				\
	F(guest_ldtr_ar_bytes, 32, GUEST_GRP2)				\
	F(guest_tr_ar_bytes, 32, GUEST_GRP2)				\
	F(guest_es_base, 64, GUEST_GRP2)				\
	F(guest_cs_base, 64, GUEST_GRP2)				\
	F(guest_ss_base, 64, GUEST_GRP2)				\
	F(guest_ds_base, 64, GUEST_GRP2)				\
	F(guest_fs_base, 64, GUEST_GRP2)				\
	F(guest_gs_base, 64, GUEST_GRP2)				\
	F(guest_ldtr_base, 64, GUEST_GRP2)				\
	F(guest_tr_base, 64, GUEST_GRP2)				\
	F(guest_gdtr_base, 64, GUEST_GRP2)				\
	F(guest_idtr_base, 64, GUEST_GRP2)				\
	F(vm_exit_msr_store_addr, 64, ONCE)				\
	F(vm_exit_msr_load_addr, 64, ONCE)				\
	F(vm_entry_msr_load_addr, 64, ONCE)				\
	F(cr3_target_value0, 64, ONCE)					\
	F(cr3_target_value1, 64, ONCE)					\
	F(cr3_target_value2, 64, ONCE)					\
	F(cr3_target_value3, 64, ONCE)					\
	F(page_fault_error_code_mask, 32, ONCE)				\
	F(page_fault_error_code_match, 32, ONCE)			\
	F(cr3_target_count, 32, ONCE)					\
	F(vm_exit_msr_store_count, 32, ONCE)				\
	F(vm_exit_msr_load_count, 32, ONCE)				\
	F(vm_entry_msr_load_count, 32, ONCE)				\
	F(tsc_offset, 64, CONTROL_GRP2)					\
	F(virtual_apic_page_addr, 64, CONTROL_GRP2)			\
	F(vmcs_link_pointer, 64, GUEST_GRP1)				\
	F(guest_ia32_debugctl, 64, GUEST_GRP1)				\
	F(guest_ia32_pat, 64, GUEST_GRP1)				\
	F(guest_ia32_efer, 64, GUEST_GRP1)				\
	F(guest_pdptr0, 64, GUEST_GRP1)					\
	F(guest_pdptr1, 64, GUEST_GRP1)					\
	F(guest_pdptr2, 64, GUEST_GRP1)					\
	F(guest_pdptr3, 64, GUEST_GRP1)					\
	F(guest_pending_dbg_exceptions, 64, GUEST_GRP1)			\
	F(guest_sysenter_esp, 64, GUEST_GRP1)				\
	F(guest_sysenter_eip, 64, GUEST_GRP1)				\
	F(guest_activity_state, 32, GUEST_GRP1)				\
	F(guest_sysenter_cs, 32, GUEST_GRP1)				\
	F(cr0_guest_host_mask, 64, CRDR)				\
	F(cr4_guest_host_mask, 64, CRDR)				\
	F(cr0_read_shadow, 64, CRDR)					\
	F(cr4_read_shadow, 64, CRDR)					\
	F(guest_cr0, 64, CRDR)						\
	F(guest_cr3, 64, CRDR)						\
	F(guest_cr4, 64, CRDR)						\
	F(guest_dr7, 64, CRDR)						\
	F(host_fs_base, 64, HOST_POINTER)				\
	F(host_gs_base, 64, HOST_POINTER)				\
	F(host_tr_base, 64, HOST_POINTER)				\
	F(host_gdtr_base, 64, HOST_POINTER)				\
	F(host_idtr_base, 64, HOST_POINTER)				\
	F(host_rsp, 64, HOST_POINTER)					\
	F(ept_pointer, 64, CONTROL_XLAT)				\
	F(virtual_processor_id, 16, CONTROL_XLAT)			\
	F(guest_physical_address, 64, INFO)				\
	F(vm_instruction_error, 32, INFO)				\
	F(vm_exit_reason, 32, INFO)					\
	F(vm_exit_intr_info, 32, INFO)					\
	F(vm_exit_intr_error_code, 32, INFO)				\
	F(idt_vectoring_info_field, 32, INFO)				\
	F(idt_vectoring_error_code, 32, INFO)				\
	F(vm_exit_instruction_len, 32, INFO)				\
	F(vmx_instruction_info, 32, INFO)				\
	F(exit_qualification, 64, INFO)					\
	F(exit_io_instruction_ecx, 64, INFO)				\
	F(exit_io_instruction_esi, 64, INFO)				\
	F(exit_io_instruction_edi, 64, INFO)				\
	F(exit_io_instruction_eip, 64, INFO)				\
	F(guest_linear_address, 64, INFO)				\
	F(guest_rsp, 64, GUEST_BASIC)					\
	F(guest_rflags, 64, GUEST_BASIC)				\
	F(guest_interruptibility_info, 32, GUEST_BASIC)			\
	F(cpu_based_vm_exec_control, 32, CONTROL_PROC)			\
	F(exception_bitmap, 32, CONTROL_EXCPN)				\
	F(vm_entry_controls, 32, CONTROL_ENTRY)				\
	F(vm_entry_intr_info_field, 32, CONTROL_EVENT)			\
	F(vm_entry_exception_error_code, 32, CONTROL_EVENT)		\
	F(vm_entry_instruction_len, 32, CONTROL_EVENT)			\
	F(tpr_threshold, 32, NONE)					\
	F(guest_rip, 64, NONE)						\
	F(hv_vp_id, 32, ENLIGHTENMENTSCONTROL)				\
	F(hv_vm_id, 64, ENLIGHTENMENTSCONTROL)				\
	F(partition_assist_page, 64, ENLIGHTENMENTSCONTROL)		\
	F(guest_bndcfgs, 64, GUEST_GRP1)				\
	F(guest_ia32_perf_global_ctrl, 64, GUEST_GRP1)			\
	F(guest_ia32_s_cet, 64, GUEST_GRP1)				\
	F(guest_ssp, 64, GUEST_BASIC)					\
	F(guest_ia32_int_ssp_table_addr, 64, GUEST_GRP1)		\
	F(guest_ia32_lbr_ctl, 64, GUEST_GRP1)				\
	F(xss_exit_bitmap, 64, CONTROL_GRP2)				\
	F(encls_exiting_bitmap, 64, CONTROL_GRP2)			\
	F(host_ia32_perf_global_ctrl, 64, HOST_GRP1)			\
	F(tsc_multiplier, 64, CONTROL_GRP2)				\
	F(host_ia32_s_cet, 64, HOST_GRP1)				\
	F(host_ssp, 64, HOST_GRP1)					\
	F(host_ia32_int_ssp_table_addr, 64, HOST_GRP1)

#endif /* HV_EVMCS_FIELDS_H */
