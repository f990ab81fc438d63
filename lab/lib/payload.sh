# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What a run adds to the cached images: the lab's own programs, the scripts, the user's files and
# our modules. It travels as one tar on a disk of its own, with a part for L0 and one for L1.

# payload_fill DIR KERNEL INITRAMFS: KERNEL and INITRAMFS are L1's.
payload_fill()
{
	local dir=$1 kernel=$2 initramfs=$3 cpu file i

	mkdir -p "$dir"/l0/lab "$dir"/l1/lab/{bin,scripts}

	install -m 755 "$LAB/l0/main" "$LAB/l0/start-l1" "$dir/l0/lab/"
	cp "$initramfs" "$dir/l0/lab/l1-initramfs"
	cp "$kernel/boot" "$dir/l0/lab/l1-kernel"
	cpu=host,kvm=off${HV:+,$HV}
	if [ "$HOST" = hvhost ]; then
		cpu=$cpu,$HVHOST_CPU
		install "$(hvhost_get)" "$dir/l0/lab/hvhost.so"
	fi
	l1_settings kvm "$cpu" >"$dir/l0/lab/settings"
	[ -z "$L0_SCRIPT" ] || install -m 755 "$L0_SCRIPT" "$dir/l0/lab/script"
	for file in "${L0_FILES[@]}"; do
		payload_file "$dir/l0" "${file%:*}" "${file##*:}"
	done

	install -m 755 "$LAB/l1/main" "$LAB/l1/backend" "$dir/l1/lab/"
	install -m 755 "$LAB"/l1/bin/* "$dir/l1/lab/bin/"
	# The tag marks the lab's own messages among a script's output: no script can hit on it.
	printf 'LAB_TAG=%q\nLAB_L0=%q\n' "<lab $(od -An -N 8 -tx8 /dev/urandom | tr -d ' ')>" \
		"$L0_SCRIPT" >"$dir/l1/lab/settings"
	for i in "${!SCRIPTS[@]}"; do
		install -m 755 "${SCRIPTS[$i]}" "$dir/l1/lab/scripts/$i"
		echo "$i ${SCRIPT_BACKENDS[$i]}" >>"$dir/l1/lab/plan"
	done
	modules_install "$dir/l1" "$kernel" "$initramfs"
	for file in "${FILES[@]}"; do
		payload_file "$dir/l1" "${file%:*}" "${file##*:}"
	done
}

# payload_file TREE SRC DST: one file or folder of the user.
payload_file()
{
	local dst=$1/${3#/}

	[[ $3 != */ ]] || dst=$dst${2##*/}
	mkdir -p "${dst%/*}"
	cp -rLT --preserve=mode,timestamps "$2" "$dst"
}

# payload_disk DIR FILE
payload_disk()
{
	tar -C "$1" --owner 0 --group 0 --numeric-owner -cf "$2" l0 l1
	pad_disk "$2"
}
