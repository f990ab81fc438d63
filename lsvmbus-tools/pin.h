/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pin.h - let a channel interrupt another CPU, and say in words why not
 */
#ifndef PIN_H
#define PIN_H

#include "sysroot.h"
#include "topology.h"
#include "vmbus.h"

#define PIN_WORDS	320	/* bytes of an explanation */

int pin_channel(const struct sysroot *root, const struct topology *topology,
		const struct vmbus_device *device, const struct vmbus_channel *channel, int cpu,
		char *words);

#endif
