# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Runs cmocka programs; sourced after report.sh.

# run_tap GROUP PROGRAM: one line for each test of the program; what it does not get to is a failure.
run_tap()
{
	local group=$1 lines status line

	lines=$(CMOCKA_MESSAGE_OUTPUT=TAP "$2" 2>&1)
	status=$?
	while IFS= read -r line; do
		case $line in
		'PASS '*) pass "${line#PASS }" ;;
		'FAIL '*)
			line=${line#FAIL }
			fail "${line%%: *}" "${line#*: }"
			;;
		esac
	done < <(awk -v group="$group" -v status="$status" \
		-f "$(dirname "${BASH_SOURCE[0]}")/tap.awk" <<<"$lines")
}
