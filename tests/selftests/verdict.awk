# SPDX-License-Identifier: GPL-2.0
# What a KVM selftest said, in one line: `awk -f verdict.awk -v status=STATUS NAME.log`, STATUS as
# tests/selftests/l1 writes it. Prints
#	pass [SUBTESTS]		SUBTESTS are its TAP lines, so that two passes can be compared
#	skip WHY
#	fail WHY
#	hang
{
	sub(/\r$/, "")
	if (length)
		last = $0
}

/# SKIP/ {
	reason = $0
	sub(/.*# SKIP *-? */, "", reason)
}

/^(not )?ok [0-9]/ {
	subtests = subtests (subtests == "" ? "" : ", ") $0
}

# The library's assertion message: a rule, the place, the process, and then what was expected.
/^==== Test Assertion Failure ====/ {
	assertion = NR
	next
}

assertion && NR == assertion + 1 {
	sub(/^ */, "")
	failure = $0
}

assertion && NR > assertion + 2 && !/^ *[0-9]+\t0x|addr2line|stack/ && length && described < 3 {
	sub(/^ */, "")
	failure = failure " | " $0
	described++
}

END {
	if (status == "hang") {
		print "hang"
	} else if (status == 0) {
		print "pass" (subtests == "" ? "" : " " subtests)
	} else if (status == 4) {
		print "skip " reason
	} else {
		if (failure == "")
			failure = subtests ~ /not ok/ ? subtests : last
		print "fail status " status ": " failure
	}
}
