# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# hv-capture: every tool says the same of a captured tree as of the one it was taken from; masks hide
# what they should, the same thing in the same way everywhere. Sourced by run.
# shellcheck disable=SC2154 # its variables

# capture TREE DIR ARGUMENTS...: captures TREE and unpacks the tar as DIR.
capture()
{
	local tree=$1 dir=$2

	shift 2
	rm -rf "$dir" "$dir.tar"
	mkdir -p "$dir"
	PATH=$out/$build:$PATH "$top/lsvmbus-tools/hv-capture" --sysroot "$tree" --output "$dir.tar" "$@" &&
		tar -C "$dir" --strip-components 1 -xf "$dir.tar"
}

# all_said TREE: what all tools say of a tree, all columns of it.
all_said()
{
	local command

	for command in lsvmbus 'lsvmbus -vv' 'lsvmbus --channels --output-all' lshv 'lshv --output-all --json' \
		'lshv --leaves' 'lshv --advise' 'vmbus-pin plan'; do
		echo "\$ $command"
		# shellcheck disable=SC2086 # a command line
		(cd "$1" && "${command%% *}" ${command#"${command%% *}"} --sysroot . 2>&1)
		echo "status $?"
	done
}

same_as_captured()
{
	local tree

	for tree in $all_trees; do
		[ "$build" != normal ] || capture "$trees/$tree" "$out/captured/$tree" >/dev/null
		all_said "$trees/$tree" >"$out/said"
		all_said "$out/captured/$tree" >"$out/said.captured"
		! grep -q '^status 127$' "$out/said" || echo "a tool is missing" >>"$out/said"
		check "tools/hv-capture/same/$tree/$build" \
			"$(diff "$out/said" "$out/said.captured" | head -n 6)" \
			cmp -s "$out/said" "$out/said.captured"
	done
}

# A tree with something of each kind, in contents, names and links.
make_private()
{
	rm -rf "$1"
	cp -r "$trees/numa" "$1"
	cat >"$1.tree" <<'END'
proc/sys/kernel/hostname = secretbox
proc/cmdline = root=UUID=0A1B2C3D-1111-2222-3333-444455556666 ip=10.1.2.3 ro
proc/2101/cmdline = /usr/bin/qemu-system-x86_64\0-name\0guest=web1,debug-threads=on\0-uuid\00000a1b2c3d-1111-2222-3333-444455556666\0-device\0virtio-net-pci,mac=52:54:00:AB:cd:ef\0-spice\0addr=10.1.2.33,port=5900\0-incoming\0tcp:[fe80::5054:ff:feab:cdef]:4444\0\c
dmesg = Hyper-V: Host Build 10.0.20.18-1-0\nsecretbox hv_netvsc b6650ff7-33bc-4840-8048-e0676786f393: eth0 52:54:00:ab:cd:ef 10.1.2.3
END
	"$here/../trees/make" "$1.tree" "$1"
}

masks()
{
	local private=$out/private dir=$out/captured/private left device

	make_private "$private"
	capture "$private" "$dir" --mask=all >/dev/null
	left=$(cd "$dir" && { find . -type f -exec cat {} + | tr '\0' '\n'; find . -printf '%p %l\n'; } |
		grep -aiE 'secretbox|0a1b2c3d|b6650ff7|52:54:00|10\.1\.2\.3|fe80::')
	check "tools/hv-capture/nothing-left" "$left" [ -z "$left" ]
	# The same UUID in two spellings and three places, and the address that another one begins with.
	check "tools/hv-capture/consistent" "$(cat "$dir/proc/cmdline")" [ \
		"$(grep -o 'UUID=[^ ]*' "$dir/proc/cmdline")" = \
		"UUID=$(tr '\0' '\n' <"$dir/proc/2101/cmdline" | grep -A 1 -x -e -uuid | tail -n 1)" ]
	check "tools/hv-capture/addresses" "$(cat "$dir/proc/cmdline" "$dir/dmesg")" [ \
		"$(grep -oE 'ip=192[0-9.]+' "$dir/proc/cmdline")" = "ip=$(grep -oE '192[0-9.]+' "$dir/dmesg")" ]
	check "tools/hv-capture/long-address" "$(tr '\0' ' ' <"$dir/proc/2101/cmdline")" [ \
		"$(grep -aoE '192[0-9.]+,' "$dir/proc/2101/cmdline")" != "$(grep -oE '192[0-9.]+' "$dir/dmesg")3," ]
	check "tools/hv-capture/host-build" "$(cat "$dir/dmesg")" \
		grep -q 'Host Build 10.0.20.18-1-0' "$dir/dmesg"
	device=$(grep -oE '00000000-[0-9a-f-]*' "$dir/dmesg")
	check "tools/hv-capture/device" "$device" \
		[ "$(cat "$dir/sys/bus/vmbus/devices/$device/device_id")" = "{$device}" ]
	lsvmbus --sysroot "$private" | sed 's/{.*//' >"$out/said"
	lsvmbus --sysroot "$dir" | sed 's/{.*//' >"$out/said.captured"
	check "tools/hv-capture/classes" "$(diff "$out/said" "$out/said.captured" | head -n 6)" \
		cmp -s "$out/said" "$out/said.captured"

	capture "$private" "$dir" >/dev/null
	check "tools/hv-capture/no-mask" "the name of the host is gone" \
		grep -q secretbox "$dir/dmesg"
	capture "$private" "$dir" --mask mac >/dev/null
	check "tools/hv-capture/one-mask" "$(cat "$dir/dmesg")" \
		grep -q 'secretbox.*00:00:5e:00:53:.*10\.1\.2\.3$' "$dir/dmesg"
}

# capture_refused NAME TEXT ARGUMENTS...: status 2, and why.
capture_refused()
{
	local name=$1 text=$2 said status

	shift 2
	said=$(PATH=$out/$build:$PATH "$top/lsvmbus-tools/hv-capture" "$@" 2>&1)
	status=$?
	check "tools/hv-capture/refused/$name" "status $status: $said" \
		[ "$status/${said#*"$text"}" != "2/$said" ]
}

same_as_captured
# A link of a tree made by somebody else leads to nothing on this machine.
outside()
{
	check tools/hv-capture/outside "the folder that it leads to is there" \
		[ ! -e "$out/captured/odd/etc" ]
}

if [ "$build" = normal ]; then	# the script itself is the same in both
	outside
	masks
	capture_refused mask 'unknown mask: name' --mask host,name
	capture_refused option 'unknown option: --all' --all
	capture_refused argument '--output: an argument is missing' --output
	capture_refused root 'no folder: /does/not/exist' --sysroot /does/not/exist
	capture_refused output 'cannot write' --sysroot "$trees/odd" --output /does/not/exist.tar
fi
