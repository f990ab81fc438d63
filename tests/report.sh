# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# How a test program reports, for ./check to count: one line a test, and a non-zero status if a test
# failed or none ran. A reason is one line.

report_passed=0
report_failed=0

pass()
{
	echo "PASS $1"
	report_passed=$((report_passed + 1))
}

# fail NAME WHY
fail()
{
	echo "FAIL $1: $(one_line "$2")"
	report_failed=$((report_failed + 1))
}

# skip NAME WHY
skip()
{
	echo "SKIP $1: $(one_line "$2")"
}

# finish: the last thing a test program calls.
finish()
{
	[ $((report_passed + report_failed)) -gt 0 ] || fail "${0##*/}" "no test ran"
	[ "$report_failed" -eq 0 ]
	exit
}

one_line()
{
	printf '%s\n' "$1" | awk 'NF && n++ < 20 { printf "%s%s", separator, $0; separator = " | " }'
}

# check NAME WHY COMMAND...: passes if the command does.
check()
{
	local name=$1 why=$2

	shift 2
	if "$@"; then pass "$name"; else fail "$name" "$why"; fi
}
