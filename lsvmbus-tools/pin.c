// SPDX-License-Identifier: GPL-2.0
/*
 * pin.c - let a channel interrupt another CPU, and say in words why not
 *
 * The file channels/N/cpu, target_cpu_store() of the kernel. It takes a write only if the host
 * speaks VMBus protocol 4.1 and the channel is open (else EIO), and a CPU only if it is online and
 * not isolated from managed interrupts (else EINVAL). Before protocol 5.3 the host does not
 * confirm. Before Linux 5.8 nobody may write to it (EACCES).
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_log.h"
#include "pin.h"

#define CPU_FILE	VMBUS_DEVICES "/%s/channels/%llu/cpu"

__attribute__((format(printf, 3, 4)))
static int explain(char *words, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(words, PIN_WORDS, format, args);
	va_end(args);
	return err;
}

/* The host's protocol if the kernel log still has it: "hv_vmbus: Vmbus version:5.3". */
static bool read_protocol(const struct sysroot *root, unsigned int *major, unsigned int *minor)
{
	struct kernel_log log;
	bool known = false;
	char *line, *at;

	kernel_log_read(&log, root);
	line = kernel_log_line(&log, "Vmbus version:");
	at = line ? strstr(line, "Vmbus version:") : NULL;
	if (at)
		known = sscanf(at, "Vmbus version:%5u.%5u", major, minor) == 2;
	free(line);
	kernel_log_free(&log);
	return known;
}

static int explain_eio(const struct sysroot *root, const struct vmbus_device *device, char *words)
{
	unsigned int major, minor;
	uint64_t state;

	if (read_protocol(root, &major, &minor) && (major < 4 || (major == 4 && minor < 1)))
		return explain(words, -EPROTONOSUPPORT,
			       "the host speaks VMBus protocol %u.%u; only from 4.1 on can a "
			       "channel be moved", major, minor);
	if (!sysroot_read_number(root, &state, VMBUS_DEVICES "/%s/state", device->name) &&
	    state != VMBUS_STATE_OPENED)
		return explain(words, -ENOTCONN,
			       "the channel is not open (state: %s), and the host moves only open "
			       "channels; let a driver use the device first",
			       vmbus_state_name(state) ? vmbus_state_name(state) : "unknown");
	return explain(words, -EIO,
		       "the channel is not open, or the host's VMBus protocol is below 4.1 (see "
		       "'Vmbus version' in the kernel log)");
}

static int explain_einval(const struct topology *topology, int cpu, char *words)
{
	if (!cpulist_has(&topology->possible, cpu))
		return explain(words, -EINVAL, "there is no CPU %d", cpu);
	if (!cpulist_has(&topology->online, cpu))
		return explain(words, -EINVAL, "CPU %d is offline", cpu);
	if (cpulist_has(&topology->isolated, cpu))
		return explain(words, -EINVAL,
			       "CPU %d is isolated (isolcpus=managed_irq,... on the kernel's "
			       "command line)", cpu);
	return explain(words, -EINVAL,
		       "CPU %d went offline meanwhile, or is isolated (isolcpus=managed_irq,... on "
		       "the kernel's command line)", cpu);
}

static int explain_errno(const struct sysroot *root, const struct topology *topology,
			 const struct vmbus_device *device, int cpu, int err, char *words)
{
	switch (err) {
	case -EIO:
		return explain_eio(root, device, words);
	case -EINVAL:
		return explain_einval(topology, cpu, words);
	case -ENOENT:
	case -ENODEV:
		return explain(words, err, "the channel is gone: the device was removed, or its "
			       "driver closed the channel");
	case -EACCES:
	case -EPERM:
		return explain(words, err, "%s: only root may move channels, and only from Linux "
			       "5.8 on", strerror(-err));
	default:
		return explain(words, err, "%s", strerror(-err));
	}
}

/**
 * pin_channel() - let a channel interrupt another CPU
 * @root: where
 * @topology: the CPUs, to explain refusals
 * @device: the device
 * @channel: its channel, whose CPU must still be what it was when the bus was read
 * @cpu: the CPU
 * @words: PIN_WORDS bytes; if it did not work, why not
 *
 * Return: 0 if the CPU was written and read back, or already is @cpu; else -errno: -EAGAIN when
 * somebody else moves the channel at the same time, -EIO when the channel is not open but its
 * device is in use, so that it may be open soon.
 */
int pin_channel(const struct sysroot *root, const struct topology *topology,
		const struct vmbus_device *device, const struct vmbus_channel *channel, int cpu,
		char *words)
{
	unsigned long long relid = channel->relid;
	uint64_t before, after;
	char text[16];
	int err;

	words[0] = '\0';
	err = sysroot_read_number(root, &before, CPU_FILE, device->name, relid);
	if (err == -EINVAL)
		return explain(words, -EINVAL, "its file cpu does not hold a CPU");
	if (err)
		return explain_errno(root, topology, device, cpu, err, words);
	if (before == (uint64_t)cpu)
		return 0;
	if (before != channel->numbers[VMBUS_CPU])
		return explain(words, -EAGAIN,
			       "lost a race: somebody has moved it from CPU %llu to CPU %llu "
			       "meanwhile; left alone",
			       (unsigned long long)channel->numbers[VMBUS_CPU],
			       (unsigned long long)before);
	snprintf(text, sizeof(text), "%d\n", cpu);
	err = sysroot_write(root, text, CPU_FILE, device->name, relid);
	if (err)
		return explain_errno(root, topology, device, cpu, err, words);
	err = sysroot_read_number(root, &after, CPU_FILE, device->name, relid);
	if (err)
		return explain_errno(root, topology, device, cpu, err, words);
	if (after != (uint64_t)cpu)
		return explain(words, -EAGAIN,
			       "lost a race: CPU %d was written, CPU %llu is read back; somebody "
			       "else moves channels", cpu, (unsigned long long)after);
	return 0;
}
