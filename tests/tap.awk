# SPDX-License-Identifier: GPL-2.0
# TAP of one cmocka program -> PASS and FAIL lines. Variables: group (prefix of the names), status
# (the program's exit status). What a failing test says itself comes before its line, what cmocka
# adds comes behind it.

function end_test() {
	if (name)
		print "FAIL " group "/" name ": " said
	name = said = ""
}

function add(text) {
	said = said (said ? " | " : "") text
	last = text
}

/^1\.\.[0-9]+$/ { planned = substr($0, 4); next }
/^ok [0-9]+ - / { end_test(); print "PASS " group "/" $4; ran++; next }
/^not ok [0-9]+ - / { before = name ? "" : said; end_test(); name = $5; said = before; ran++; failed++; next }
/^# (not )?ok - / { end_test(); next }
/^# / { add(substr($0, 3)); next }
{ end_test(); sub(/^ERROR: /, ""); add($0) }

END {
	end_test()
	if (!planned || ran != planned || (status != 0) != (failed > 0))
		printf "FAIL %s: %d of %d tests ran, status %d: %s\n", group, ran, planned, status, last
}
