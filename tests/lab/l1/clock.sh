# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC3045 # busybox's read has -t
# Watching clocks while the host migrates L1; sourced after lib.sh. Needs --host hvhost.

WATCH_SECONDS=60	# an answer may take that long
RATE_SECONDS=20
RATE_PPM=50
SLACK_NS=1000000	# by how much more than the emulation window a migration may move a clock
TIMER_NS=100000000
TIMER_LATE_NS=4000000
return_char=$(printf '\r')
state=$LAB_SEED
echo "seed $LAB_SEED"

# watch_l1: starts clock_watch in L1. The clocks are then l1 and l2 in what follows.
watch_l1()
{
	rm -f /tmp/l1.in /tmp/l1.out
	mkfifo /tmp/l1.in /tmp/l1.out
	clock_watch </tmp/l1.in >/tmp/l1.out &
	l1_watch=$!
	exec 5>/tmp/l1.in 6</tmp/l1.out
	expect 6 watching >/dev/null
}

# watch_l2 [QEMU-ARG]...: boots a Linux guest with two CPUs in which clock_watch runs. What the
# guest says until then goes to /tmp/l2.log. L2_CPU replaces the words after -cpu, L2_APPEND is
# added to its command line.
watch_l2()
{
	rm -rf /tmp/l2.*
	mkfifo /tmp/l2.in /tmp/l2.out
	mkdir -p /tmp/watch/bin
	cp /usr/local/bin/clock_watch /tmp/watch/bin/
	(cat /l2/initrd; cd /tmp/watch && find bin | cpio -o -H newc 2>/dev/null) >/tmp/watch.initrd
	LD_PRELOAD=/usr/local/bin/clock_port.so qemu-system-x86_64 -M q35 -accel kvm -cpu "${L2_CPU:-host}" -smp 2 \
		-m 256 -nodefaults -display none -no-reboot -chardev pipe,id=serial,path=/tmp/l2 \
		-serial chardev:serial -kernel /l2/vmlinux -initrd /tmp/watch.initrd \
		-append "console=ttyS0 quiet panic=-1 cryptomgr.notests initcall_blacklist=jent_mod_init
			l2.run='cat /sys/devices/system/clockevents/clockevent0/current_device; clock_watch /dev/ttyS0'
			$L2_APPEND" "$@" 2>/tmp/l2.qemu &
	l2_watch=$!
	exec 7<>/tmp/l2.in 8<>/tmp/l2.out	# neither waits for a QEMU that did not start
	expect 8 watching >/tmp/l2.log && return
	fail l2-starts "it says: $(cat /tmp/l2.log /tmp/l2.qemu)"
	finish
}

# expect FD WORD: prints the lines up to the one that begins with WORD; fails if none does.
expect()
{
	while read -r -t $WATCH_SECONDS line <&"$1"; do
		line=${line%"$return_char"}
		printf '%s\n' "$line"
		[ "${line%% *}" != "$2" ] || return 0
	done
	return 1
}

# ask l1|l2 COMMAND...: the answer of that clock_watch.
ask()
{
	case $1 in
	l1) to=5 from=6 ;;
	l2) to=7 from=8 ;;
	esac
	shift
	echo "$*" >&$to
	expect $from "$1" | tail -n 1
}

# watch_end l1|l2
watch_end()
{
	case $1 in
	l1)
		echo quit >&5
		exec 5>&- 6<&-
		wait $l1_watch
		;;
	l2)
		echo quit >&7
		expect 8 'L2' >/dev/null
		exec 7>&- 8<&-
		wait $l2_watch
		;;
	esac
}

# moved MARK1 MARK2: by how much a clock may have moved against L0's between two answers to
# `mark`, at most, in ns. L0's time lies between the two readings of each, so this is a bound and
# no estimate.
moved()
{
	echo "$1 $2" | awk '
	function abs(x) { return x < 0 ? -x : x }
	{
		low1 = $2 - $3; high1 = $4 - $3; low2 = $7 - $8; high2 = $9 - $8
		a = abs(low2 - high1); b = abs(high2 - low1)
		printf "%.0f", (a > b ? a : b)
	}'
}

# migrate HZ [TSC]: migrates L1 and waits for the switch. What the host tells of it is in
# /tmp/times; window is the emulation window in ns.
migrate()
{
	l0 migrate "$@" && l0 wait >/tmp/times || return
	window=$(awk '$1 == "window_ns" { print $2 }' /tmp/times)
}

# random FROM TO: sets random to the next number of the sequence that begins with the run's
# LAB_SEED.
random()
{
	state=$(((state * 1103515245 + 12345) & 0x7fffffff))
	random=$(($1 + state * ($2 - $1) / 0x7fffffff))
}

# random_frequency: sets frequency to one that the host can give L1, in Hz.
random_frequency()
{
	random 50000 800000
	frequency=${random}000
}

l1_clocksource()
{
	cat /sys/devices/system/clocksource/clocksource0/current_clocksource
}

# rate_right NAME LEVEL...: those clocks stay within RATE_PPM of L0's for RATE_SECONDS, as a
# bound. The readers rest.
rate_right()
{
	name=$1
	shift
	for level; do
		ask "$level" rest >/dev/null
		ask "$level" mark >/tmp/$level.before
	done
	sleep $RATE_SECONDS
	for level; do
		ask "$level" mark >/tmp/$level.after
		ns=$(moved "$(cat /tmp/$level.before)" "$(cat /tmp/$level.after)")
		echo "$name: $level within $ns ns in $RATE_SECONDS s"
		check "$name/$level-rate" "up to $ns ns in $RATE_SECONDS s" [ "$ns" -lt $((RATE_SECONDS * RATE_PPM * 1000)) ]
		ask "$level" go >/dev/null
	done
}

# timer_on_time NAME LEVEL...: a timer of the L2 fires when it should by L0's clock, while the readers
# of those levels rest: one that runs may keep a CPU to itself for a while.
timer_on_time()
{
	name=$1
	shift
	for level; do
		ask "$level" rest >/dev/null
	done
	timer=$(ask l2 sleep $TIMER_NS)
	for level; do
		ask "$level" go >/dev/null
	done
	late=$(echo "$timer" | awk '{ printf "%.0f", $4 - $2 }')
	echo "$name: a timer of $TIMER_NS ns was late by $late ns"
	check "$name/timer" "late by $late ns: $timer" in_range "$late" 0 $TIMER_LATE_NS
}

# reads_without_syscall NAME LEVEL yes|no
reads_without_syscall()
{
	said=$(ask "$2" vdso)
	check "$1/$2-vdso" "read in the vDSO: $said" [ "$said" = "vdso $3" ]
}

# steady NAME LEVEL...: no reading of those clocks went back since the readers began or forgot.
steady()
{
	name=$1
	shift
	for level; do
		seen=$(ask "$level" seen)
		echo "$name: $level $seen"
		check "$name/$level-monotonic" "readings, of which back, by at most ns: $seen" [ "$(back "$seen")" = 0 ]
	done
}

# in_range VALUE FROM BELOW
in_range()
{
	[ "$1" -ge "$2" ] && [ "$1" -lt "$3" ]
}

# back ANSWER: how many readings went back, from an answer to `seen`.
back()
{
	echo "$1" | cut -d ' ' -f 3
}

# watch_afresh LEVEL...: their readers forget what they have seen and go on.
watch_afresh()
{
	for level; do
		for word in rest forget go; do
			ask "$level" $word >/dev/null
		done
	done
}

# host_ns: L0's time.
host_ns()
{
	l0 clocks | awk '$1 == "host_ns" { print $2 }'
}

# clock_state STATE SECONDS: waits until hv_clock is in that state, so long at most.
clock_state()
{
	tries=$(($2 * 10))
	while [ "$(cat /sys/kernel/hv_clock/state)" != "$1" ]; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return
		sleep 0.1
	done
}

# clock_says: all that hv_clock tells, in one line.
clock_says()
{
	(cd /sys/kernel/hv_clock && grep . ./* skew/* 2>/dev/null | tr '\n' ' ')
}

# ratio_within A B LIMIT: A is at most LIMIT times B.
ratio_within()
{
	awk -v a="$1" -v b="$2" -v limit="$3" 'BEGIN { exit !(a > 0 && b > 0 && a + 0 <= b * limit) }'
}
