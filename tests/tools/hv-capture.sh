# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# hv-capture: every tool says the same of a captured tree as of the one it was taken from; masks hide
# what they should, the same thing in the same way everywhere. Sourced by run.
# shellcheck disable=SC2154 # its variables

hv_capture=${HV_CAPTURE:-$top/lsvmbus-tools/hv-capture}	# or another one, to see a test fail

# capture TREE DIR ARGUMENTS...: captures TREE and unpacks the tar as DIR. Errors go to DIR.stderr.
capture()
{
	local tree=$1 dir=$2

	shift 2
	rm -rf "$dir" "$dir.tar"
	mkdir -p "$dir"
	PATH=$out/$build:$PATH "$hv_capture" --sysroot "$tree" --output "$dir.tar" "$@" \
		>/dev/null 2>"$dir.stderr" && tar -C "$dir" --strip-components 1 -xf "$dir.tar"
}

# all_text DIR: contents, names and targets.
all_text()
{
	(cd "$1" && { find . -type f -exec sed -s 's/$/ /' {} + | tr '\0' '\n'; find . -printf '%p\n%l\n'; })
}

# all_said TREE: what all tools say of a tree, all columns of it.
all_said()
{
	local command

	for command in lsvmbus 'lsvmbus -vv' 'lsvmbus --channels --output-all' lshv 'lshv --output-all --json' \
		'lshv --leaves' 'lshv --advise' 'vmbus-pin plan' 'hvbench --machine'; do
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
		[ "$build" != normal ] || capture "$trees/$tree" "$out/captured/$tree"
		all_said "$trees/$tree" >"$out/said"
		all_said "$out/captured/$tree" >"$out/said.captured"
		! grep -q '^status 127$' "$out/said" || echo "a tool is missing" >>"$out/said"
		check "tools/hv-capture/same/$tree/$build" \
			"$(diff "$out/said" "$out/said.captured" | head -n 6)" \
			cmp -s "$out/said" "$out/said.captured"
		check "tools/hv-capture/quiet/$tree/$build" "$(cat "$out/captured/$tree.stderr")" \
			[ ! -s "$out/captured/$tree.stderr" ]
	done
}

# Of this machine: nothing is said but that some of it takes root.
live()
{
	rm -f "$out/live.tar"
	PATH=$out/$build:$PATH "$hv_capture" -o "$out/live.tar" >/dev/null 2>"$out/live.stderr"
	check tools/hv-capture/live "$(cat "$out/live.stderr")" \
		[ "$(tar -tf "$out/live.tar" | grep -c '/sys/devices/system/cpu/online$')$(grep -cv \
		'the kernel.s log cannot be read' "$out/live.stderr")" = 10 ]
}

# private DIR TREE: TREE with something of each kind, in contents, names and links, and lines of a
# description from standard input.
private()
{
	rm -rf "$1"
	cp -r "$trees/$2" "$1"
	cat - >"$1.tree" <<'END'
proc/sys/kernel/hostname = secretbox
proc/cmdline = root=UUID=0A1B2C3D-1111-2222-3333-444455556666 ip=10.1.2.3 ro
proc/2101/cmdline = /usr/bin/qemu-system-x86_64\0-name\0guest=web1,debug-threads=on\0-uuid\00000a1b2c3d-1111-2222-3333-444455556666\0-device\0virtio-net-pci,mac=52:54:00:AB:cd:ef\0-spice\0addr=10.1.2.33,port=5900\0-incoming\0tcp:[fe80::5054:ff:feab:cdef]:4444\0\c
dmesg = Hyper-V: Host Build 10.0.20.18-1-0\nsecretbox hv_netvsc b6650ff7-33bc-4840-8048-e0676786f393: eth0 52:54:00:ab:cd:ef 10.1.2.3
END
	"$here/../trees/make" "$1.tree" "$1"
	cat >"$1.tree"
	"$here/../trees/make" "$1.tree" "$1"
}

masks()
{
	local private=$out/private dir=$out/captured/private left device

	private "$private" numa </dev/null
	capture "$private" "$dir" --mask=all
	left=$(all_text "$dir" |
		grep -aiE 'secretbox|0a1b2c3d|b6650ff7|52:54:00|10\.1\.2\.3|fe80::')
	check "tools/hv-capture/nothing-left" "$left" [ -s "$dir/dmesg" -a -z "$left" ]
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

	capture "$private" "$dir"
	check "tools/hv-capture/no-mask" "the name of the host is gone" \
		grep -q secretbox "$dir/dmesg"
	# What was captured without a mask is masked later.
	capture "$dir" "$dir.again" --mask all
	left=$(all_text "$dir.again" | grep -a secretbox)
	check "tools/hv-capture/masked-later" "$left" [ -s "$dir.again/dmesg" -a -z "$left" ]
	capture "$private" "$dir" --mask mac
	check "tools/hv-capture/one-mask" "$(cat "$dir/dmesg")" \
		grep -q 'secretbox.*00:00:5e:00:53:.*10\.1\.2\.3$' "$dir/dmesg"
	capture "$private" "$dir" --mask host,all
	check "tools/hv-capture/all-in-a-list" "$(cat "$dir/dmesg")" \
		grep -q 'masked-host.*00:00:5e:00:53:.*192\.0\.2\.[0-9]*$' "$dir/dmesg"
}

# leaks NAME LEFT TO-MASK LINE: none of the regular expression LEFT is left of a line of a tree.
leaks()
{
	local name=$1 left=$2 mask=$3

	private "$out/leaky" no-vmbus <<<"$4"
	capture "$out/leaky" "$out/captured/leaky" --mask "$mask"
	left=$(cat "$out/captured/leaky.stderr"; all_text "$out/captured/leaky" | grep -aiE -e "$left")
	check "tools/hv-capture/leak/$name" "$left" [ -s "$out/captured/leaky/dmesg" -a -z "$left" ]
}

all_leaks()
{
	leaks host-in-capitals secretbox host 'dmesg = kvm: SecretBox'
	leaks host-and-more secretbox host 'dmesg = kvm: /var/lib/secretbox_data secretbox secretbox'
	leaks host-without-domain secretbox host \
		'proc/sys/kernel/hostname = secretbox.corp.example'
	leaks odd-host 'a\[b' host 'proc/sys/kernel/hostname = a[b
dmesg = kvm: a[b'
	private "$out/leaky" no-vmbus <<-'END'
		proc/sys/kernel/hostname = a[b&/c.*$
		dmesg = kvm: a[b&/c.*$ x a[b&/c
	END
	capture "$out/leaky" "$out/captured/leaky" -m host
	check tools/hv-capture/leak/special "$(cat "$out/captured/leaky.stderr" "$out/captured/leaky/dmesg")" \
		[ "$(cat "$out/captured/leaky/dmesg")" = 'kvm: masked-host x masked-host' ]
	leaks uuid-without-dashes 0a1b2c3d uuid 'dmesg = kvm: 0a1b2c3d111122223333444455556666'
	leaks mac-with-dashes 52-54-00 mac 'dmesg = kvm: 52-54-00-AB-cd-ef'
	leaks mac-short '52:54|cd:ef|50:56|c:d:0' mac 'proc/cmdline = mac=52:54:0:ab:cd:ef,0:50:56:C:d:0
dmesg = kvm: 0:50:56:c:d:0: up, 005056-0c0d00'
	# The same MAC in all spellings, and nothing else.
	leaks mac-pxe '52.54|cd.ef' mac 'proc/cmdline = BOOTIF=01-52-54-00-ab-cd-ef 52:54:0:ab:cd:ef 1:2:3:4:5
dmesg = kvm: 52-54-00-ab-cd-ef-10 10:20:30:40:50:6: up'
	check tools/hv-capture/leak/mac-spellings "$(cat "$out/captured/leaky"/{proc/cmdline,dmesg})" \
		[ "$(sort "$out/captured/leaky"/{proc/cmdline,dmesg})" = \
		'BOOTIF=01-00:00:5e:00:53:01 00:00:5e:00:53:01 1:2:3:4:5
kvm: 00:00:5e:00:53:01-10 00:00:5e:00:53:02: up' ]
	leaks network 2001:db8:abcd ip 'dmesg = kvm: 2001:db8:abcd:12::/64'
	leaks address-before-colons '10\.1\.2\.|255\.255|\.2001:' ip \
		'proc/cmdline = root=x ip=10.1.2.3::10.1.2.1::eth0:off mask=255.255.255.0::eth0'
	leaks address-with-another-in-it '10\.9|\.4\.5|1::2[^0-9.]' ip \
		'dmesg = kvm: 1::2, 1::2: 10.9.8.1::2.3.4.5 and fe80::1.53'
	leaks address-in-address '77\.8|9\.10' ip 'dmesg = kvm: 64:ff9b::66.77.8.9'
	leaks only-in-link '777788889999|10\.9\.8\.7|52:54:00:aa' all \
		'sys/bus/vmbus/devices/x -> /disk/11112222-3333-4444-5555-777788889999/52:54:00:aa:bb:cc/10.9.8.7'
	leaks nic-id '000d3a6b' mac 'dmesg = kvm: 00:0d:3a:6b:1c:2d
sys/bus/vmbus/devices/000d3a6b-1c2d-000d-3a6b-1c2d000d3a6b/id = 1'
	leaks nic-id-alone '000d3a6b' mac 'sys/bus/vmbus/devices/000d3a6b-1c2d-000d-3a6b-1c2d000d3a6b/id = 1'
	leaks mac-in-address 'feab:cdef' mac 'dmesg = kvm'
	leaks secret hunter2 uuid 'proc/2101/cmdline = qemu-system-x86_64\0-object\0secret,data=hunter2,id=s\0\c'
	leaks secret-with-comma hunter2 uuid \
		'proc/2101/cmdline = qemu-system-x86_64\0-object\0secret,id=s,data=x,,hunter2\0\c'
	leaks secret-json hunter2 uuid \
		'proc/2101/cmdline = qemu-system-x86_64\0-object\0{"qom-type":"secret","id":"s","data":"x\\"hunter2"}\0\c'
	leaks password hunter2 uuid 'proc/2101/cmdline = qemu-system-x86_64\0-spice\0port=1,password=hunter2\0\c'
	leaks login hunter2 uuid 'proc/2101/cmdline = qemu-system-x86_64\0-drive\0file=https://me:hunter2@x/y\0\c'
	leaks secret-json-single hunter2 uuid \
		"proc/2101/cmdline = qemu-system-x86_64\\0-object\\0{'qom-type':'secret','data' : 'x\\\\'hunter2'}\\0\\c"
	leaks append-password 'er2' uuid \
		'proc/2101/cmdline = qemu-system-x86_64\0-append\0ro rd.password=hunt,er2 quiet\0-name\0vm\0\c'
	leaks kernel-password hunter2 uuid 'proc/cmdline = ro rd.password=hunter2 quiet'
	leaks kernel-passwords hunter2 uuid \
		'proc/cmdline = a.pass=hunter2 wifi.psk=hunter2 x_token=hunter2 b.apikey=hunter2 rootpassword=hunter2'
	# To the end of a word with blanks in it, and no further.
	leaks kernel-words hunter2 uuid \
		'proc/cmdline = x="a b" "rd.password=two hunter2" psk=two" "hunter2 "y z=1" key="hunter2 " clocksource=tsc'
	check tools/hv-capture/leak/kernel-words-only "$(cat "$out/captured/leaky/proc/cmdline")" \
		[ "$(cat "$out/captured/leaky/proc/cmdline")" = \
		'x="a b" rd.password=masked-secret psk=masked-secret "y z=1" key=masked-secret clocksource=tsc' ]
	leaks append-words hunter2 uuid \
		'proc/2101/cmdline = qemu-system-x86_64\0--append\0"rd.password=a,b hunter2" quiet\0-name\0vm\0\c'
	check tools/hv-capture/leak/append-words-only "$(tr '\0' ' ' <"$out/captured/leaky/proc/2101/cmdline")" \
		[ "$(tr '\0' ' ' <"$out/captured/leaky/proc/2101/cmdline")" = \
		'qemu-system-x86_64 --append rd.password=masked-secret quiet -name vm ' ]
}

# A host that is called like a folder.
host_cpu()
{
	private "$out/cpu" numa <<<'proc/sys/kernel/hostname = cpu'
	capture "$out/cpu" "$out/captured/cpu" --mask host
	check tools/hv-capture/host-cpu/folder "$(cat "$out/captured/cpu.stderr")" \
		[ -f "$out/captured/cpu/sys/devices/system/cpu/online" ]
	vmbus-pin --sysroot "$out/cpu" plan >"$out/said" 2>&1
	vmbus-pin --sysroot "$out/captured/cpu" plan >"$out/said.captured" 2>&1
	check tools/hv-capture/host-cpu/plan "$(diff "$out/said" "$out/said.captured" | head -n 6)" \
		cmp -s "$out/said" "$out/said.captured"
	check tools/hv-capture/host-cpu/said "$(cat "$out/captured/cpu.stderr")" \
		grep -q 'cpu stays' "$out/captured/cpu.stderr"
}

# addresses COUNT: a tree with so many.
addresses()
{
	private "$out/many" no-vmbus <<<"dmesg = $(seq 0 $(($1 - 1)) | awk '{ printf "kvm 10.77.%d.%d\\n", $1 / 256, $1 % 256 }')"
}

many_addresses()
{
	local log=$out/captured/many/dmesg

	addresses 520
	capture "$out/many" "$out/captured/many" --mask ip
	check tools/hv-capture/many/documentation "$(grep -vE '192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|^$' "$log" | head -n 3)" \
		[ "$(grep -cE '^kvm (192\.0\.2|198\.51\.100|203\.0\.113)\.[0-9]+$' "$log")" = 520 ]
	check tools/hv-capture/many/different "some are the same" [ "$(grep kvm "$log" | sort -u | wc -l)" = 520 ]
	addresses 800
	capture "$out/many" "$out/captured/many" --mask ip
	check tools/hv-capture/many/refused "$(cat "$out/captured/many.stderr")" \
		[ "$(grep -c 'too many' "$out/captured/many.stderr")$(ls "$out/captured/many.tar" 2>/dev/null)" = 1 ]
	private "$out/version" no-vmbus <<<'dmesg = hv_utils: Heartbeat IC version 4.0.0.1 of 4.0.0.1'
	capture "$out/version" "$out/captured/version" --mask ip
	check tools/hv-capture/version "$(cat "$out/captured/version/dmesg")" \
		grep -q 'IC version 4.0.0.1 of 192.0.2.' "$out/captured/version/dmesg"
}

# fails_closed NAME SED: nothing is written if the program sed is SED.
fails_closed()
{
	local bin=$out/sed-$1

	rm -rf "$bin"
	mkdir -p "$bin"
	printf '#!/bin/sh\n%s\nexec %s "$@"\n' "$2" "$(command -v sed)" >"$bin/sed"
	chmod +x "$bin/sed"
	private "$out/private" no-vmbus </dev/null
	PATH=$bin:$PATH capture "$out/private" "$out/captured/closed" --mask all
	check "tools/hv-capture/closed/$1" "$(ls "$out/captured/closed.tar" 2>&1; cat "$out/captured/closed.stderr")" \
		[ "$(ls "$out/captured/closed.tar" 2>/dev/null)$(grep -c 'nothing was written' "$out/captured/closed.stderr")" = 1 ]
}

# capture_refused NAME TEXT ARGUMENTS...: status 2, and why.
capture_refused()
{
	local name=$1 text=$2 said status

	shift 2
	said=$(PATH=$out/$build:$PATH "$hv_capture" "$@" 2>&1)
	status=$?
	check "tools/hv-capture/refused/$name" "status $status: $said" \
		[ "$status $(grep -cF -e "$text" <<<"$said")" = '2 1' ]
}

# Where the tar goes, and whose its files are.
tar_itself()
{
	local tar=$out/captured/10:30.tar said

	rm -f "$tar"
	said=$(cd "$out/captured" && PATH=$out/$build:$PATH "$hv_capture" -s "$trees/odd" -o 10:30.tar 2>&1)
	check tools/hv-capture/tar/colon "$said" [ "$said$(tar -tf - <"$tar" | grep -c '/proc/cmdline$')" = 10:30.tar1 ]
	PATH=$out/$build:$PATH TAR_OPTIONS='--owner=alice:1001 --group=users:100' \
		"$hv_capture" -s "$trees/odd" -o - >"$tar" 2>/dev/null
	check tools/hv-capture/tar/stdout "$(tail -c 20 "$tar" | tr -d "\0")" \
		[ "$(($(wc -c <"$tar") % 512)) $(tar -tf - <"$tar" | grep -c '/proc/cmdline$')" = '0 1' ]
	said=$(tar -tvf - <"$tar" | awk '{ print $2 }' | sort -u)
	check tools/hv-capture/tar/owner "$said" [ "$said" = root/root ]
}

# Links of a tree made by somebody else: nothing outside of it is read or written.
outside()
{
	local victim=$out/victim dir=$out/captured/trap tree=$out/trap

	check tools/hv-capture/outside "the folder that it leads to is there" \
		[ ! -e "$out/captured/odd/etc" ]
	rm -rf "$victim" "$tree"
	mkdir -p "$victim"/{topology,7,task/1}
	for file in online id current_clocksource comm cmdline topology/core_cpus_list 7/cpu task/1/comm dmesg; do
		echo qemu-precious >"$victim/$file"
	done
	cat >"$tree.tree" <<END
proc/sys/kernel/osrelease = 6.1
proc/5 -> $victim
proc/6/cmdline = qemu\\0
proc/6/task -> ../../../victim/task
sys/devices/system/cpu/online = 0-3
sys/devices/system/cpu/cpu3 -> $victim
sys/devices/system/cpu/cpu4/topology -> $victim/topology
sys/devices/system/cpu/cpu5 -> ../../../../../victim
sys/devices/system/clocksource/clocksource0 -> $victim
sys/kernel/hv_x -> $victim
sys/kernel/hv_y/file -> $victim/id
sys/module/kvm -> $victim
sys/bus/vmbus/devices/d -> ../../../devices/d
sys/devices/d/id = 1
sys/devices/d/channels -> $victim
sys/bus/vmbus/devices/e -> $victim
lib/modules/6.1 -> $victim
dmesg -> $victim/dmesg
cpuid -> ../victim/id
END
	"$here/../trees/make" "$tree.tree" "$tree"
	for mask in '' --mask=ip,mac,uuid; do
		capture "$tree" "$dir" ${mask:+"$mask"}
		check "tools/hv-capture/outside-read${mask:+-masked}" "$(grep -r qemu-precious "$dir"; cat "$dir.stderr")" \
			[ -d "$dir/sys" -a -z "$(grep -r qemu-precious "$dir")" ]
		check "tools/hv-capture/outside-written${mask:+-masked}" "$(grep -rLx qemu-precious "$victim"; find "$victim")" \
			[ "$(grep -rlx qemu-precious "$victim" | wc -l),$(find "$victim" -type f | wc -l)" = 9,9 ]
	done
	# A link that stays inside is followed, and stays a link; the root is "/" for it.
	cat >"$tree.tree" <<'END'
sys/devices/system/clocksource/clocksource0 -> /sys/elsewhere
sys/elsewhere/current_clocksource = inside
sys/kernel/hv_loop -> hv_loop
END
	rm -r "$tree"
	"$here/../trees/make" "$tree.tree" "$tree"
	capture "$tree" "$dir"
	check tools/hv-capture/inside "$(find "$dir"; cat "$dir.stderr")" \
		[ "$(readlink "$dir/sys/devices/system/clocksource/clocksource0") $(cat "$dir/sys/elsewhere/current_clocksource")" \
		= '/sys/elsewhere inside' ]
}

same_as_captured
if [ "$build" = normal ]; then	# the script itself is the same in both
	live
	tar_itself
	outside
	masks
	all_leaks
	host_cpu
	many_addresses
	fails_closed error 'case "$*" in *script.files*) exit 1 ;; esac'
	fails_closed not-masked 'case "$*" in *script.files*) exec cat ;; esac'
	capture_refused mask 'unknown mask: name' --mask host,name
	rm -f "$out/refused.tar"
	for list in '' ' host' 'host, mac' 'host mac' 'host,' ',host' host,,mac; do
		capture_refused "list/$list" 'unknown mask: ' --sysroot "$trees/odd" -o "$out/refused.tar" --mask "$list"
	done
	capture_refused host 'name is not known' --sysroot "$trees/odd" -o "$out/refused.tar" --mask host
	capture_refused option 'unknown option: --all' --all
	capture_refused argument '--output: an argument is missing' --output
	capture_refused root 'no folder: /does/not/exist' --sysroot /does/not/exist
	capture_refused output 'cannot write' --sysroot "$trees/odd" --output /does/not/exist.tar
	check tools/hv-capture/refused/nothing "a tar was written" [ ! -e "$out/refused.tar" ]
fi
