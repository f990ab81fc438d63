# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# lshv --advise finds each trap in a tree that has it, and nothing in one that is like it but for the
# trap. A file of ../trees/traps holds what is different from the tree that it names; sourced by run.
# shellcheck disable=SC2154 # its variables

# trap_line NAME WORD: what a comment of the file says.
trap_line()
{
	sed -n "s/^# $2: *//p" "$here/../trees/traps/$1.tree"
}

# advice TREE ARGUMENTS...: what is found, and the exit status.
advice()
{
	lshv --advise --sysroot "$@"
	echo "status $?"
}

find_traps()
{
	local name tree expected got

	for name in "$here"/../trees/traps/*.tree; do
		name=$(basename "$name" .tree)
		tree=$out/traps/$name
		rm -rf "$tree"
		mkdir -p "$out/traps"
		cp -r "$trees/$(trap_line "$name" on)" "$tree"
		"$here/../trees/make" "$here/../trees/traps/$name.tree" "$tree"
		expected=$(trap_line "$name" finds)
		expected="$expected${expected:+ }status $([ -z "$expected" ] || echo 1)"
		[ "$expected" != "status " ] || expected="status 0"
		got=$(advice "$tree" --raw --noheadings --output CHECK 2>&1 | paste -sd ' ')
		check "tools/lshv/trap/$name/$build" "found: $got; expected: $expected" [ "$got" = "$expected" ]
		# Each finding has all its words.
		got=$(lshv --advise --sysroot "$tree" --json |
			jq '[.findings[] | select(.subject and .finding and .evidence and .remedy | not)] | length' 2>&1)
		check "tools/lshv/words/$name/$build" "findings with a word missing: $got" [ "$got" = 0 ]
	done
}

# hv_evmcs is known under whatever name it has to have.
renamed()
{
	local said

	said=$(lshv --sysroot "$out/traps/renamed" --noheadings --output NAME,VALUE,MEANING)
	check "tools/lshv/renamed/$build" "$(grep 'KVM backend' <<<"$said")" \
		grep -q 'KVM backend *hv_evmcs .*under the name kvm_intel' <<<"$said"
}

# What is no captured tree, or nothing to read at all, is an error and no finding.
errors()
{
	local said status

	mkdir -p "$out/empty"
	said=$(lshv --advise --sysroot "$out/empty" 2>&1)
	status=$?
	check "tools/lshv/no-cpuid/$build" "status $status: $said" \
		[ "$status: $said" = "2: lshv: $out/empty/cpuid: No such file or directory" ]
	echo "nothing of use" >"$out/empty/cpuid"
	said=$(lshv --sysroot "$out/empty" 2>&1)
	status=$?
	check "tools/lshv/no-leaf/$build" "status $status: $said" \
		[ "$status: $said" = "2: lshv: $out/empty/cpuid: no CPUID leaf in it" ]
	lshv --sysroot "$trees/numa" >/dev/full 2>/dev/null
	status=$?
	check "tools/lshv/full-disk/$build" "status $status" [ "$status" = 2 ]
	rm "$out/empty/cpuid"
}

find_traps
renamed
errors
