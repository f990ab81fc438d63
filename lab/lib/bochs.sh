# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The emulator under L0. One instruction is one tick of the TSC; `ips` of them are one emulated
# second, and L0 is told that frequency, so that every level agrees on what a second is.
# A busy emulated second costs LAB_IPS / (speed of Bochs, about 65 million a second) wall seconds:
# a small LAB_IPS makes timer ticks eat the emulator, a large one makes busy waiting long.

readonly LAB_IPS=${LAB_IPS:-200000000}
readonly BOCHS_MEMORY=2048

# shellcheck disable=SC2034 # used by lab/run
# Kernel command line of L0. Level 5: what is worse than a notice reaches the console.
readonly L0_APPEND_ALWAYS="console=ttyS0,115200 loglevel=5 mitigations=off nokaslr tsc=reliable idle=halt \
tsc_early_khz=$((LAB_IPS / 1000)) log_buf_len=4M panic=0 cryptomgr.notests \
initcall_blacklist=jent_mod_init lab.level=l0 \
lab.root=/sys/bus/scsi/devices/0:0:1:0/block/* lab.payload=/sys/bus/scsi/devices/1:0:0:0/block/*"

# With these L0 has XSAVE, which it gives up otherwise, since the size that Bochs reports for compacted
# state is wrong. All of it but XSAVES; or XSAVES, where nobody uses AVX, for XRSTORS of AVX state faults.
# KVM as L0 then looks through all of L1's CPUID at each L2 entry and exit at which CR4.OSXSAVE changes: an
# exit costs ten times as much, so this is not for measuring.
# shellcheck disable=SC2034 # used by tests
readonly L0_WITH_XSAVE=clearcpuid=xsaves,xsavec
# shellcheck disable=SC2034
readonly L0_WITH_XSAVES="clearcpuid=avx2,avx512f,mpx,pku \
GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-AVX,-AVX_Fast_Unaligned_Load"

# bochs_start DIR BOOT ROOT PAYLOAD OUT: starts Bochs on the four disks and sets host_pid. Its serial
# port ends in DIR/l0-console, its debug port (and a few lines of its own) in DIR/channel. BOOT is a
# folder of boot_disk; it and ROOT are not written to.
bochs_start()
{
	local dir=$1 isolate=()

	cat >"$dir/bochsrc" <<-END
		config_interface: textconfig
		display_library: rfb, options="timeout=0"
		cpu: model=corei7_skylake_x, count=1, ips=$LAB_IPS, reset_on_triple_fault=0
		memory: guest=$BOCHS_MEMORY, host=$BOCHS_MEMORY
		clock: sync=none, time0=utc
		romimage: file=/usr/share/bochs/BIOS-bochs-latest
		optromimage1: file="$2/boot.rom", address=$ROM_BASE
		vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
		ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
		ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15
		ata0-master: type=disk, path="$2/boot.img", mode=volatile, journal="$dir/boot.log", cylinders=0
		ata0-slave: type=disk, path="$3", mode=volatile, journal="$dir/root.log", cylinders=0
		ata1-master: type=disk, path="$4", mode=volatile, journal="$dir/payload.log", cylinders=0
		ata1-slave: type=disk, path="$5", mode=flat, cylinders=0
		sound: driver=dummy
		speaker: enabled=0
		boot: disk
		com1: enabled=1, mode=file, dev="$dir/l0-console"
		port_e9_hack: enabled=1
		log: $dir/bochs.log
		panic: action=fatal
		error: action=ignore
		info: action=ignore
		debug: action=ignore
	END
	echo c >"$dir/debugger"
	# Bochs has no display that opens nothing: its VNC port is kept in a network of its own.
	! unshare --net true 2>/dev/null || isolate=(unshare --net)
	"${isolate[@]}" setpriv --pdeathsig KILL bochs -q -f "$dir/bochsrc" -rc "$dir/debugger" </dev/null >>"$dir/channel" 2>"$dir/host.out" &
	# shellcheck disable=SC2034 # used by lab/run
	host_pid=$!
}
