# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
# For the scenarios of hv_reenlightenment; sourced after lib.sh. The test build has a knob that acts
# the host: the lab's announces nothing by itself.

HR=/sys/kernel/hv_reenlightenment
HR_KNOBS=/sys/module/hv_reenlightenment/parameters
CONTROL=0x40000106	# HV_X64_MSR_REENLIGHTENMENT_CONTROL
modprobe msr

# host announced|lost|asleep: the TSC is "emulated" from now on; the interrupt is sent to where the
# control MSR says, or is lost. Asleep: from the next hibernation on, and lost.
host()
{
	echo "$1" >$HR_KNOBS/test_event
}

# soon COMMAND...: until it is true; fails after some seconds.
soon()
{
	tries=0
	until "$@"; do
		tries=$((tries + 1))
		[ $tries -lt 50 ] || return 1
		sleep 0.1
	done
}

# shows FILE VALUE: is that what it shows?
shows()
{
	[ "$(cat $HR/"$1")" = "$2" ]
}

# is_over: the TSC is not "emulated"
is_over()
{
	[ "$(cat $HR_KNOBS/test_event)" = none ]
}

# events NAME COUNT: there are so many more than when this was called last, and none is running.
seen=0
events()
{
	seen=$((seen + $2))
	soon is_over
	soon shows events $seen
	sleep 0.3	# for one too many
	check "$1" "$(cat $HR/events) events instead of $seen; $(cat $HR_KNOBS/test_event)" \
		shows events $seen
}

# kernels_interrupts: how many have come to the kernel's own handler
kernels_interrupts()
{
	awk '$1 == "HRE:" { for (i = 2; i <= NF && $i ~ /^[0-9]+$/; i++) n += $i } END { print n + 0 }' \
		/proc/interrupts
}

# control: the control without its target, in hexadecimal: the vector, and 10000 if it is enabled
control()
{
	dd if=/dev/cpu/0/msr bs=8 count=1 iflag=skip_bytes skip=$((CONTROL)) 2>/dev/null |
		od -An -tx4 -N4 | sed 's/^ *0*//'
}

# target: the CPU that our interrupt goes to
target()
{
	cat "/proc/irq/$(awk '/hv_reenlightenment/ { sub(":", "", $1); print $1 }' \
		/proc/interrupts)/effective_affinity_list"
}
