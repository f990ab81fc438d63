# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # sourced by ./run, which sets build, out, trees and top
# lsvmbus: what a still tree does not show.

lsvmbus_devices=sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/MSFT1000:00
lsvmbus_nic=$lsvmbus_devices/7c1e52a4-9b1c-7c1e-52a4-9b1c7c1e52a4

lsvmbus_version()
{
	[ "$(lsvmbus -V)" = "lsvmbus $(sed -n 's/^VERSION = //p' "$top/Makefile")" ]
}

# The rate of a channel that has 600 interrupts more at the second of two times, three seconds apart.
lsvmbus_rate()
{
	local tree=$out/watched rate lines

	rm -rf "$tree" && cp -a "$trees/amd" "$tree" || return
	lines=$(
		lsvmbus --sysroot "$tree" -w 3 --count 2 -P -o RELID,INTERRUPTS/S |
			while read -r line; do
				echo "$line"
				# After the first channel of the first time, before the second time.
				echo 33720 >"$tree/$lsvmbus_nic/channels/12/interrupts"
			done
	)
	rate=$(sed -n 's/^RELID="12" INTERRUPTS_S="\([0-9.]\+\)"$/\1/p' <<<"$lines")
	[ "$(grep -c '^RELID="12"' <<<"$lines")" = 2 ] &&
		awk -v rate="$rate" 'BEGIN { exit !(rate > 10 && rate <= 200) }'
}

# A device whose files answer ENODEV, as those of one that is removed do, is left out; the rest is not.
lsvmbus_vanishing()
{
	local file=$1 lines

	lines=$(FAULT="read:/7c1e52a4-9b1c-7c1e-52a4-9b1c7c1e52a4/$file:19" LD_PRELOAD=$out/fault.so \
		lsvmbus --sysroot "$trees/amd") &&
		! grep -q 'network' <<<"$lines" && [ "$(wc -l <<<"$lines")" -eq 5 ]
}

# A channel whose files go in the middle keeps its line, without the number.
lsvmbus_channel_vanishing()
{
	local lines

	lines=$(FAULT='read:/channels/12/interrupts:19' LD_PRELOAD=$out/fault.so \
		lsvmbus --sysroot "$trees/amd" -c -P -o RELID,INTERRUPTS) &&
		grep -qx 'RELID="12" INTERRUPTS=""' <<<"$lines" && [ "$(wc -l <<<"$lines")" -eq 10 ]
}

lsvmbus_empty()
{
	local tree=$out/empty said

	mkdir -p "$tree/sys/bus/vmbus/devices"
	said=$(lsvmbus --sysroot "$tree" 2>&1 >/dev/null) && [[ $said == *"has no devices"* ]] &&
		[ "$(lsvmbus --sysroot "$tree" -J 2>/dev/null | jq -c .)" = '{"vmbus":[]}' ]
}

# An error of the output is an error of the tool.
lsvmbus_full_disk()
{
	! lsvmbus --sysroot "$trees/numa" >/dev/full 2>/dev/null
}

# Neither an absolute symlink nor .. leads out of a tree, nor does a FIFO make the tool wait.
lsvmbus_tree_is_a_root()
{
	local tree=$out/escape outside=$out/outside

	rm -rf "$tree" "$outside"
	mkdir -p "$tree/sys/bus/vmbus/devices" "$outside" || return
	echo 5 >"$outside/id" && echo '{x}' >"$outside/class_id"
	ln -s "$outside" "$tree/sys/bus/vmbus/devices/absolute"
	ln -s ../../../../../outside "$tree/sys/bus/vmbus/devices/relative"
	mkdir "$tree/sys/bus/vmbus/devices/fifo" && mkfifo "$tree/sys/bus/vmbus/devices/fifo/class_id" &&
		echo 7 >"$tree/sys/bus/vmbus/devices/fifo/id"
	[ "$(timeout 10 lsvmbus --sysroot "$tree" 2>&1; echo $?)" = \
		$'lsvmbus: the VMBus is there, but has no devices\n0' ]
}

# No name of a folder does anything to a terminal, or to a file of vmbus-pin.
lsvmbus_names()
{
	local tree=$out/names name

	rm -rf "$tree"
	for name in $'\e[31mred' $'two\nlines 0 3' good; do
		mkdir -p "$tree/sys/bus/vmbus/devices/$name" &&
			echo '{x}' >"$tree/sys/bus/vmbus/devices/$name/class_id" &&
			echo 7 >"$tree/sys/bus/vmbus/devices/$name/id" || return
	done
	[ "$(lsvmbus --sysroot "$tree" -vv | grep path)" = $'\tSysfs path: /sys/bus/vmbus/devices/good' ]
}

# While files elsewhere are renamed the kernel asks for another try: nothing may be missing for that.
lsvmbus_renames()
{
	local dir=$out/renamed i lines=0 renamer

	mkdir -p "$dir" && touch "$dir/a" || return
	perl -e 'chdir shift; while (1) { rename "a", "b"; rename "b", "a" }' "$dir" &
	renamer=$!
	for ((i = 0; i < 20; i++)); do
		lines=$((lines + $(lsvmbus --sysroot "$trees/numa" -c -n -o RELID,INTERRUPTS | wc -w)))
	done
	kill $renamer
	wait $renamer 2>/dev/null
	[ $lines = $((20 * 2 * 29)) ]
}

# The GUIDs that Linux has, in include/linux/hyperv.h, a line each: NAME {GUID}; and WSL's two.
lsvmbus_guids()
{
	perl -0777 -ne 'while (/#define HV_(\w+)_GUID \\\s*\.guid = GUID_INIT\((.*?)\)/gs) {
		my ($name, $guid) = ($1, $2);
		my @part = $guid =~ /0x([0-9a-f]+)/g;
		print "$name {", join("-", @part[0..2], "$part[3]$part[4]", join("", @part[5..10])), "}\n";
	}' "$headers/include/linux/hyperv.h"
	echo 'DXGKRNL {dde9cbc0-5060-4436-9448-ea1254a5d177}
DXGKRNL-PV {6e382d18-3336-4f4b-acc4-2b7703d4df4a}'
}

# Each GUID is known by its name.
lsvmbus_classes()
{
	local tree=$out/classes name guid

	rm -rf "$tree"
	while read -r name guid; do
		mkdir -p "$tree/sys/bus/vmbus/devices/$name" &&
			echo "$guid" >"$tree/sys/bus/vmbus/devices/$name/class_id" &&
			echo 1 >"$tree/sys/bus/vmbus/devices/$name/id" || return
	done < <(lsvmbus_guids)
	diff <(lsvmbus --sysroot "$tree" -n -o PATH,CLASS | sed 's:.*/::; s/  */ /' | sort) - <<-'END'
		AVMA1 [Reserved system device]
		AVMA2 [Reserved system device]
		DM [Dynamic Memory]
		DXGKRNL GPU paravirtualization
		DXGKRNL-PV Paravirtual GPU
		FCOPY [Guest services]
		HEART_BEAT [Heartbeat]
		IDE Synthetic IDE Controller
		IMC [Reserved system device]
		KBD Synthetic keyboard
		KVP [Data Exchange]
		MOUSE Synthetic mouse
		ND Synthetic RDMA adapter
		NIC Synthetic network adapter
		PCIE PCI Express pass-through
		RDV [Reserved system device]
		SCSI Synthetic SCSI Controller
		SHUTDOWN [Operating system shutdown]
		SYNTHFC Synthetic fiber channel adapter
		SYNTHVID Synthetic framebuffer adapter
		TS [Time Synchronization]
		VSS [Backup (volume checkpoint)]
	END
}

check "tools/lsvmbus/renames/$build" "devices or numbers are missing" lsvmbus_renames
said=$(lsvmbus_classes)
check "tools/lsvmbus/classes/$build" "as it is, and as it should be: $said" [ -z "$said" ]
check "tools/lsvmbus/version/$build" "not the version of the top Makefile" lsvmbus_version
check "tools/lsvmbus/rate/$build" "rate missing or wrong" lsvmbus_rate
for lsvmbus_file in class_id id; do
	check "tools/lsvmbus/vanishing-$lsvmbus_file/$build" "not left out" lsvmbus_vanishing $lsvmbus_file
done
check "tools/lsvmbus/vanishing-channel/$build" "line missing, or with a number" lsvmbus_channel_vanishing
check "tools/lsvmbus/empty/$build" "an empty bus is not told" lsvmbus_empty
check "tools/lsvmbus/full-disk/$build" "status 0" lsvmbus_full_disk
check "tools/lsvmbus/names/$build" "shown as they are" lsvmbus_names
check "tools/lsvmbus/tree-is-a-root/$build" "read what is outside" lsvmbus_tree_is_a_root
