# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The consoles of L0 and L1: gathered into one file each, then searched for what must not be there.

# Extended regular expression of the lines that fail a run.
# shellcheck disable=SC2034 # also part of the manual
readonly CONSOLE_BAD='BUG:|WARNING:|Oops|UBSAN:|KASAN:|INFO:|rcu.*stall|unchecked MSR access|general protection|Kernel panic'

# console_collect WORK: makes WORK/l0-console and WORK/l1-console complete.
console_collect()
{
	local work=$1 first

	# L0's kernel log, which it sends last, holds more than its console printed.
	if [ -n "$VERDICT_END" ] && grep -q '^K ' "$work/channel"; then
		sed -n 's/^K \(<[0-9]*>\)\{0,1\}//p' "$work/channel" >"$work/l0-console"
	fi
	sed -n 's/\r*$//; s/^C //p' "$work/channel" >"$work/l1-console.late"
	# L1's console starts to print when its driver is up; L1 reports what the log held before.
	touch "$work/l1-early"
	first=$(sed -n 's/^\[ *\([0-9.]*\)\].*/\1/p;T;q' "$work/l1-console.late")
	{
		awk -F '[][ ]+' -v first="${first:-1e9}" '$2 + 0 < first + 0' "$work/l1-early"
		cat "$work/l1-console.late"
	} >"$work/l1-console"
}

# Of the reports that follow such a line within so many lines.
readonly CONSOLE_REPORT=60 CONSOLE_FRAMES=8

# console_bad WORK LEVEL: prints the lines that match CONSOLE_BAD, unless the lab knows them
# (lab/known-lines) or a script announced them, and where it happened as far as the kernel reports that.
console_bad()
{
	sed 's/^\[[^]]*\] //' "$1/$2-console" |
		awk -v level="$2" -v bad="$CONSOLE_BAD" -v report="$CONSOLE_REPORT" -v most="$CONSOLE_FRAMES" '
		function tell()
		{
			if (held != "")
				print held
			held = ""
			frames = 0
		}
		FILENAME == ARGV[1] {
			if ($1 == level)
				known[substr($0, length($1) + 2)]
			next
		}
		FILENAME == ARGV[2] {
			known[substr($0, length($1) + 2)]
			next
		}
		$0 ~ bad {
			for (text in known)
				if (index($0, text))
					next
			tell()
			held = $0
			since = NR
			next
		}
		frames == most || NR - since > report { tell() }
		held == "" { next }
		/^RIP: 0010:/ && !frames {
			held = held ", at " substr($2, 6)
			frames = 1
		}
		/^ [a-z_]/ && frames {
			held = held " < " $1
			frames++
		}
		END { tell() }' "$LAB/known-lines" "$1/expected" -
}

# console_scan WORK: every bad line is a failure; an announced line must come as often as announced.
console_scan()
{
	local work=$1 level reason

	touch "$work/expected"
	for level in l0 l1; do
		while IFS= read -r reason; do
			verdict_fail "console of $level: $reason"
		done < <(console_bad "$work" "$level")
	done
	sed 's/^\[[^]]*\] //' "$work/l0-console" "$work/l1-console" |
		awk '
		FILENAME == ARGV[1] {
			want[substr($0, length($1) + 2)] += $1
			next
		}
		{
			for (text in want)
				if (index($0, text))
					seen[text]++
		}
		END {
			for (text in want)
				if (seen[text] + 0 != want[text])
					printf "announced %d times, seen %d times: %s\n", want[text], seen[text], text
		}' "$work/expected" - >"$work/miscounted"
	while IFS= read -r reason; do
		verdict_fail "console line $reason"
	done <"$work/miscounted"
}
