# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # sourced by ./run, which sets build, out, trees and top
# Each tool has a man page without an error in it and a completion, and both know every option that
# --help names.

# options_missing TOOL TEXT: those that are not in TEXT.
options_missing()
{
	local option

	for option in $("$1" --help | grep -oE -- '--[a-z][a-z-]+' | sort -u); do
		grep -qE -e "$option"'([^a-z-]|$)' <<<"$2" || echo "$option"
	done
}

documents()
{
	local page name completion missing

	for page in "$top"/lsvmbus-tools/*.8; do
		name=$(basename "$page" .8)
		completion=$top/lsvmbus-tools/bash-completion/$name
		missing=$(options_missing "$name" "$(sed 's/\\-/-/g; s/\\f[A-Z]//g; s/" "//g' "$page")")
		check "tools/man/$name/options" "not in it: $missing" [ -z "$missing" ]
		missing=$(LC_ALL=C.UTF-8 man --warnings -l "$page" 2>&1 >/dev/null)
		check "tools/man/$name/format" "$missing" [ -z "$missing" ]
		missing=$(options_missing "$name" "$(cat "$completion")")
		check "tools/completion/$name/options" "not in it: $missing" [ -z "$missing" ]
	done
}

# completes NAME EXPECTED WORD...: what is offered for the last word.
completes()
{
	local name=$1 expected=$2 got

	shift 2
	got=$(
		compopt() { :; }
		# shellcheck source=/dev/null
		. "$top/lsvmbus-tools/bash-completion/$1"
		COMP_WORDS=("$@")
		"_${1//-/_}" "$1" "${*: -1:1}" "${*: -2:1}"
		echo "${COMPREPLY[*]}"
	)
	check "tools/completion/$1/$name" "offered: $got" [ "$got" = "$expected" ]
}

# The devices of a bus, and nothing for one that is empty or not there.
completes_devices()
{
	local got

	mkdir -p "$out/devices/a-1" "$out/devices/b-2" "$out/no-devices"
	got=$(
		# shellcheck source=/dev/null
		. "$top/lsvmbus-tools/bash-completion/vmbus-pin"
		_vmbus_pin_devices "$out/devices"
		_vmbus_pin_devices "$out/no-devices"
		_vmbus_pin_devices "$out/nowhere"
	)
	check tools/completion/vmbus-pin/devices "offered: $got" [ "$got" = $'a-1\nb-2' ]
}

# offered WORD...: what vmbus-pin's completion offers for the last word. Devices, which are not there,
# are from $devices.
offered()
{
	compopt() { :; }
	# shellcheck source=/dev/null
	. "$top/lsvmbus-tools/bash-completion/vmbus-pin"
	_vmbus_pin_devices() { printf '%s' "$devices"; }
	COMP_WORDS=(vmbus-pin "$@")
	_vmbus_pin vmbus-pin "${*: -1:1}" "${*: -2:1}"
	printf '%s\n' "${COMPREPLY[@]}"
}

# with_vm NAME WORD...: what is offered while a program that calls itself QEMU has a VM of that name;
# its PID is written as "PID".
with_vm()
{
	local name=$1 pid

	shift
	(exec -a kvm perl -e 'sleep 60' -- -name "$name") &
	pid=$!
	until [ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = "kvm -e sleep 60 -- -name $name " ]; do :; done
	(offered "$@") | sed "s/^$pid\$/PID/"
	kill $pid
	wait $pid 2>/dev/null
}

# What is completed belongs to other users: it is text, and nothing that the shell runs.
completes_foreign()
{
	local ran=$out/completion-ran got word option devices

	rm -f "$ran"
	for option in vcpus -A --avoid-vm; do
		got=$(with_vm "\$(touch $ran)" $option '')
		check "tools/completion/vmbus-pin/foreign/$option" "offered: $got" \
			[ ! -e "$ran" -a "$(grep -cx PID <<<"$got")" = 1 ]
	done
	got=$(with_vm web@1.x-y vcpus web@1)
	check tools/completion/vmbus-pin/name "offered: $got" [ "$got" = web@1.x-y ]
	devices="a-1
a-\$(touch $ran)
b-2"
	for option in -d --device; do
		got=$(offered restore $option a)
		word=$(sed -n '2s/\\//gp' <<<"$got")
		check "tools/completion/vmbus-pin/foreign/$option" "offered: $got" \
			[ ! -e "$ran" -a "$(head -n 1 <<<"$got"),$word" = "a-1,a-\$(touch $ran)" ]
	done
}

if [ "$build" = normal ]; then
	documents
	completes_devices
	completes_foreign
	completes columns NAME,VALUE lshv -o NAME,V
	completes more-columns '+LEAF' lshv --output +L
	completes finding-columns 'REMEDY' lshv --advise -o R
	completes options '--output --output-all' lshv --ou
	completes list-columns NAME,IN-SIZE lsvmbus -o NAME,IN-S
	completes views '--tree' lsvmbus --t
	completes commands 'plan' vmbus-pin p
	completes own-options '--dry-run' vmbus-pin apply --d
	completes restore-options '--device --dry-run' vmbus-pin restore --d
	completes wait '--wait' vmbus-pin restore --w
	completes plan-columns 'NEW NEW-NODE' vmbus-pin plan -o NEW
	completes vcpu-columns '+VM,PID +VM,PINNED' vmbus-pin vcpus --output +VM,PI
	completes masks 'mac,host' hv-capture --mask mac,h
fi
