# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# lshv --advise finds each trap in a tree that has it, and nothing in one that is like it but for the
# trap; what it says of it is in golden/lshv/traps. A file of ../trees/traps holds what is different from
# the tree that it names; sourced by run.
# shellcheck disable=SC2154 # its variables

find_traps()
{
	local name expected got

	for name in "$here"/../trees/traps/*.tree; do
		name=$(basename "$name" .tree)
		expected=$(trap_line "$name" finds)
		expected="$expected${expected:+ }status $([ -z "$expected" ] || echo 1)"
		[ "$expected" != "status " ] || expected="status 0"
		got=$(lshv --advise --sysroot "$trees/traps/$name" --raw --noheadings --output CHECK 2>&1
			echo "status $?")
		got=$(paste -sd ' ' <<<"$got")
		check "tools/lshv/trap/$name/$build" "found: $got; expected: $expected" [ "$got" = "$expected" ]
	done
}

# backend_is TRAP VALUE MEANING: what is said of the backend in the tree of a trap.
backend_is()
{
	local said

	said=$(lshv --sysroot "$trees/traps/$1" --raw --noheadings --output NAME,VALUE,MEANING |
		sed -n 's/^KVM\\x20backend //p' | sed 's/\\x20/ /g')
	check "tools/lshv/backend/$1/$build" "$said" [ "$said" = "$2 $3" ]
}

# module_path NAME VALUE MEANING: what is said of the backend's file in $out/module.
module_path()
{
	local said

	said=$(lshv --sysroot "$out/module" --pairs --output NAME,VALUE,MEANING | grep '^NAME="module path"')
	check "tools/lshv/module-path/$1/$build" "$said" \
		grep -qxF "NAME=\"module path\" VALUE=\"$2\" MEANING=\"below /lib/modules/6.12.74+deb12-cloud-amd64$3\"" <<<"$said"
}

# The file of the backend is the one that was loaded, if the build id of the one is in the other.
module_paths()
{
	local notes=$out/module/sys/module/hv_evmcs/notes file
	local id='\4\0\0\0\24\0\0\0\3\0\0\0GNU\0one and twenty bytes'

	rm -rf "$out/module"
	cp -r "$trees/numa" "$out/module"
	file=$out/module/lib/modules/6.12.74+deb12-cloud-amd64/updates/hv_evmcs.ko
	mkdir -p "$notes" "${file%/*}"
	printf '%b' "$id" >"$notes/.note.gnu.build-id"
	module_path no-file updates/hv_evmcs.ko ': what modprobe loads under this name; whether it did cannot be seen'
	printf '%b' "\\177ELF\\0\\0$id" >"$file"
	module_path same updates/hv_evmcs.ko ': the file that was loaded, by its build id'
	printf '%b' "\\177ELF\\0\\0${id/one/two}" >"$file"
	module_path other unknown ' is only another one, by its build id, which modprobe would load'
	printf '\3757zXZ' >"$file"
	module_path compressed updates/hv_evmcs.ko ': what modprobe loads under this name; whether it did cannot be seen'
	printf '\177ELF' >"$file"
	rm "$notes/.note.gnu.build-id"
	module_path no-note updates/hv_evmcs.ko ': what modprobe loads under this name; whether it did cannot be seen'
}

# What is no captured tree, or nothing to read at all, is an error and no finding.
errors()
{
	local said status

	mkdir -p "$out/empty"
	said=$(lshv --advise --sysroot "$out/empty" 2>&1)
	status=$?
	check "tools/lshv/no-cpuid/$build" "status $status: $said" \
		[ "$status: $said" = "2: lshv: $out/empty/cpuid: No such file or directory" ]
	echo "nothing of use" >"$out/empty/cpuid"
	said=$(lshv --sysroot "$out/empty" 2>&1)
	status=$?
	check "tools/lshv/no-leaf/$build" "status $status: $said" \
		[ "$status: $said" = "2: lshv: $out/empty/cpuid: no CPUID leaf in it" ]
	lshv --sysroot "$trees/numa" >/dev/full 2>/dev/null
	status=$?
	check "tools/lshv/full-disk/$build" "status $status" [ "$status" = 2 ]
	sed 's/^0x40000000 .*/0x40000000 0x00 0x40000001 0x4b4d564b 0x564b4d56 0x0000004d/' \
		"$trees/numa/cpuid" >"$out/empty/cpuid"
	said=$(lshv --sysroot "$out/empty" 2>&1)
	status=$?
	check "tools/lshv/plain-kvm/$build" "status $status: $said" [ "$status: $said" = \
		'2: lshv: this machine is not a guest of Hyper-V: the hypervisor calls itself "KVMKVMKVM"' ]
	rm "$out/empty/cpuid"
}

# Short memory is no finding either.
no_memory()
{
	local said status

	said=$(ulimit -v 6000 && lshv --advise --sysroot "$trees/numa" 2>&1)
	status=$?
	check tools/lshv/no-memory "status $status: $said" \
		[ "$status: $said" = "2: lshv: Cannot allocate memory" ]
}

# What is no UTF-8 in a QEMU's arguments, in the log or in the name of a file makes no JSON that is none.
foreign_bytes()
{
	local tree=$out/foreign said

	rm -rf "$tree" && cp -r "$trees/numa" "$tree" || return
	printf 'qemu-system-x86_64\0-accel\0kvm\0-name\0g\xc3\xbcn\xff\x1b\0-cpu\0host,hv-time,x\xfe\xc2\x9b\0' \
		>"$tree/proc/2101/cmdline"
	printf 'Marking TSC unstable \xff\n' >>"$tree/dmesg"
	mkdir -p "$tree/sys/kernel/hv_clock" && echo 1 >"$tree/sys/kernel/hv_clock/"$'\xff'
	said=$(lshv --advise --sysroot "$tree" -J -o +CHECK; lshv --sysroot "$tree" -J)
	check "tools/lshv/foreign/utf-8/$build" "$(grep -a $'[\xfe\xff]' <<<"$said" | head -n 3)" \
		iconv -f UTF-8 -t UTF-8 -o /dev/null <<<"$said"
	said=$(jq -r '.findings[]? | select(.check == "kvm-hides-hyperv") | .subject, .evidence' <<<"$said")
	check "tools/lshv/foreign/said/$build" "$said" [ "$said" = \
		'VM gün?? (pid 2101)
hv- flags without kvm=off: -cpu host,hv-time,x???' ]
}

# without LEAF REGISTER BIT NAME WORDS [LOG]: what is said of an enlightenment where a bit is not set;
# where LOG stands in the log in its place.
without()
{
	local tree=$out/without leaf=$1 register=$2 bit=$3 name=$4 words=$5 said

	rm -rf "$tree" && cp -r "$trees/numa" "$tree" || return
	perl -i -pe "@f = split; \$f[$register] = sprintf '0x%08x', hex(\$f[$register]) & ~(1 << $bit)
		if \$f[0] eq '$leaf'; \$_ = \"@f\n\"" "$tree/cpuid"
	sed -i "/$name/Id; /LAPIC Timer/d" "$tree/dmesg"
	[ $# -lt 6 ] || echo "$6" >>"$tree/dmesg"
	said=$(lshv --sysroot "$tree" -P -o NAME,VALUE,MEANING 2>&1 | sed -n "s/^NAME=\"$name\" //p")
	check "tools/lshv/without/$name/$build" "said: $said" [ "$said" = "$words" ]
}

# header_bits HEADER FROM TO: the bits that are defined between two lines of a kernel header.
header_bits()
{
	sed -n "/$2/,/$3/s/^#define[\t ]*[A-Z0-9_]*[\t ]*BIT(\([0-9]*\)).*/\1/p" "$headers/$1"
}

# Every bit that Linux names is one that lshv names: LEAF, REG, and where the header has them.
header()
{
	local leaf reg file from to bit named missing='' count=0

	named=$(lshv --leaves --sysroot "$trees/numa" --raw --noheadings --output LEAF,REG,BITS)
	while IFS='|' read -r leaf reg file from to; do
		for bit in $(header_bits "$file" "$from" "$to"); do
			count=$((count + 1))
			grep -qx "$leaf $reg $bit" <<<"$named" || missing="$missing$leaf $reg $bit; "
		done
	done <<-END
		0x40000003|EAX|include/asm-generic/hyperv-tlfs.h|Group A Features|Group B features
		0x40000003|EBX|include/asm-generic/hyperv-tlfs.h|Group B features|TSC page layout
		0x40000003|EDX|arch/x86/include/asm/hyperv-tlfs.h|Group D Features|Implementation recommendations
		0x40000004|EAX|arch/x86/include/asm/hyperv-tlfs.h|Implementation recommendations|CPU management features
		0x40000007|EAX|arch/x86/include/asm/hyperv-tlfs.h|CPU management features|RESERVED_IDENTITY_BIT
		0x4000000a|EAX|arch/x86/include/asm/hyperv-tlfs.h|Nested features. These|Nested features #2
		0x4000000a|EBX|arch/x86/include/asm/hyperv-tlfs.h|Nested features #2|This is specific to AMD
		0x4000000a|EAX|arch/x86/include/asm/hyperv-tlfs.h|This is specific to AMD|ISOLATION_CONFIG.EAX
		0x4000000c|EAX|arch/x86/include/asm/hyperv-tlfs.h|ISOLATION_CONFIG.EAX|ISOLATION_CONFIG.EBX
		0x4000000c|EBX|arch/x86/include/asm/hyperv-tlfs.h|ISOLATION_CONFIG.EBX|enum hv_isolation_type
	END
	[ $count -ge 60 ] || missing="only $count bits were found in the headers"
	check "tools/lshv/header/$build" "not named: $missing" [ -z "$missing" ]
}

# No bit is in two fields, and a file of cpuid -1 -r says what a captured one says.
leaves()
{
	local twice

	twice=$(lshv --leaves --sysroot "$trees/numa" --raw --noheadings --output LEAF,REG,BITS |
		awk '{
			n = split($3, b, "-")
			for (i = b[1]; i <= b[n]; i++)
				if (seen[$1, $2, i]++)
					print $1, $2, i
		}')
	check "tools/lshv/fields/$build" "bits in two fields: $twice" [ -z "$twice" ]

	rm -rf "$out/raw"
	cp -r "$trees/numa" "$out/raw"
	sed 's/^\(0x[0-9a-f]*\) \(0x[0-9a-f]*\) \(.*\) \(.*\) \(.*\) \(.*\)/   \1 \2: eax=\3 ebx=\4 ecx=\5 edx=\6/; 1s/^/CPU:\n/' \
		"$trees/numa/cpuid" >"$out/raw/cpuid"
	lshv --leaves --sysroot "$trees/numa" >"$out/said"
	lshv --leaves --sysroot "$out/raw" >"$out/said.raw" 2>&1
	check "tools/lshv/cpuid-r/$build" "$(diff "$out/said" "$out/said.raw" | head -n 4)" \
		cmp -s "$out/said" "$out/said.raw"
}

find_traps
backend_is renamed hv_evmcs 'a module, loaded under the name kvm_intel'
backend_is evmcs-off kvm_intel 'a module'
backend_is built-in kvm_intel 'built into the kernel'
backend_is no-backend other 'a /dev/kvm of a module that lshv does not know'
errors
[ "$build" != normal ] || no_memory	# the sanitizers need more than they would get
without 0x40000003 5 8 'frequency MSRs' \
	'VALUE="off" MEANING="Linux wants CPUID 0x40000003 EDX[8] too, which is not set"'
without 0x40000004 2 10 'PV spinlocks' \
	'VALUE="off" MEANING="Linux wants CPUID 0x40000004 EAX[10] too, which is not set"'
without 0x40000004 2 31 'PV spinlocks' \
	'VALUE="off" MEANING="the kernel did not say \x22Hyper-V: PV spinlocks enabled\x22"' \
	'[    0.2] kvm-guest: PV spinlocks enabled'
foreign_bytes
header
leaves
module_paths
