# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# --host hvhost: the library that makes L1's QEMU in L0 a better Hyper-V host.

# What L1's CPU lacks there. KVM keeps the deadline of a TSC-deadline timer in cycles of the TSC
# as it was, and its synthetic timers run on a reference counter of its own.
# shellcheck disable=SC2034 # used by the files beside
readonly HVHOST_CPU=-tsc-deadline,hv-stimer=off

# hvhost_get: prints the path of the library.
hvhost_get()
{
	local dir

	dir=$({
		packages_versions gcc libc6-dev linux-libc-dev
		cat "$LAB"/l0/hvhost/*.[ch] "$LAB/clock-port.h"
	} | cache_get hvhost build_hvhost) || return
	echo "$dir/hvhost.so"
}

build_hvhost()
{
	gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Wshadow -Werror -fPIC -fvisibility=hidden \
		-shared -pthread -o "$1/hvhost.so" "$LAB"/l0/hvhost/*.c
}
