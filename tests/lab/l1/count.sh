# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Counting in L0 what a benchmark in L1 costs; sourced after lib.sh. Needs --l0-script lab/l0/exits.

# count START STOP NAME N: N operations of hvbench between `l0 START` and `l0 STOP`; prints what the
# latter says.
count()
{
	mkfifo /tmp/count.in /tmp/count.out
	hvbench "$3" --l2=only --count-only -n "$4" </tmp/count.in >/tmp/count.out &
	exec 5>/tmp/count.in 6</tmp/count.out
	read -r _ <&6		# ready
	l0 "$1"
	echo >&5
	read -r _ <&6		# done
	l0 "$2"
	echo >&5
	exec 5>&- 6<&-
	wait $! || fail "$3" "hvbench failed" >&2	# stdout is the answer
	rm /tmp/count.in /tmp/count.out
}

# within VALUE FROM TO
within()
{
	awk -v value="$1" -v from="$2" -v to="$3" 'BEGIN { exit !(value != "" && value + 0 >= from && value + 0 <= to) }'
}
