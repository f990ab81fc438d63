# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Debian packages: which are installed, in which version, and how to fetch one without installing it.

# What lab/run itself needs; a subset of packages.list.
# shellcheck disable=SC2034 # used by lab/run
readonly LAB_PACKAGES=(bash binutils bochs bochsbios busybox-static cpio e2fsprogs gcc iperf3 kmod libc6-dev
	libjansson4 libsmartcols1 linux-perf make qemu-system-data qemu-system-x86 seabios util-linux vgabios xz-utils zstd)

package_installed()
{
	[ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]
}

# packages_require NAME...: stops with the apt-get line that mends it.
packages_require()
{
	local name missing=()

	for name; do
		package_installed "$name" || missing+=("$name")
	done
	[ ${#missing[@]} -eq 0 ] ||
		die "$STATUS_LAB" "missing package: ${missing[*]}; run: apt-get install -y --no-install-recommends ${missing[*]}"
}

# packages_versions NAME...: one "name version" line each, as a cache key.
packages_versions()
{
	# shellcheck disable=SC2016 # dpkg-query's own variables
	dpkg-query -W -f '${Package} ${Version}\n' "$@"
}

# package_dependency META PATTERN: the package that a meta package stands for at this moment.
package_dependency()
{
	apt-cache depends --important "$1" 2>/dev/null |
		sed -n "s/^ *Depends: \\($2\\)\$/\\1/p" | head -n 1
}

# package_unpack NAME DIR: downloads a package and unpacks it below DIR.
package_unpack()
{
	local name=$1 dir=$2 work

	work=$(mktemp -d)
	say "fetching $name"
	(cd "$work" && apt-get -q download "$name") >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		rm -rf "$work"
		die "$STATUS_LAB" "cannot fetch $name; run: apt-get update"
	}
	mkdir -p "$dir"
	dpkg -x "$work"/*.deb "$dir"
	rm -rf "$work"
}
