// SPDX-License-Identifier: GPL-2.0
/*
 * port.c - an I/O port of L1 that tells L0's time
 *
 * A test reads it between two readings of the clock it tests. Hyper-V has no such thing.
 */
#include <stdint.h>

#include "../../clock-port.h"
#include "port.h"
#include "tsc.h"

/**
 * port_exit() - answer an access that has left KVM_RUN
 * @run: the exit information of KVM_EXIT_IO
 *
 * The read of CLOCK_PORT latches the time and gives its lower half. There is one latch: a reader
 * may change its CPU between the halves, and only one may read at a time.
 *
 * Return: false if the port is not ours.
 */
bool port_exit(struct kvm_run *run)
{
	static _Atomic uint32_t upper;
	uint32_t *data = (uint32_t *)((char *)run + run->io.data_offset);
	uint64_t now;

	if (run->io.direction != KVM_EXIT_IO_IN || run->io.size != sizeof(*data) ||
	    run->io.count != 1)
		return false;
	switch (run->io.port) {
	case CLOCK_PORT:
		now = tsc_host_ns(tsc_host());
		upper = now >> 32;
		*data = now;
		return true;
	case CLOCK_PORT_UPPER:
		*data = upper;
		return true;
	}
	return false;
}
