# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh disable=SC3045 # busybox's read has -t
# Watching clocks while the host migrates L1; sourced after lib.sh. Needs --host hvhost.

CLOCKSOURCE=/sys/devices/system/clocksource/clocksource0/current_clocksource
WATCH_SECONDS=60	# an answer may take that long
RATE_SECONDS=20
RATE_PPM=50
SLACK_NS=1000000	# by how much more than the emulation window a migration may move a clock
TIMER_NS=100000000
ACROSS_NS=2000000000	# a timer that has not expired when a migration is over
TIMER_LATE_NS=4000000
QUIET_NS=50000000	# after which a command for the host is through
STOCK_WINDOWS=/tmp/stock-windows
ASLEEP_NS=2000000000
ASLEEP_TRIES=12		# for a migration in which a halted vCPU is not woken, as one in two or three is not
l1_watch=
return_char=$(printf '\r')
state=$LAB_SEED
echo "seed $LAB_SEED"
# The readers take all the time there is: a scenario goes first.
chrt -f -p 1 $$ >/dev/null

# watch_l1: starts clock_watch in L1. The clocks are then l1 and l2 in what follows.
watch_l1()
{
	rm -f /tmp/l1.in /tmp/l1.out
	mkfifo /tmp/l1.in /tmp/l1.out
	chrt -o 0 clock_watch </tmp/l1.in >/tmp/l1.out &
	l1_watch=$!
	exec 5>/tmp/l1.in 6</tmp/l1.out
	expect 6 watching >/dev/null
}

# watch_l2 [QEMU-ARG]...: boots a Linux guest with two CPUs in which clock_watch runs. What the
# guest says until then goes to /tmp/l2.log. The interrupts of its terminal are CPU 1's. L2_CPU
# replaces the words after -cpu, L2_APPEND is added to its command line. L1's readers rest meanwhile.
watch_l2()
{
	[ -z "$l1_watch" ] || all rest l1
	rm -rf /tmp/l2.*
	l2_run='cat /sys/devices/system/clockevents/clockevent0/current_device'
	l2_run="$l2_run; for i in /proc/irq/*/ttyS0; do echo 2 >\${i%/*}/smp_affinity; done; clock_watch /dev/ttyS0"
	mkfifo /tmp/l2.in /tmp/l2.out
	mkdir -p /tmp/watch/bin
	cp /usr/local/bin/clock_watch /tmp/watch/bin/
	(cat /l2/initrd; cd /tmp/watch && find bin | cpio -o -H newc 2>/dev/null) >/tmp/watch.initrd
	LD_PRELOAD=/usr/local/bin/clock_port.so chrt -o 0 qemu-system-x86_64 -M q35 -accel kvm \
		-cpu "${L2_CPU:-host}" -smp 2 -m 256 -nodefaults -display none -no-reboot -chardev pipe,id=serial,path=/tmp/l2 \
		-serial chardev:serial -kernel /l2/vmlinux -initrd /tmp/watch.initrd \
		-append "console=ttyS0 quiet panic=-1 pci=off cryptomgr.notests initcall_blacklist=jent_mod_init
			l2.run='$l2_run' $L2_APPEND" "$@" 2>/tmp/l2.qemu &
	l2_watch=$!
	exec 7<>/tmp/l2.in 8<>/tmp/l2.out	# neither waits for a QEMU that did not start
	if expect 8 watching >/tmp/l2.log; then
		[ -z "$l1_watch" ] || all go l1
		return
	fi
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

# tell l1|l2 COMMAND...: to that clock_watch.
tell()
{
	case $1 in
	l1) to=5 ;;
	l2) to=7 ;;
	esac
	shift
	echo "$*" >&$to
}

# answer l1|l2 COMMAND: what it answers to that.
answer()
{
	case $1 in
	l1) from=6 ;;
	l2) from=8 ;;
	esac
	expect $from "$2" >/tmp/expected && printf '%s\n' "$line"
}

# ask l1|l2 COMMAND...: both.
ask()
{
	tell "$@"
	answer "$1" "$2"
}

# watch_end l1|l2
watch_end()
{
	case $1 in
	l1)
		echo quit >&5
		exec 5>&- 6<&-
		wait "$l1_watch"
		l1_watch=
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
	# shellcheck disable=SC2086 # their words
	set -- $1 $2
	a=$(($7 - $8 - ($4 - $3))) b=$(($9 - $8 - ($2 - $3)))
	a=${a#-} b=${b#-}
	echo $((a > b ? a : b))
}

# migrate HZ [TSC]: migrates L1 and waits for the switch. What the host tells of it is in
# /tmp/times; window is the emulation window in ns, old_hz and hz are the frequencies before and after.
migrate()
{
	l0 migrate "$@" && l0 wait >/tmp/times || return
	while read -r key value; do
		case $key in
		window_ns) window=$value ;;
		old_hz) old_hz=$value ;;
		new_hz) hz=$value ;;
		esac
	done </tmp/times
}

# time_of NAME: of the last migration, in ns.
time_of()
{
	awk -v name="$1_ns" '$1 == name { print $2 }' /tmp/times
}

# windows COUNT: those of so many migrations in ns, the shortest first. The readers rest, and the
# interrupt comes when the command for it is through: the CPUs of L1 take turns on one CPU here, some
# ms each, and one that is to handle the interrupt or to leave its guest has to wait for its turn while
# another is busy.
windows()
{
	ask l2 rest >/dev/null
	l0 interrupt delay $QUIET_NS
	for _ in $(seq "$1"); do
		random_frequency
		migrate "$frequency"
		echo "$window"
	done | sort -n
	l0 interrupt send
	ask l2 go >/dev/null
}

# stock_windows: those of stock kvm_intel, for the comparison with others in the same boot.
stock_windows()
{
	windows 3 >$STOCK_WINDOWS
}

# random FROM TO: sets random to the next number of the sequence that begins with the run's
# LAB_SEED.
random()
{
	state=$(((state * 1103515245 + 12345) & 0x7fffffff))
	random=$(($1 + state * ($2 - $1) / 0x7fffffff))
}

# random_frequency: sets frequency to one in the host's reach, in Hz: a quarter of its own to four
# times that. The host takes the nearest that it has, less than 1 kHz off.
random_frequency()
{
	random 50010000 799990000
	frequency=$random
}

# host_hz: the frequency of L1's TSC, as the host has it, in Hz.
host_hz()
{
	l0 clocks | awk '$1 == "hz" { print $2 }'
}

l1_clocksource()
{
	cat $CLOCKSOURCE
}

# rate_right NAME LEVEL...: those clocks stay within RATE_PPM of L0's for RATE_SECONDS, as a
# bound. The readers rest.
rate_right()
{
	name=$1
	shift
	all rest "$@"
	for level; do
		ask "$level" mark >/tmp/$level.before
	done
	sleep $RATE_SECONDS
	for level; do
		ask "$level" mark >/tmp/$level.after
		ns=$(moved "$(cat /tmp/$level.before)" "$(cat /tmp/$level.after)")
		echo "$name: $level within $ns ns in $RATE_SECONDS s"
		check "$name/$level-rate" "up to $ns ns in $RATE_SECONDS s" [ "$ns" -lt $((RATE_SECONDS * RATE_PPM * 1000)) ]
	done
	all go "$@"
}

# all WORD LEVEL...: tells them to rest, to go on, to forget.
all()
{
	word=$1
	shift
	for level; do
		ask "$level" "$word" >/dev/null
	done
}

# not_late NAME ANSWER: an answer to `sleep` says that the timer fired when it should by L0's clock.
not_late()
{
	late=$(echo "$2" | awk '{ printf "%.0f", $4 - $2 }')
	echo "$1: late by $late ns: $2"
	check "$1" "late by $late ns: $2" in_range "$late" 0 $TIMER_LATE_NS
}

# timer_on_time NAME LEVEL...: a timer of the L2 fires on time, while the readers of those levels
# rest: one that runs may keep a CPU to itself for a while.
timer_on_time()
{
	name=$1
	shift
	all rest "$@"
	timer=$(ask l2 sleep $TIMER_NS)
	all go "$@"
	not_late "$name/timer" "$timer"
}

# timer_across NAME LEVEL...: so does one that was armed before a migration.
timer_across()
{
	name=$1
	shift
	all rest "$@"
	tell l2 sleep $ACROSS_NS
	sleep 0.2
	random_frequency
	check "$name/timer-migrates" "to $frequency Hz: $(cat /tmp/times)" migrate "$frequency"
	timer=$(answer l2 sleep)
	all go "$@"
	not_late "$name/timer-across" "$timer"
}

# one_asleep: migrates while the first vCPU of the L2, whose pvclock the vDSO of the others reads, is
# halted and the second one reads its clock. Sets frequency, window, asleep_moved, asleep_seen, and
# asleep_woken: how often any vCPU was halted again meanwhile. A word to the L2, or from it, wakes
# vCPUs: what is asked after the migration is told before it.
one_asleep()
{
	all rest l2
	all forget l2
	ask l2 alone 1 >/dev/null
	asleep_before=$(ask l2 mark)
	tell l2 mark $ASLEEP_NS
	sleep 0.2
	asleep_woken=$(cat /sys/kernel/debug/kvm/halt_exits)
	random_frequency
	migrate "$frequency" || return
	sleep 0.02	# in which it reads
	asleep_woken=$(($(cat /sys/kernel/debug/kvm/halt_exits) - asleep_woken))
	asleep_moved=$(moved "$asleep_before" "$(answer l2 mark)")
	asleep_seen=$(ask l2 seen)
	all go l2
	echo "one vCPU halted, to $frequency Hz: L2 moved by at most $asleep_moved ns, window $window ns," \
		"$asleep_seen; halted again $asleep_woken times"
}

# right_with_one_asleep NAME: the second vCPU reads a right clock all the time.
right_with_one_asleep()
{
	for _ in $(seq $ASLEEP_TRIES); do
		check "$1/asleep-migrates" "to $frequency Hz: $(cat /tmp/times)" one_asleep
		check "$1/asleep-moved" "$asleep_moved ns, window $window ns" [ "$asleep_moved" -lt $((window + SLACK_NS)) ]
		check "$1/asleep-monotonic" "readings, of which back, by at most ns: $asleep_seen" [ "$(back "$asleep_seen")" = 0 ]
		[ "$asleep_woken" != 0 ] || break
	done
	check "$1/asleep" "woken $asleep_woken times, in each of $ASLEEP_TRIES tries" [ "$asleep_woken" = 0 ]
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
	# shellcheck disable=SC2086 # its words
	set -- $1
	echo "$3"
}

# watch_afresh LEVEL...: their readers forget what they have seen and go on.
watch_afresh()
{
	all rest "$@"
	all forget "$@"
	all go "$@"
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
