# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# For the scenarios in which a module has to refuse; sourced after lib.sh.

MODULE=hv_evmcs

# refuses NAME ERROR TEXT [ARG]...: loading MODULE fails with ERROR (strerror) and one line of the
# log, which holds TEXT. Nothing of it stays behind.
refuses()
{
	name=$1 error=$2 text=$3
	shift 3
	kvm_globals >/tmp/globals
	ls /dev/kvm >/tmp/device 2>&1
	log_mark
	said=$(/sbin/insmod "/lab/modules/$MODULE.ko" "$@" 2>&1)	# busybox has one that tries twice
	status=$?
	log_since | grep -v -e 'module taints kernel' -e "$MODULE: test build" >/tmp/log

	if [ $status -eq 0 ]; then
		fail "$name" "it loads"
		rmmod $MODULE
		return
	fi
	check "$name/errno" "insmod says: $said" [ "${said##*: }" = "$error" ]
	check "$name/reason" "the log says: $(cat /tmp/log)" grep -q -F -e "$text" /tmp/log
	check "$name/one-line" "the log says: $(cat /tmp/log)" [ "$(grep -c $MODULE: /tmp/log)" = 1 ]
	check "$name/not-loaded" "it is in lsmod" [ ! -d /sys/module/$MODULE ]
	kvm_globals >/tmp/globals.after
	same "$name/kvm-globals" "before and after" /tmp/globals /tmp/globals.after
	ls /dev/kvm >/tmp/device.after 2>&1
	same "$name/dev-kvm" "before and after" /tmp/device /tmp/device.after
}
