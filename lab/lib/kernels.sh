# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The kernels of the lab. A kernel is a directory: bzImage, boot (what QEMU is given), release and
# modules/lib/modules/RELEASE.

# kernel_get NAME: prints the directory of 6.12, 6.1 or debug.
kernel_get()
{
	case $1 in
	debug) kernel_debug ;;
	*) kernel_stock "$1" ;;
	esac
}

# kernel_debug: what lab/debug-kernel has built, as a kernel directory.
kernel_debug()
{
	local made

	made=$("$LAB/debug-kernel" | tail -n 1)
	[ -e "$made/bzImage" ] || die "$STATUS_LAB" "lab/debug-kernel did not make a kernel"
	{
		echo "$made"
		stat -c '%s %Y' "$made/bzImage"
		declare -f kernel_vmlinux
	} | cache_get kernel-debug kernel_build_debug "$made"
}

kernel_build_debug()
{
	local dir=$1 made=$2 release

	# The folder "modules" may be the tree of one release or hold lib/modules/RELEASE.
	release=$(find "$made/modules/" -name modules.dep -printf '%h\n' | head -n 1)
	mkdir -p "$dir/modules/lib/modules"
	ln -s "$release" "$dir/modules/lib/modules/"
	echo "${release##*/}" >"$dir/release"
	ln -s "$made/bzImage" "$dir/bzImage"
	ln -s "$made/build" "$dir/build"
	kernel_vmlinux "$dir/bzImage" "$dir/boot" || ln -sf bzImage "$dir/boot"
}

# kernel_package SERIES: the image package of Debian's newest cloud kernel of that series. The
# installed headers decide, so that a module built here fits; else what apt offers.
kernel_package()
{
	local headers image

	case $1 in
	6.1) headers=linux-headers-cloud-amd64 ;;
	*) headers=linux-headers-$1-cloud-amd64 ;;
	esac
	if package_installed "$headers"; then
		# shellcheck disable=SC2016 # dpkg-query's own variable
		image=$(dpkg-query -W -f '${Depends}' "$headers" | sed 's/[ ,(].*//')
	else
		image=$(package_dependency "$headers" 'linux-headers-.*')
	fi
	[ -n "$image" ] || die "$STATUS_LAB" "apt knows no package $headers; run: apt-get update"
	echo "linux-image-${image#linux-headers-}"
}

# kernel_stock SERIES: prints the directory of a stock Debian kernel.
kernel_stock()
{
	local package

	package=$(kernel_package "$1") || return
	{
		echo "$package"
		declare -f kernel_vmlinux
	} | cache_get "kernel-$1" kernel_build_stock "$package"
}

kernel_build_stock()
{
	local dir=$1 package=$2 release=${2#linux-image-}

	if package_installed "$package"; then
		mkdir -p "$dir/unpacked/boot" "$dir/unpacked/lib/modules"
		cp "/boot/vmlinuz-$release" "$dir/unpacked/boot/"
		cp -r "/lib/modules/$release" "$dir/unpacked/lib/modules/"
	else
		package_unpack "$package" "$dir/unpacked"
	fi
	mv "$dir/unpacked/boot/vmlinuz-$release" "$dir/bzImage"
	kernel_vmlinux "$dir/bzImage" "$dir/boot"
	mkdir -p "$dir/modules/lib/modules"
	mv "$dir/unpacked/lib/modules/$release" "$dir/modules/lib/modules/"
	rm -rf "$dir/unpacked"
	depmod -b "$dir/modules" "$release"
	echo "$release" >"$dir/release"
}

# kernel_module KERNEL NAME DIR: copies a module and those it needs to their places below DIR, unpacked,
# and prints these places in the order of loading. Prints nothing for what the kernel does not have.
kernel_module()
{
	local kernel=$1 dir=$3 release file place

	release=$(cat "$kernel/release")
	modprobe -d "$kernel/modules" -S "$release" --show-depends "$2" 2>/dev/null |
		sed -n 's/^insmod \([^ ]*\).*/\1/p' |
		while read -r file; do
			place=${file#"$kernel/modules"}
			place=${place%.xz}
			echo "$place"
			[ ! -e "$dir$place" ] || continue
			mkdir -p "$dir${place%/*}"
			case $file in
			*.xz) xz -dc "$file" >"$dir$place" ;;
			*) cp "$file" "$dir$place" ;;
			esac
			module_unsign "$dir$place"
		done
}

# module_unsign FILE: cuts off the signature. Checking it (SHA-256 and RSA) costs the emulator more
# than all the rest of loading a module.
module_unsign()
{
	local length

	[ "$(tail -c 28 "$1" | tr -d '\n')" = '~Module signature appended~' ] || return 0
	length=$((0x$(tail -c 32 "$1" | head -c 4 | od -An -v -tx1 | tr -d ' ')))
	truncate -s -$((length + 12 + 28)) "$1"
}

# kernel_vmlinux BZIMAGE FILE: the ELF file inside, which QEMU starts by its PVH entry. That spares
# the decompression inside the emulator. Fails when the compression is not known.
kernel_vmlinux()
{
	local sectors offset length unpack

	sectors=$(od -An -v -j $((0x1f1)) -N 1 -tu1 "$1" | tr -d ' ')
	offset=$(od -An -v -j $((0x248)) -N 4 -tu4 "$1" | tr -d ' ')
	length=$(od -An -v -j $((0x24c)) -N 4 -tu4 "$1" | tr -d ' ')
	offset=$(((sectors + 1) * 512 + offset))
	case $(od -An -v -j "$offset" -N 4 -tx1 "$1" | tr -d ' ') in
	28b52ffd) unpack='zstd -dc' ;;
	1f8b*) unpack='gzip -dc' ;;
	fd377a58) unpack='xz -dc' ;;
	02214c18) unpack='lz4 -dc' ;;
	*) return 1 ;;
	esac
	# The last four bytes are the size, which the unpackers take for rubbish.
	tail -c +$((offset + 1)) "$1" | head -c $((length - 4)) | $unpack >"$2"
}

# kernel_build_dir KERNEL: the KDIR for modules of a kernel.
kernel_build_dir()
{
	local release headers

	release=$(cat "$1/release")
	headers=/usr/src/linux-headers-$release
	if [ -e "$1/build" ]; then
		echo "$1/build"
	else
		[ -e "$headers/Makefile" ] || packages_require "linux-headers-$release"
		echo "$headers"
	fi
}
