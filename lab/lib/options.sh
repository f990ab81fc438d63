# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used by the files beside
# The command line of lab/run.

readonly BACKENDS_KNOWN='kvm-intel kvm-intel-plain hv_evmcs none'
readonly HV_DEFAULT=hv-relaxed,hv-vapic,hv-time,hv-vpindex,hv-runtime,hv-synic,hv-stimer,hv-frequencies,\
hv-reenlightenment,hv-tlbflush,hv-tlbflush-direct,hv-ipi,hv-evmcs,hv-emsr-bitmap,hv-xmm-input

usage()
{
	cat <<END
usage: lab/run [OPTION]... [--backend NAME] --script FILE [[--backend NAME] --script FILE]...

Boots Bochs, in it L0 (a Debian kernel whose KVM plays Hyper-V), in it L1, and runs the scripts in
L1, as root, one after the other. Needs no hardware virtualization; one run keeps one core busy, about a
minute for an empty script (56 to 63 s of CPU time were measured), and each script for what it does itself.

  --backend NAME      for the scripts that follow: what to load before and unload after each
        kvm-intel         stock kvm_intel with the enlightened VMCS
        kvm-intel-plain   stock kvm_intel without it
        hv_evmcs          this tree's module, which lab/run builds
        none              nothing (the default)
  --script FILE       a program or a script with a #! line (busybox sh and bash are there)
  --file SRC:DST      puts a file or a folder at DST in L1 (missing folders are made)
  --test-modules      takes the test build of this tree's modules (make TEST=1)
  --l0-file SRC:DST   the same in L0; what is in /lab/modules/ there is loaded after kvm_intel
  --l0-append ARGS    more kernel command line for L0
  --l0-script FILE    runs in L0 from the first script to the last, see below
  --out DIR           what the scripts leave in /out is copied to DIR
  --timeout SECONDS   wall time for the whole run without the building of images (default $TIMEOUT)
  --keep-console      keeps l0-console and l1-console, in the DIR of --out or a new folder
  --l1-kernel K       6.12 (default), 6.1, or debug (see lab/debug-kernel)
  --l1-cpus N         default $L1_CPUS
  --l1-mem MB         default $L1_MEM
  --l1-append ARGS    more kernel command line for L1
  --l1-device DEVICE  gives L1 one more device, as QEMU's -device does; may be repeated
  --hv FLAGS          replaces the list of QEMU hv-* CPU flags of L1 (any CPU flag will do). Default:
                      $HV_DEFAULT
  --host hvhost       L1's QEMU acts out what KVM does not do of a Hyper-V host: migrations to another TSC
                      frequency, TSCs that disagree, a reference TSC page that fails. The default of
                      --l0-script is then lab/l0/host, whose head lists the commands.
  --host qemu         starts L1 directly in this machine's QEMU: no L0, and without /dev/kvm no VMX.
                      Quick, for what needs neither.

In L1: LAB_BACKEND names the backend, /out is what --out collects, modules of this tree can be loaded
with modprobe, /l2/vmlinuz and /l2/initrd are a Linux guest (see lab/l2/init), and
  l2 [ARG]...               boots that guest in QEMU with more QEMU arguments; L2_RUN='COMMAND' in the
                            environment is run in it, L2_APPEND is added to its command line
  expect-console N TEXT     announces that N console lines that would fail the run hold TEXT
  l0 WORDS...               sends a line to the --l0-script and prints its answer
The --l0-script reads those lines on its standard input and answers each on its standard output with
any lines and then ". STATUS", which becomes the status of \`l0\`. Its input ends when L1 is gone.
lab/l0/exits is one that counts exits from L1.

The exit status is $STATUS_USAGE for wrong arguments, the first non-zero status of a script, else $STATUS_TIMEOUT
after a timeout, else $STATUS_LAB when the lab failed: a panic, silence, a backend that does not load or
unload, or a console line that matches
  $CONSOLE_BAD
without having been announced or being one of lab/known-lines (what stock kernels say of this emulator),
or was announced and is missing.

Images are cached in build/lab, or in LAB_CACHE.
END
}

readonly L1_CPUS_MOST=16	# one CPU of L0 does the work of all
SCRIPTS=() SCRIPT_BACKENDS=() FILES=() L0_FILES=() L1_DEVICES=()
L0_APPEND='' L0_SCRIPT='' OUT='' KEEP_CONSOLE='' TEST_MODULES='' TIMEOUT=1200 HOST=bochs
L1_KERNEL=6.12 L1_CPUS=1 L1_MEM=768 L1_APPEND='' HV=$HV_DEFAULT

# one_of OPTION VALUE ALLOWED...
one_of()
{
	local option=$1 value=$2 allowed

	shift 2
	for allowed; do
		[ "$value" != "$allowed" ] || return 0
	done
	die "$STATUS_USAGE" "$option: unknown value \"$value\"; known: $*"
}

number()
{
	[[ $2 =~ ^[1-9][0-9]*$ ]] || die "$STATUS_USAGE" "$1: not a number above 0: \"$2\""
}

a_file()
{
	[ -f "$2" ] || die "$STATUS_USAGE" "$1: not a file: $2"
}

source_and_place()
{
	[[ $2 == ?*:/* ]] || die "$STATUS_USAGE" "$1: not SRC:/ABSOLUTE/DST: $2"
	[ -e "${2%:*}" ] || die "$STATUS_USAGE" "$1: no such file: ${2%:*}"
}

options_parse()
{
	local backend=none option value

	while [ $# -gt 0 ]; do
		option=$1
		shift
		case $option in
		--help | -h)
			usage
			exit 0
			;;
		--keep-console)
			KEEP_CONSOLE=1
			continue
			;;
		--test-modules)
			TEST_MODULES=1
			continue
			;;
		--backend | --script | --file | --l0-append | --l0-file | --l0-script | --out | --timeout | --l1-kernel | \
			--l1-cpus | --l1-mem | --l1-append | --l1-device | --hv | --host)
			[ $# -gt 0 ] || die "$STATUS_USAGE" "$option needs a value; see lab/run --help"
			value=$1
			shift
			;;
		-*) die "$STATUS_USAGE" "unknown option: $option; see lab/run --help" ;;
		*) die "$STATUS_USAGE" "unexpected argument: $option; see lab/run --help" ;;
		esac
		case $option in
		--backend)
			# shellcheck disable=SC2086 # a list of words
			one_of --backend "$value" $BACKENDS_KNOWN
			backend=$value
			;;
		--script)
			a_file --script "$value"
			SCRIPTS+=("$value")
			SCRIPT_BACKENDS+=("$backend")
			;;
		--file) source_and_place --file "$value"; FILES+=("$value") ;;
		--l0-file) source_and_place --l0-file "$value"; L0_FILES+=("$value") ;;
		--l0-append) L0_APPEND=$value ;;
		--l0-script) a_file --l0-script "$value"; L0_SCRIPT=$value ;;
		--out) OUT=$value ;;
		--timeout) number --timeout "$value"; TIMEOUT=$value ;;
		--l1-kernel) one_of --l1-kernel "$value" 6.12 6.1 debug; L1_KERNEL=$value ;;
		--l1-cpus) number --l1-cpus "$value"; L1_CPUS=$value ;;
		--l1-mem) number --l1-mem "$value"; L1_MEM=$value ;;
		--l1-append) L1_APPEND=$value ;;
		--l1-device) L1_DEVICES+=(-device "$value") ;;
		--hv) HV=$value ;;
		--host) one_of --host "$value" bochs hvhost qemu; HOST=$value ;;
		esac
	done
	[ ${#SCRIPTS[@]} -gt 0 ] || die "$STATUS_USAGE" "no --script given; see lab/run --help"
	[ "$L1_CPUS" -le "$L1_CPUS_MOST" ] ||
		die "$STATUS_USAGE" "--l1-cpus: $L1_CPUS is more than $L1_CPUS_MOST"
	[ -z "$OUT" ] || mkdir -p "$OUT" 2>/dev/null ||
		die "$STATUS_USAGE" "--out: cannot make the folder $OUT"
	if [ "$HOST" = hvhost ] && [ -z "$L0_SCRIPT" ]; then
		L0_SCRIPT=$LAB/l0/host
	fi
	if [ "$HOST" = qemu ] && [ -n "$L0_SCRIPT" ]; then
		die "$STATUS_USAGE" "--l0-script needs an L0; leave out --host qemu"
	fi
}
