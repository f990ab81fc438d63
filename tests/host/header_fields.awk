# SPDX-License-Identifier: GPL-2.0
# asm/hyperv-tlfs.h -> one HEADER_FIELD(name, bits, offset in bytes) a field of struct
# hv_enlightened_vmcs, paddings included. The offsets are sums: the struct is packed.

function field(name, bits, count) {
	printf "HEADER_FIELD(%s, %d, %d)\n", name, bits, offset
	offset += bits / 8 * count
}

/^struct hv_enlightened_vmcs \{/ { inside = 1; next }
!inside || /^$/ { next }
/^} __packed;/ { complete = 1; exit }
/^\tstruct \{/ { bits = 0; nested = 1; next }
nested && /^\t\tu32 [a-z_]+:[0-9]+;/ { sub(/.*:/, ""); bits += $0; next }
nested && /^\t} *__packed [a-z_]+;/ { sub(/;/, "", $NF); field($NF, bits, 1); nested = 0; next }
/^\tu(8|16|32|64) [a-z0-9_]+(\[[0-9]+\])?;/ {
	sub(/;.*/, "", $2)
	count = 1
	if (split($2, part, /[][]/) > 1)
		count = part[2]
	field(part[1], substr($1, 2), count)
	next
}
{ print "#error \"header_fields.awk: cannot read: " $0 "\"" }

END {
	if (!complete)
		print "#error \"header_fields.awk: no struct hv_enlightened_vmcs\""
	printf "#define HEADER_SIZE %d\n", offset
}
