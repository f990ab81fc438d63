# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # sourced by ./run, which sets build, out, trees and top
# vmbus-pin: what it writes, and what it says when it may not.

pin_nic=7c1e52a4-9b1c-7c1e-52a4-9b1c7c1e52a4
pin_devices=sys/devices/LNXSYSTM:00/LNXSYBUS:00/ACPI0004:00/MSFT1000:00

# A tree to write to.
pin_tree()
{
	rm -rf "$out/pin" && cp -a "$trees/amd" "$out/pin"
}

pin()
{
	vmbus-pin --sysroot "$out/pin" "$@"
}

# pin_cpu RELID: the CPU of a channel of the network adapter.
pin_cpu()
{
	cat "$out/pin/$pin_devices/$pin_nic/channels/$1/cpu"
}

pin_version()
{
	[ "$(pin -V)" = "vmbus-pin $(sed -n 's/^VERSION = //p' "$top/Makefile")" ]
}

pin_apply()
{
	pin_tree && [ "$(pin_cpu 13)/$(pin_cpu 14)" = 2/2 ] &&
		pin apply -n -o RELID,RESULT >"$out/applied" &&
		[ "$(pin_cpu 6)/$(pin_cpu 12)/$(pin_cpu 13)/$(pin_cpu 14)" = 0/2/1/3 ] &&
		[ "$(awk '$2 == "moved"' "$out/applied" | wc -l)" -eq 2 ] &&
		# What is as it should be is not moved again.
		[ "$(pin apply -r -n -o RESULT | sort -u)" = stays ]
}

pin_dry_run()
{
	pin_tree && pin apply --dry-run >/dev/null && diff -r "$trees/amd" "$out/pin" >/dev/null
}

pin_save_restore()
{
	pin_tree && pin save "$out/saved" && pin apply >/dev/null && [ "$(pin_cpu 14)" = 3 ] &&
		pin restore "$out/saved" >/dev/null &&
		[ "$(pin_cpu 13)/$(pin_cpu 14)" = 2/2 ] && [ "$(stat -c %a "$out/saved")" = 644 ]
}

pin_restore_one_device()
{
	pin_tree && sed 's/ [0-9]*$/ 3/' "$out/saved" >"$out/saved3" &&
		pin restore --device "$pin_nic" "$out/saved3" >/dev/null && [ "$(pin_cpu 6)" = 3 ] &&
		! grep -v "$pin_nic" "$out/pin/$pin_devices"/*/channels/*/cpu /dev/null |
			grep -v "$pin_nic" | grep -q ':3$'
}

# Nothing is written if a line is wrong.
pin_bad_file()
{
	local said

	pin_tree && { sed 's/ [0-9]*$/ 3/' "$out/saved" && echo "$pin_nic 0"; } >"$out/bad" &&
		! said=$(pin restore "$out/bad" 2>&1) && [[ $said == *"line "*"nothing was changed"* ]] &&
		diff -r "$trees/amd" "$out/pin" >/dev/null
}

# Nor if a NUL is in it.
pin_nul()
{
	local said

	pin_tree && { sed 's/ [0-9]*$/ 3/' "$out/saved" && printf '\0'; } >"$out/bad" &&
		! said=$(pin restore "$out/bad" 2>&1) && [[ $said == *"line "*"nothing was changed"* ]] &&
		diff -r "$trees/amd" "$out/pin" >/dev/null
}

pin_missing_channel()
{
	local said

	pin_tree && printf '%s 9 1\nnone 0 1\n%s 0 1\n' "$pin_nic" "$pin_nic" >"$out/missing" &&
		said=$(pin restore "$out/missing" 2>&1 >/dev/null) && [[ $said == *"2 of the channels"* ]] &&
		[ "$(pin_cpu 6)" = 1 ]
}

# pin_refused FAULT WORDS [COMMAND...]: a move that is refused, says so in WORDS, and fails; the others
# are done. COMMAND first changes the tree.
pin_refused()
{
	local fault=$1 words=$2 said

	shift 2
	pin_tree && { [ $# = 0 ] || "$@"; } || return
	said=$(FAULT=$fault LD_PRELOAD=$out/fault.so \
		vmbus-pin --sysroot "$out/pin" apply -P -o RELID,RESULT 2>"$out/pin-stderr")
	[ $? = 1 ] && grep -qF -- "$words" "$out/pin-stderr" &&
		grep -qx 'RELID="14" RESULT="refused"' <<<"$said" &&
		grep -qx 'RELID="13" RESULT="moved"' <<<"$said"
}

pin_log()
{
	echo "[    0.5] hv_vmbus: Vmbus version:$1" >"$out/pin/dmesg"
}

# pin_write NAME TEXT: into a file of the network adapter.
pin_write()
{
	echo "$2" >"$out/pin/$pin_devices/$pin_nic/$1"
}

# Restores channels 13 and 14 to CPUs 3 and CPU.
pin_restore_refused()
{
	local cpu=$1 words=$2 fault=$3 said

	shift 3
	pin_tree && { [ $# = 0 ] || "$@"; } &&
		printf '%s 3 %s\n%s 2 3\n' "$pin_nic" "$cpu" "$pin_nic" >"$out/restored" || return
	said=$(FAULT=$fault LD_PRELOAD=$out/fault.so \
		vmbus-pin --sysroot "$out/pin" restore "$out/restored" 2>&1 >/dev/null)
	[ $? = 1 ] && [[ $said == *"$words"* ]] && [ "$(pin_cpu 13)" = 3 ]
}

pin_offline()
{
	echo 0-2 >"$out/pin/sys/devices/system/cpu/online"
}

pin_isolated()
{
	echo 'isolcpus=managed_irq,domain,1 quiet' >"$out/pin/proc/cmdline"
}

# A file is replaced where it is, symlinks are followed; what is no file is left alone. - is standard
# output, and input.
pin_save_where()
{
	local dir=$out/where refused

	rm -rf "$dir" && mkdir "$dir" && pin_tree && echo old >"$dir/file" &&
		ln -s file "$dir/link" && ln -s nothing "$dir/dangling" && mkfifo "$dir/fifo" && pin save "$dir/link" &&
		[ -L "$dir/link" ] && cmp -s "$dir/file" "$out/saved" || return
	for refused in fifo dangling; do
		! timeout 10 vmbus-pin --sysroot "$out/pin" save "$dir/$refused" 2>/dev/null || return
	done
	! pin save /dev/null 2>/dev/null && [ -c /dev/null ] && [ -p "$dir/fifo" ] &&
		[ -L "$dir/dangling" ] && [ "$(find "$dir" -mindepth 1 | wc -l)" = 4 ] &&
		[ "$(pin save -)" = "$(cat "$out/saved")" ] &&
		sed 's/ [0-9]*$/ 3/' "$out/saved" | pin restore - >/dev/null && [ "$(pin_cpu 6)" = 3 ]
}

# pin_late TIMES SECONDS STATUS: a channel that takes a CPU only after some tries; waited for so long.
pin_late()
{
	local status

	pin_tree && rm "$out/pin/dmesg" && printf '%s 3 0\n' "$pin_nic" >"$out/late" || return
	FAULT=late:/channels/14/cpu:$1 LD_PRELOAD=$out/fault.so timeout 20 \
		vmbus-pin --sysroot "$out/pin" restore --wait "$2" "$out/late" >/dev/null 2>&1
	status=$?
	[ $status = "$3" ] && [ "$(pin_cpu 14)" = $((status ? 2 : 0)) ]
}

# pin_vm NAME VCPUS ARGUMENTS...: a QEMU of these arguments is found by that name.
pin_vm()
{
	local tree=$out/named name=$1 vcpus=$2

	shift 2
	rm -rf "$tree" && cp -a "$trees/numa" "$tree" &&
		printf '%s\0' /usr/bin/qemu-system-x86_64 "$@" >"$tree/proc/2101/cmdline" &&
		[ "$(vmbus-pin --sysroot "$tree" vcpus -n -o PID "$name" 2>/dev/null |
			grep -c 2101)" = "$vcpus" ]
}

# A VM that is not there is told before interrupts are counted.
pin_no_vm()
{
	local said status

	said=$(timeout 20 vmbus-pin --sysroot "$trees/numa" vcpus nobody --interval 600 2>&1)
	status=$?
	[ $status = 1 ] && [[ $said == *"no QEMU runs a VM called 'nobody'"* ]]
}

# The name of a VM is found as it is, and shown so that it does nothing to a terminal or to JSON.
pin_odd_name()
{
	local name=$'a\e[1m\xff' said=

	pin_vm "$name" 2 -name "$name" &&
		[ "$(vmbus-pin --sysroot "$out/named" vcpus "$name" -J -o VM 2>"$out/pin-stderr" |
			jq -r '.vcpus[0].vm')" = 'a?[1m?' ] &&
		grep -qF -- '--avoid-vm a?[1m?,' "$out/pin-stderr" &&
		said=$(vmbus-pin --sysroot "$out/named" plan -A "$name$name" 2>&1)
	[ $? = 1 ] && [[ $said == *"called 'a?[1m?a?[1m?'"* ]]
}

# A channel that has 500 interrupts more after two seconds makes 250 a second, and is busy with that.
pin_interval()
{
	local tree=$out/counted said

	rm -rf "$tree" && cp -a "$trees/numa" "$tree" || return
	said=$(FAULT=change:/channels/10/interrupts:9120831 LD_PRELOAD=$out/fault.so \
		vmbus-pin --sysroot "$tree" vcpus web1 --busy 250 -i 2 -r -n -o CHANNELS,INTERRUPTS/S 2>/dev/null)
	[ "$?: $said" = "1: 10 250.0
 0.0" ]
}

# pin_check NAME COMMAND...
pin_check()
{
	local name=$1

	shift
	check "tools/vmbus-pin/$name/$build" "see tests/tools/vmbus-pin.sh: $*" "$@"
}

pin_eio=write:/channels/14/cpu:5 pin_einval=write:/channels/14/cpu:22
pin_check version pin_version
pin_check apply pin_apply
pin_check dry-run pin_dry_run
pin_check save-restore pin_save_restore
pin_check restore-one-device pin_restore_one_device
pin_check bad-file pin_bad_file
pin_check nul pin_nul
pin_check missing-channel pin_missing_channel
pin_check eio-protocol pin_refused $pin_eio 'speaks VMBus protocol 4.0; only from 4.1 on' pin_log 4.0
pin_check eio-old-protocol pin_refused $pin_eio 'speaks VMBus protocol 3.0' pin_log 3.0
pin_check eio-not-open pin_restore_refused 1 'not open (state: offered)' $pin_eio pin_write state 0
pin_check eio-unknown pin_refused $pin_eio 'protocol is below 4.1 (see' rm -f "$out/pin/dmesg"
pin_check eio-new-protocol pin_refused $pin_eio 'the channel is not open, or' pin_log 5.3
pin_check einval-none pin_restore_refused 9 'there is no CPU 9' $pin_einval
pin_check einval-offline pin_restore_refused 3 'CPU 3 is offline' $pin_einval pin_offline
pin_check einval-isolated pin_restore_refused 1 'CPU 1 is isolated' $pin_einval pin_isolated
pin_check einval-other pin_refused $pin_einval 'went offline meanwhile, or is isolated'
pin_check save-where pin_save_where
pin_check opened-late pin_late 3 20 0
pin_check opened-too-late pin_late 100 1 1
pin_check not-waited-for pin_late 3 0 1
pin_check name-merged pin_vm two 2 -name two -name debug-threads=on
pin_check name-last pin_vm two 2 --name one,process=x -name guest=two
pin_check name-of-key pin_vm on 0 -name two -name debug-threads=on
pin_check name-comma pin_vm a,b=c 2 -name debug-threads=on,guest=a,,b=c
pin_check name-is-no-prefix pin_vm two 0 -name two,,three
pin_check pid pin_vm 2101 2 -accel kvm
pin_check name-before-pid pin_vm 2201 2 -name 2201
pin_check odd-name pin_odd_name
pin_check no-vm pin_no_vm
pin_check interval pin_interval
pin_check gone pin_refused write:/channels/14/cpu:19 'the channel is gone'
pin_check no-right pin_refused write:/channels/14/cpu:13 'only root may move channels'
pin_check swallowed pin_refused write:/channels/14/cpu:0 'CPU 3 was written, CPU 2 is read back'
pin_check raced pin_refused change:/channels/14/cpu:0 'moved it from CPU 2 to CPU 0 meanwhile'
