# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# --host qemu: this machine's own QEMU runs L1 in place of Bochs and L0.

# qemu_start WORK ROOT PAYLOAD OUT: sets host_pid. Where KVM is at hand, this machine plays Hyper-V;
# elsewhere L1 has neither VMX nor Hyper-V.
qemu_start()
{
	local work=$1

	if [ -w /dev/kvm ] && grep -q -w -E 'vmx|svm' /proc/cpuinfo; then
		l1_settings kvm "host,kvm=off${HV:+,$HV}" >"$work/settings"
	else
		l1_settings tcg max >"$work/settings"
	fi
	PATH=${2%/*}:$PATH RUN=$work CHANNEL=$work/channel SETTINGS=$work/settings ROOT=$2 PAYLOAD=$3 OUT=$4 \
		KERNEL=$work/payload/l0/lab/l1-kernel INITRAMFS=$work/payload/l0/lab/l1-initramfs \
		setpriv --pdeathsig TERM busybox sh "$LAB/l0/start-l1" >"$work/host.out" 2>&1 &
	# shellcheck disable=SC2034 # used by lab/run
	host_pid=$!
}
