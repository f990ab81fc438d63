# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# Prints the directory that holds what the tests read of Debian's kernel source: all of
# arch/x86/kvm, and checkpatch. Unpacked once from the package linux-source-6.12.
set -eu

name=linux-source-6.12
tarball=/usr/src/$name.tar.xz
build=$(cd "$(dirname "$0")/.." && pwd)/build/tests
dir=$build/$name

[ -r "$tarball" ] || {
	echo "missing package $name; run: apt-get install -y --no-install-recommends $name" >&2
	exit 1
}
key=$(stat -c '%s %Y' "$tarball")
mkdir -p "$build"
exec 9>"$build/$name.lock"
flock 9
if [ "$(cat "$dir/key" 2>/dev/null)" != "$key" ]; then
	rm -rf "$dir" "$dir.new"
	mkdir "$dir.new"
	tar -xJf "$tarball" -C "$dir.new" --strip-components=1 "$name/arch/x86/kvm" \
		"$name/scripts/checkpatch.pl" "$name/scripts/spelling.txt" \
		"$name/scripts/const_structs.checkpatch"
	echo "$key" >"$dir.new/key"
	mv "$dir.new" "$dir"
fi
echo "$dir"
