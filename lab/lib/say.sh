# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Messages. Everything the lab says itself goes to stderr, so that stdout is the scripts' own.

# Exit statuses of lab/run that do not come from a script.
# shellcheck disable=SC2034 # used by the files that source this one
readonly STATUS_USAGE=2 STATUS_TIMEOUT=124 STATUS_LAB=125

say()
{
	printf 'lab: %s\n' "$*" >&2
}

# die STATUS MESSAGE...: the message names the cause and the way out.
die()
{
	local status=$1

	shift
	say "$@"
	exit "$status"
}
