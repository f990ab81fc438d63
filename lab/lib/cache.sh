# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The cache of built images: one directory per name and key, made once, under a lock.

CACHE=$(realpath -m "${LAB_CACHE:-$LAB_ROOT/build/lab}")
readonly CACHE
# Versions of one thing that are kept; a run may still be reading an older one.
readonly CACHE_KEEP=3

# cache_folder DIR: makes it.
cache_folder()
{
	mkdir -p "$1" 2>/dev/null ||
		die "$STATUS_LAB" "cannot make the folder $1 for images; set LAB_CACHE"
}

# cache_get NAME BUILDER ARG...: prints the directory of NAME, which `BUILDER DIR ARG...` fills.
# The key is what the caller writes to stdin: every input that changes the result. Two callers at
# a time are safe: the second one waits, then uses what the first has built.
cache_get()
{
	local name=$1 builder=$2 key dir

	shift 2
	key=$({ cat; declare -f "$builder"; } | sha256sum | cut -c 1-12)
	dir=$CACHE/$name-$key
	cache_folder "$CACHE"
	if [ ! -d "$dir" ]; then
		(
			flock 9
			[ ! -d "$dir" ] || exit 0
			say "building $name"
			rm -rf "$dir.new"
			mkdir "$dir.new"
			"$LAB/lib/build" "$builder" "$dir.new" "$@" >&2 || {
				rm -rf "$dir.new"
				die "$STATUS_LAB" "cannot build $name"
			}
			mv "$dir.new" "$dir"
			cache_prune "$name"
		) 9>"$CACHE/$name.lock" || return
	fi
	touch "$dir"
	echo "$dir"
}

# cache_prune NAME: called under the lock of NAME.
cache_prune()
{
	local old

	find "$CACHE" -maxdepth 1 -type d -name "$1-????????????" -printf '%T@ %p\n' |
		sort -rn | tail -n +$((CACHE_KEEP + 1)) | cut -d ' ' -f 2- |
		while read -r old; do
			rm -rf "$old"
		done
}

# need_space DIR MEGABYTES: stops when the file system of DIR has less.
need_space()
{
	local have

	cache_folder "$1"
	have=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
	[ "$have" -ge "$2" ] ||
		die "$STATUS_LAB" "disk full: $1 has $have MB free, the lab needs $2 MB; free some or set LAB_CACHE"
}

# run_dir: sets work to a fresh folder for one run. It is locked as long as this process or one it
# started lives; what killed runs have left is removed.
run_dir()
{
	local old

	mkdir -p "$CACHE/runs"
	exec {runs}>"$CACHE/runs.lock"
	flock "$runs"
	for old in "$CACHE"/runs/*/lock; do
		[ ! -e "$old" ] || ! flock -n "$old" true || rm -rf "${old%/lock}"
	done
	work=$(mktemp -d "$CACHE/runs/XXXXXX")
	exec {run}>"$work/lock"
	flock "$run"
	exec {runs}>&-
}
