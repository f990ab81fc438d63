# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# This tree's own kernel modules, built for L1's kernel.

# modules_wanted: does a script name a backend of ours?
modules_wanted()
{
	[[ " ${SCRIPT_BACKENDS[*]} " == *" hv_evmcs "* ]]
}

# modules_build KERNEL MODULES DIR: builds every module of the tree and copies them to DIR. The top
# Makefile keeps a build folder per kernel and locks it. MODULES holds the kernel's own ones.
modules_build()
{
	local kernel=$1 modules=$2 dir=$3 release log build vmlinux

	release=$(cat "$kernel/release")
	build=$(kernel_build_dir "$kernel") || return
	# A build tree of our own has its vmlinux; of a packaged kernel there is the unpacked image.
	vmlinux=$build/vmlinux
	[ -e "$vmlinux" ] || vmlinux=$kernel/boot
	log=$(mktemp)
	make -C "$LAB_ROOT" -j "$(nproc)" KDIR="$build" VMLINUX="$vmlinux" ${TEST_MODULES:+TEST=1} \
		KVM_KO="$modules/lib/modules/$release/kernel/arch/x86/kvm/kvm.ko" \
		modules >"$log" 2>&1 || {
		tail -n 40 "$log" >&2
		rm "$log"
		return 1
	}
	rm "$log"
	cp "$LAB_ROOT/build/modules/$release${TEST_MODULES:+-test}"/*.ko "$dir/"
}

# modules_install TREE KERNEL INITRAMFS: puts our modules into L1's tree, where modprobe finds them
# and, for insmod, in /lab/modules. INITRAMFS holds the kernel's own ones.
modules_install()
{
	local tree=$1 kernel=$2 initramfs=$3 release updates

	release=$(cat "$kernel/release")
	updates=$tree/lib/modules/$release/updates
	mkdir -p "$updates"
	if [ ! -e "$LAB_ROOT/Makefile" ]; then
		! modules_wanted || die "$STATUS_LAB" "this tree has no module yet: no $LAB_ROOT/Makefile"
	elif ! modules_build "$kernel" "${initramfs%/*}/modules" "$updates"; then
		! modules_wanted || die "$STATUS_LAB" "the modules do not build for $release"
		say "the modules do not build for $release; going on without them"
	fi
	cp -r "$updates" "$tree/lab/modules"
	cp -rl "${initramfs%/*}/modules/lib" "$tree.depmod"
	cp -r "$updates" "$tree.depmod/modules/$release/"
	mkdir "$tree.root"
	mv "$tree.depmod" "$tree.root/lib"
	# depmod replaces its files, so the links into the cache stay as they are.
	depmod -b "$tree.root" "$release"
	find "$tree.root/lib/modules/$release" -maxdepth 1 -name 'modules.*' \
		-exec cp -t "$tree/lib/modules/$release" {} +
	rm -rf "$tree.root"
}
