# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What a run adds to the cached images: the lab's own programs, the scripts, the user's files and
# our modules. It travels as one tar on a disk of its own, with a part for L0 and one for L1.

# payload_level DIR LEVEL: the lab's own files for l0 or l1.
payload_level()
{
	mkdir -p "$1/$2/lab/bin"
	install -m 755 "$LAB/$2/main" "$1/$2/lab/main"
}

# payload_file DIR LEVEL SRC DST: one file or directory of the user.
payload_file()
{
	local dst=$1/$2/${4#/}

	[ -e "$3" ] || die "$STATUS_USAGE" "no such file: $3"
	mkdir -p "${dst%/*}"
	cp -rL --preserve=mode,timestamps "$3" "$dst"
}

# payload_disk DIR FILE
payload_disk()
{
	tar -C "$1" --owner 0 --group 0 --numeric-owner -cf "$2" l0 l1
	pad_disk "$2"
}
