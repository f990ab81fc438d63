# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the levels boot from: one read-only root disk that L0 and L1 share, a small initramfs per
# level and kernel, and the disk that Bochs boots.

# Bochs counts a disk in whole cylinders of 16 heads with 63 sectors and drops the rest.
readonly CYLINDER=$((16 * 63 * 512))

# pad_disk FILE [BYTES]: rounds FILE up to whole cylinders, of BYTES at least.
pad_disk()
{
	local size

	size=$(stat -c %s "$1")
	[ "$size" -ge "${2:-0}" ] || size=$2
	truncate -s $(((size + CYLINDER - 1) / CYLINDER * CYLINDER)) "$1"
}

# Packages whose versions decide what is in the root disk.
readonly ROOT_PACKAGES=(bash busybox-static iperf3 kmod libc6 libjansson4 libsmartcols1 linux-perf
	qemu-system-x86 qemu-system-data seabios util-linux)
# Programs of this machine that are copied with the libraries they need.
readonly ROOT_PROGRAMS=(/bin/bash /bin/kmod /usr/bin/chrt /usr/bin/flock /usr/bin/iperf3 /usr/bin/perf
	/usr/bin/taskset /usr/bin/qemu-system-x86_64)
# Libraries of this tree's own tools that none of them needs.
readonly ROOT_LIBRARIES=(/usr/lib/x86_64-linux-gnu/libjansson.so.4 /usr/lib/x86_64-linux-gnu/libsmartcols.so.1)
readonly ROOT_FIRMWARE=(/usr/share/seabios/bios-256k.bin /usr/share/seabios/bios-microvm.bin
	/usr/share/seabios/vgabios-stdvga.bin
	/usr/share/qemu/linuxboot_dma.bin /usr/share/qemu/multiboot_dma.bin
	/usr/share/qemu/pvh.bin /usr/share/qemu/kvmvapic.bin)

# copy_program DIR PROGRAM: copies a program and its libraries to the same paths below DIR.
copy_program()
{
	local file

	for file in "$2" $(ldd "$2" | sed -n 's/.* => \(\/[^ ]*\) .*/\1/p; s/^\t\(\/[^ ]*\) .*/\1/p'); do
		[ -e "$1$file" ] || install -D "$file" "$1$file"
	done
}

# root_disk L2-KERNEL: prints the path of the root disk.
root_disk()
{
	local dir

	dir=$({
		packages_versions "${ROOT_PACKAGES[@]}"
		echo "$1" "${ROOT_PROGRAMS[@]}" "${ROOT_LIBRARIES[@]}" "${ROOT_FIRMWARE[@]}"
		declare -f copy_program build_l2 kernel_module module_unsign
		cat "$LAB/l2/init" "$LAB/l0/channel.c"
	} | cache_get root build_root_disk "$1") || return
	echo "$dir/root.img"
}

build_root_disk()
{
	local dir=$1 kernel=$2 root=$1/root applet program size

	mkdir -p "$root"/{bin,dev,etc,lab,lib/modules,out,proc,root,run,sbin,sys,tmp,usr/bin,usr/sbin,usr/share/qemu,var}
	cp /bin/busybox "$root/bin/busybox"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
	done
	for program in "${ROOT_PROGRAMS[@]}" "${ROOT_LIBRARIES[@]}"; do
		rm -f "$root/bin/${program##*/}"
		copy_program "$root" "$program"
	done
	for program in modprobe insmod rmmod lsmod modinfo depmod; do
		rm -f "$root/bin/$program"
		ln -s /bin/kmod "$root/sbin/$program"
	done
	cp "${ROOT_FIRMWARE[@]}" "$root/usr/share/qemu/"
	echo root:x:0:0:root:/root:/bin/sh >"$root/etc/passwd"
	echo root:x:0: >"$root/etc/group"
	gcc -O2 -Wall -Wextra -static -o "$dir/channel" "$LAB/l0/channel.c"
	cp "$dir/channel" "$root/bin/"
	build_l2 "$root/l2" "$kernel"
	ldconfig -r "$root"
	size=$(du -sm "$root" | cut -f 1)
	mke2fs -q -t ext4 -O '^has_journal,^metadata_csum' -m 0 -d "$root" "$dir/root.img" $((size * 11 / 10 + 16))M
	rm -rf "$root"
	pad_disk "$dir/root.img"
}

# build_l2 DIR KERNEL: the guest that L1 can start: vmlinuz, the same unpacked as vmlinux, and initrd.
build_l2()
{
	local dir=$1 kernel=$2 tree=$1/tree

	mkdir -p "$tree"/{bin,dev,proc,sys,tmp,run}
	cp /bin/busybox "$tree/bin/"
	install -m 755 "$LAB/l2/init" "$tree/init"
	kernel_module "$kernel" qemu_fw_cfg "$tree" >"$tree/modules"
	(cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0) >"$dir/initrd"
	rm -rf "$tree"
	cp "$kernel/bzImage" "$dir/vmlinuz"
	cp "$kernel/boot" "$dir/vmlinux"
}

# Loaded by the initramfs, in this order, at both levels; what a kernel does not have is skipped.
readonly BOOT_MODULES_l0=(ata_piix sd_mod overlay)
readonly BOOT_MODULES_l1=(virtio_pci virtio_blk virtio_console ext4 overlay)
# Put in /lib/modules for modprobe.
readonly MODULES_l0=(kvm-intel)
readonly MODULES_l1=(kvm-intel kvm-amd hv_vmbus hv_utils hv_balloon hv_netvsc hv_storvsc pci-hyperv msr cpuid loop
	irqbypass vhost_vsock tun vhost_net virtio_net)

# initramfs LEVEL KERNEL: prints the path of the initramfs of l0 or l1 for a kernel. Beside it, the
# folder modules/ holds the modules that are in it.
initramfs()
{
	local dir

	dir=$({
		echo "$1" "$2" "${BOOT_MODULES_l0[@]}" "${MODULES_l0[@]}" "${BOOT_MODULES_l1[@]}" "${MODULES_l1[@]}"
		stat -c '%n %s %Y' "$2/bzImage"
		packages_versions busybox-static
		cat "$LAB/guest/init"
		declare -f kernel_module module_unsign
	} | cache_get "$1-initramfs" build_initramfs "$1" "$2") || return
	echo "$dir/initramfs"
}

build_initramfs()
{
	local dir=$1 level=$2 kernel=$3 tree=$1/tree release name
	local -n boot=BOOT_MODULES_$level more=MODULES_$level

	release=$(cat "$kernel/release")
	mkdir -p "$tree"/{bin,dev,proc,sys,ro,rw,root,lib/modules/"$release"}
	cp /bin/busybox "$tree/bin/"
	ln -s busybox "$tree/bin/sh"
	install -m 755 "$LAB/guest/init" "$tree/init"
	for name in "${boot[@]}"; do
		kernel_module "$kernel" "$name" "$tree"
	done | awk '!seen[$0]++' >"$tree/boot-modules"
	for name in "${more[@]}"; do
		kernel_module "$kernel" "$name" "$tree" >/dev/null
	done
	cp "$kernel/modules/lib/modules/$release"/modules.{builtin,builtin.modinfo,order} "$tree/lib/modules/$release/"
	depmod -b "$tree" "$release"
	(cd "$tree" && find . | cpio --quiet -o -H newc -R 0:0) >"$dir/initramfs"
	mkdir "$dir/modules"
	mv "$tree/lib" "$dir/modules/"
	rm -rf "$tree"
}

# Where the loader puts things: the kernel where it is linked for, the rest clear of it and of the
# BIOS. The option ROM lies behind the video BIOS.
readonly ROM_BASE=0xd0000 INITRD_ADDRESS=0x10000000

# boot_disk KERNEL INITRAMFS ARGS: prints the folder that holds boot.img, the disk that L0 starts from,
# and boot.rom, the option ROM that starts it (l0/loader.S).
boot_disk()
{
	{
		echo "$@"
		cat "$LAB/l0/loader.S"
		declare -p ROM_BASE INITRD_ADDRESS
	} | cache_get l0-boot build_boot_disk "$@"
}

build_boot_disk()
{
	local dir=$1 kernel=$2 initramfs=$3 args=$4 entry sectors sum

	objcopy -O binary "$kernel/boot" "$dir/boot.img"
	truncate -s %512 "$dir/boot.img"
	sectors=$(($(stat -c %s "$dir/boot.img") / 512))
	cat "$initramfs" >>"$dir/boot.img"
	pad_disk "$dir/boot.img"

	# The Xen note of type 0x12, XEN_ELFNOTE_PHYS32_ENTRY.
	entry=$(readelf -n "$kernel/boot" 2>/dev/null |
		sed -n '/(0x00000012)/{n;s/.*data: \(..\) \(..\) \(..\) \(..\).*/0x\4\3\2\1/p}')
	cat >"$dir/boot.inc" <<-END
		.set ROM_BASE, $ROM_BASE
		.set KERNEL_ENTRY, $entry
		.set KERNEL_ADDRESS, $(readelf -lW "$kernel/boot" | awk '$1 == "LOAD" { print $4; exit }')
		.set KERNEL_SECTOR, 0
		.set KERNEL_SECTORS, $sectors
		.set INITRD_ADDRESS, $INITRD_ADDRESS
		.set INITRD_SECTOR, $sectors
		.set INITRD_SECTORS, $((($(stat -c %s "$initramfs") + 511) / 512))
		.set INITRD_SIZE, $(stat -c %s "$initramfs")
		.macro command_line
		.asciz "$args"
		.endm
	END
	as --32 -I "$dir" -o "$dir/loader.o" "$LAB/l0/loader.S"
	ld -m elf_i386 --oformat binary -Ttext "$ROM_BASE" -e 0 -o "$dir/boot.rom" "$dir/loader.o"
	sum=$(od -An -v -tu1 -w1 "$dir/boot.rom" | awk '{ sum += $1 } END { print (256 - sum % 256) % 256 }')
	truncate -s -1 "$dir/boot.rom"
	# shellcheck disable=SC2059 # the byte is the format
	printf "\\x$(printf %x "$sum")" >>"$dir/boot.rom"
	rm "$dir/loader.o" "$dir/boot.inc"
}
