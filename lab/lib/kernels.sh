# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The kernels of the lab. A kernel is a directory: bzImage, modules/lib/modules/RELEASE (modules
# unpacked), release.

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
	echo "$package" | cache_get "kernel-$1" kernel_build_stock "$package"
}

kernel_build_stock()
{
	local dir=$1 package=$2 release=${2#linux-image-}

	package_unpack "$package" "$dir/unpacked"
	mv "$dir/unpacked/boot/vmlinuz-$release" "$dir/bzImage"
	mkdir -p "$dir/modules/lib/modules"
	mv "$dir/unpacked/lib/modules/$release" "$dir/modules/lib/modules/"
	rm -rf "$dir/unpacked"
	find "$dir/modules" -name '*.ko.xz' -print0 | xargs -0 -r -P "$(nproc)" -n 32 xz -d
	depmod -b "$dir/modules" "$release"
	echo "$release" >"$dir/release"
}

# kernel_headers RELEASE: the build directory for modules of a stock kernel.
kernel_headers()
{
	local dir=/usr/src/linux-headers-$1

	[ -e "$dir/Makefile" ] || packages_require "linux-headers-$1"
	echo "$dir"
}
