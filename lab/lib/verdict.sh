# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The verdict: what comes over the channel (l0/main and l1/main list the messages), within the time
# limit. No message, no success: whatever has not been said by the end counts as failed.

VERDICT_FAILURES=()	# what the lab itself has against the run
VERDICT_TIMEOUT=	# set when the time was up
VERDICT_STATUSES=()	# of the scripts, as far as known
VERDICT_DONE=		# L1 has run all scripts
VERDICT_END=		# the level below L1 has sent all there is

verdict_fail()
{
	VERDICT_FAILURES+=("$*")
}

script_name()
{
	echo "${SCRIPTS[$1]##*/} (${SCRIPT_BACKENDS[$1]})"
}

# verdict_watch WORK PID TIMEOUT: follows WORK/channel until the end, the death of the process, or
# TIMEOUT seconds; prints what the scripts print.
verdict_watch()
{
	local work=$1 pid=$2 deadline=$((SECONDS + $3)) held='' piece status

	exec {channel}< <(exec tail -f -n +1 --pid="$pid" "$work/channel")
	while [ -z "$VERDICT_END" ]; do
		IFS= read -r -t 2 -u "$channel" piece && status=0 || status=$?
		held=$held$piece
		if [ "$status" -eq 0 ]; then
			verdict_message "$work" "$held"
			held=
			continue
		fi
		if [ "$status" -le 128 ]; then
			wait "$pid" && status=0 || status=$?
			verdict_fail "the lab's machine ended without a word, with status $status"
			grep -h -v "^[BCKLQE] " "$work/channel" "$work/host.out" | tail -n 8 >&2
			break
		elif grep -q 'Kernel panic' "$work/l0-console"; then
			verdict_fail "L0 panicked"
			break
		elif [ "$SECONDS" -ge "$deadline" ]; then
			VERDICT_TIMEOUT=1
			verdict_fail "time limit of $3 s reached"
			break
		fi
	done
	exec {channel}<&-
	kill "$pid" 2>/dev/null || :
	wait "$pid" || :
}

# verdict_message WORK LINE
verdict_message()
{
	local work=$1 line=$2 word rest

	case $line in
	'L out '*)
		printf '%s\n' "${line#L out }"
		return
		;;
	'L kmsg '*)
		printf '%s\n' "${line#L kmsg }" >>"$work/l1-early"
		return
		;;
	'C '* | 'K '*) return ;;
	'B '*)
		say "${line#B }"
		return
		;;
	'Q '*)
		say "L0: ${line#Q }"
		return
		;;
	'E '* | E)
		VERDICT_END=1
		return
		;;
	'L '*) ;;
	*) return ;;
	esac
	line=${line#L }
	word=${line%% *}
	rest=${line#* }
	case $word in
	begin) say "$(script_name "${rest%% *}") begins" ;;
	expect) printf '%s\n' "$rest" >>"$work/expected" ;;
	fail) verdict_fail "$rest" ;;
	status)
		VERDICT_STATUSES[${rest%% *}]=${rest#* }
		say "$(script_name "${rest%% *}") ended with status ${rest#* }"
		;;
	done) VERDICT_DONE=1 ;;
	*) verdict_fail "unknown message: $line" ;;
	esac
}

# verdict_report WORK SECONDS CPU-SECONDS: says what failed, with the tails of both consoles.
verdict_report()
{
	local work=$1 i reason

	for i in "${!SCRIPTS[@]}"; do
		[ -n "${VERDICT_STATUSES[$i]-}" ] || verdict_fail "$(script_name "$i") has no verdict"
	done
	if [ -z "$VERDICT_TIMEOUT" ] && [ -z "$VERDICT_DONE" ]; then
		verdict_fail "L1 went away before the end"
		[ -s "$work/l1-console" ] ||
			verdict_fail "L1 said nothing at all; its first steps show with --l1-append earlyprintk=ttyS0"
	fi
	say "took $2 s, of which $3 s on a CPU"
	if [ "$(verdict_status)" -ne 0 ]; then
		say "last lines of L0's console:"
		tail -n 40 "$work/l0-console" >&2
		say "last lines of L1's console:"
		tail -n 40 "$work/l1-console" >&2
		for i in "${!SCRIPTS[@]}"; do
			[ "${VERDICT_STATUSES[$i]-0}" -eq 0 ] ||
				say "FAILED: $(script_name "$i") ended with status ${VERDICT_STATUSES[$i]}"
		done
		for reason in "${VERDICT_FAILURES[@]}"; do
			say "FAILED: $reason"
		done
	fi
}

# verdict_status: prints the exit status of the run.
verdict_status()
{
	local i

	for i in "${!VERDICT_STATUSES[@]}"; do
		if [ "${VERDICT_STATUSES[$i]}" -ne 0 ]; then
			echo "${VERDICT_STATUSES[$i]}"
			return
		fi
	done
	if [ -n "$VERDICT_TIMEOUT" ]; then
		echo "$STATUS_TIMEOUT"
	elif [ ${#VERDICT_FAILURES[@]} -gt 0 ] || [ -z "$VERDICT_DONE" ]; then
		echo "$STATUS_LAB"
	else
		echo 0
	fi
}
