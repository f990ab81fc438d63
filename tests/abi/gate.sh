# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# gate.sh KDIR TREE: may hv_evmcs be built for the kernel of KDIR? Only if kvm.ko's private types are
# what hv_evmcs/kvm_private.h says. Where kvm.ko and its BTF are at hand they are compared; else the
# symbol versions must be known. KVM_KO and VMLINUX name files that are not where a kernel has them.
set -eu

kdir=$1
tree=$2/abi
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../../hv_evmcs" && pwd)
release=$(cat "$kdir/include/config/kernel.release")

refuse()
{
	echo "$release: $1" >&2
	exit 1
}

is_running()
{
	[ "$release" = "$(uname -r)" ]
}

# first FILE...: the first one that is there.
first()
{
	for file; do
		[ ! -r "$file" ] || { echo "$file"; return; }
	done
}

find_kvm()
{
	first "$kdir/arch/x86/kvm/kvm.ko" "/lib/modules/$release/kernel/arch/x86/kvm/kvm.ko"*
	! is_running || first /sys/kernel/btf/kvm
}

find_vmlinux()
{
	first "$kdir/vmlinux"
	! is_running || first /sys/kernel/btf/vmlinux
}

# One line: the versions of the symbols that the heading of kvm_crcs names.
symbol_versions()
{
	sed '/^#/d; s/ kernel$//; q' "$source/kvm_crcs" | cat - "$kdir/Module.symvers" | awk '
		NR == 1 { count = split($0, name, " "); next }
		{ version[$2] = $1 }
		END {
			for (i = 1; i <= count; i++)
				printf "%s ", (name[i] in version) ? version[name[i]] : "absent"
		}'
}

versions_known()
{
	case $versions in
	*absent* | *0x00000000*) return 1 ;;	# no KVM; a kernel without symbol versions
	esac
	grep -q "^$versions" "$source/kvm_crcs"
}

# Prints what is not installed of what the comparison needs.
missing_tools()
{
	command -v pahole >/dev/null || echo pahole
	[ -r /usr/include/bpf/btf.h ] || echo libbpf-dev
	[ -r /usr/include/gelf.h ] || echo libelf-dev
}

unpacked()
{
	case $1 in
	*.xz) xz -dc "$1" ;;
	*.zst) zstd -dcq "$1" ;;
	*.gz) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac
}

# An object file with BTF for all that kvm_private.h declares.
build_probe()
{
	awk -f "$here/probe.awk" "$source/kvm_private.h" >"$tree/probe.c"
	printf 'obj-m := probe.o\nccflags-y := -g -I%s\n' "$source" >"$tree/Kbuild"
	rm -f "$tree/probe.o"
	make -s -C "$kdir" "M=$tree" C=0 W= probe.o >&2
	pahole -J "$tree/probe.o"
}

compare()
{
	mkdir -p "$tree"
	inputs=$({
		sha256sum "$source/kvm_private.h" "$here"/*.* "$kdir/Module.symvers"
		stat -L -c '%n %s %Y' "$vmlinux" "$kvm"
	} | sha256sum)
	[ ! -e "$tree/agreed" ] || [ "$(cat "$tree/agreed")" != "$inputs" ] || return 0
	rm -f "$tree/agreed"

	"${HOSTCC:-cc}" -std=gnu11 -O2 -Wall -Wextra -Wshadow -o "$tree/compare" "$here/compare.c" -lbpf -lelf
	build_probe
	unpacked "$kvm" >"$tree/kvm.ko"
	if ! "$tree/compare" "$tree/probe.o" "$vmlinux" "$tree/kvm.ko" >"$tree/result"; then
		cat "$tree/result" >&2
		refuse "the private types of $kvm are not those of hv_evmcs/kvm_private.h"
	fi
	echo "kvm.ko's private types agree: $(cat "$tree/result") ($kvm)"
	versions_known || echo "new line for hv_evmcs/kvm_crcs: $versions$release"
	echo "$inputs" >"$tree/agreed"
}

versions=$(symbol_versions)
case $versions in
absent*) refuse "this kernel has no KVM (no kvm_x86_vendor_init in $kdir/Module.symvers)" ;;
esac
for file in "${KVM_KO-}" "${VMLINUX-}"; do
	[ -z "$file" ] || [ -r "$file" ] || refuse "KVM_KO or VMLINUX names no file that can be read: $file"
done
kvm=${KVM_KO:-$(find_kvm | head -n 1)}
vmlinux=${VMLINUX:-$(find_vmlinux | head -n 1)}
tools=$(missing_tools | paste -sd ' ')
way_out=

if [ "$kvm" ] && [ "$vmlinux" ] && [ ! "$tools" ]; then
	compare
elif versions_known; then
	echo "kvm.ko's private types are known by its symbol versions"
else
	[ "$kvm" ] || way_out="name its kvm.ko: KVM_KO=FILE"
	[ "$vmlinux" ] || way_out="${way_out:+$way_out, and }name a vmlinux with BTF: VMLINUX=FILE"
	[ ! "$tools" ] || way_out="${way_out:+$way_out, and }run: apt-get install $tools"
	refuse "hv_evmcs/kvm_crcs does not know this kernel build, and its kvm.ko cannot be compared; $way_out"
fi
