# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC1091 # these files are where L1 has them
# For the scenarios, in L1: verdicts (report.sh), backends, the kernel log, small guests.
# LAB_KERNEL (stock or debug), LAB_SEED and LAB_MIGRATIONS come from the settings.
. /lab/test/report.sh
. /lab/test/settings
. /lab/backend

# use BACKEND: makes it the only one that is loaded, or ends the scenario.
use()
{
	backend_unload && backend_load "$1" && return
	fail "load-$1" "it does not load, or another one does not unload"
	finish
}

# log_mark: log_since prints what the kernel has logged since the last one.
marks=0
log_mark()
{
	marks=$((marks + 1))
	echo "mark $$ $marks" >/dev/kmsg
}

log_since()
{
	dmesg | awk -v mark="mark $$ $marks" 'seen; index($0, mark) { seen = 1 }' | sed 's/^\[[^]]*\] //'
}

# small_guest: runs a guest that needs no VMM, on whatever backend is loaded.
small_guest()
{
	hvbench cpuid --l2=only -n 20 -r 1 -w 1 >/dev/null
}

# kvm_globals: what a backend may change of kvm.ko and of the machine, and has to put back.
kvm_globals()
{
	grep . /sys/module/kvm/parameters/* /sys/devices/system/cpu/vulnerabilities/*
}

# vms_left: how many VMs kvm.ko still holds.
vms_left()
{
	find /sys/kernel/debug/kvm -mindepth 1 -maxdepth 1 -type d 2>/dev/null | wc -l
}

# samples REASON FILE: how many exits for it a table of exit-mix has.
samples()
{
	# shellcheck disable=SC2016 # for awk
	awk -v reason="$1" '$1 == reason && NF == 8 { print $2; seen = 1 } END { if (!seen) print 0 }' "$2"
}

# ends NAME STATUS TEXT COMMAND...: the command ends with STATUS and says TEXT.
ends()
{
	name=$1 wanted=$2 text=$3
	shift 3
	"$@" >/tmp/said 2>&1
	status=$?
	if [ $status = "$wanted" ] && grep -qF -e "$text" /tmp/said; then
		pass "$name"
	else
		fail "$name" "status $status: $(cat /tmp/said)"
	fi
}

# same NAME WHAT FILE1 FILE2: passes if the files are equal and not empty.
same()
{
	if [ ! -s "$3" ]; then
		fail "$1" "$2: nothing to compare"
	elif cmp -s "$3" "$4"; then
		pass "$1"
	else
		fail "$1" "$2: $(diff "$3" "$4" | grep '^[-+][^-+]')"
	fi
}
