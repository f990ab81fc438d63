# SPDX-License-Identifier: GPL-2.0
# The kernel's arch/x86/kvm/vmx/hyperv_evmcs.c -> one KERNEL_FIELD(VMCS encoding, name, clean group)
# a row of its table. Rows that stand there as comments, for want of a user in KVM, count as well.

{
	sub(/^[ \t]*\*/, "")
	source = source $0 " "
}

END {
	sub(/.*vmcs_field_to_evmcs_1\[\] = \{/, "", source)
	while (match(source, /EVMCS1_FIELD\([^)]*\)/)) {
		row = substr(source, RSTART, RLENGTH)
		source = substr(source, RSTART + RLENGTH)
		gsub(/EVMCS1_FIELD\(|\)|[ \t]|HV_VMX_ENLIGHTENED_CLEAN_FIELD_/, "", row)
		gsub(/,/, ", ", row)
		print "KERNEL_FIELD(" row ")"
	}
}
