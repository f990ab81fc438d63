# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # sourced by ./run, which sets build, out, trees and top
# make install: every tool with its documents, and what makes pinning persistent.

installed()
{
	local name

	rm -rf "$out/root"
	make -s -C "$top/lsvmbus-tools" OUT="$out/normal" DESTDIR="$out/root" install >/dev/null || return
	for name in lsvmbus vmbus-pin lshv hv-capture; do
		[ -x "$out/root/usr/sbin/$name" ] && [ -s "$out/root/usr/share/man/man8/$name.8" ] &&
			[ -s "$out/root/usr/share/bash-completion/completions/$name" ] || return
	done
}

# The unit and the rule call the tool where it is installed, with options that it has.
persistence_calls()
{
	local tree=$out/installed line words count=0

	rm -rf "$tree" && cp -a "$trees/amd" "$tree" && vmbus-pin --sysroot "$tree" save "$tree/saved" || return
	while read -r line; do
		count=$((count + 1))
		words=${line//\/etc\/vmbus-pin.conf/$tree/saved}
		words=${words//\$kernel/\$id}
		words=${words//\$id/7c1e52a4-9b1c-7c1e-52a4-9b1c7c1e52a4}
		# shellcheck disable=SC2086 # a command line
		[ -x "$out/root${words%% *}" ] &&
			[ "$("$out/root"$words --sysroot "$tree" -r -n -o RESULT | sort -u)" = stays ] || return
	done < <(sed -n 's/^ExecStart=//p; s/.*RUN+="\(.*\)"$/\1/p' \
		"$out/root/usr/lib/systemd/system/vmbus-pin.service" \
		"$out/root/usr/lib/udev/rules.d/90-vmbus-pin.rules")
	[ "$count" = 3 ]
}

# What systemd and udev say of the installed files, laid over /usr where nobody else sees it.
persistence_says()
{
	unshare -m sh -c "
		mount -t overlay overlay -o lowerdir='$out/root/usr':/usr /usr || exit
		systemd-analyze verify vmbus-pin.service
		udevadm test --action=add /sys/devices/virtual/mem/null 2>&1 |
			grep -F 90-vmbus-pin.rules || echo 'udev does not read it'" 2>&1
}

if [ "$build" = normal ]; then
	check tools/install "something is missing in $out/root" installed
	check tools/install/calls "the unit or the rule calls what does not work" persistence_calls
	said=$(persistence_says)
	check tools/install/persistence "$said" \
		[ "$said" = 'Reading rules file: /usr/lib/udev/rules.d/90-vmbus-pin.rules' ]
fi
