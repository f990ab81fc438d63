# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# L1 as QEMU is told to make it, in L0 or on this machine.

# l1_append: L1's kernel command line. An oops is the end of L1, and the end of L1 ends QEMU, so
# that nobody has to wait for a time limit. In Bochs time is what was executed; on this machine's
# QEMU it is real, and a busy machine must not look like a lockup.
l1_append()
{
	local quiet=''

	[ "$HOST" != qemu ] || quiet=nosoftlockup
	echo "console=hvc0 panic=-1 oops=panic cryptomgr.notests initcall_blacklist=jent_mod_init" \
		"log_buf_len=1M lab.level=l1" \
		"lab.root=/sys/bus/pci/devices/0000:00:05.0/virtio*/block/*" \
		"lab.payload=/sys/bus/pci/devices/0000:00:06.0/virtio*/block/* $quiet $L1_APPEND"
}

# l1_settings ACCEL CPU: what l0/start-l1 reads. kvm=off hides KVM's own signature: a Linux that
# sees it never becomes a guest of Hyper-V.
l1_settings()
{
	printf 'L1_ACCEL=%q\nL1_CPU=%q\nL1_CPUS=%q\nL1_MEM=%q\nL1_DEVICES=%q\nL1_APPEND=%q\n' \
		"$1" "$2" "$L1_CPUS" "$L1_MEM" "${L1_DEVICES[*]}" "$(l1_append)"
}
