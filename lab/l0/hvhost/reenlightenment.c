// SPDX-License-Identifier: GPL-2.0
/*
 * reenlightenment.c - migrations as L1 sees them: the MSRs 0x40000022 and 0x40000106 to 0x40000108
 *
 * The TLFS says of these MSRs little more than their layout. What is not in it is marked
 * "Assumption" here and listed in Documentation/lab.rst.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "reenlightenment.h"
#include "reference.h"
#include "tsc.h"
#include "vm.h"

#define CONTROL_VECTOR	0xffU
#define CONTROL_ENABLED	(1ULL << 16)
#define CONTROL_VP	32
#define EMULATION_ON	1ULL
#define IN_PROGRESS	1ULL

#define MSI_ADDRESS	0xfee00000U
#define MSI_APIC_ID	12
#define NS_PER_S	1000000000UL

static uint64_t control, emulation, status;
static uint64_t target_hz;
static bool target_tsc_given;
static uint64_t target_tsc;
static enum interrupt_fate fate;
static uint64_t delay_ns;
static bool frequency_early;

/*
 * The last migration. Points in time are readings of L0's TSC, 0 as long as it has not come to
 * it. "interrupt" is before the vector is handed to KVM, "ended" when the write to 0x40000108 has
 * come here.
 */
static struct migration {
	uint64_t count, lost;
	uint64_t old_hz, new_hz;
	uint64_t started, interrupt, ended, stopped, resumed;
} last;

/**
 * reenlightenment_read_frequency() - RDMSR of 0x40000022
 * @value: Hz
 *
 * Assumption: it is rounded to the nearest Hz.
 * Assumption: while the TSC is emulated this is the frequency at which it is, as RDTSC says. The
 * other reading, the new frequency from the interrupt on, is to be had by a command.
 *
 * Return: 0. Host lock held, as for the other MSRs.
 */
int reenlightenment_read_frequency(uint64_t *value)
{
	*value = status & IN_PROGRESS && frequency_early ? target_hz : tsc_hz();
	return 0;
}

/**
 * reenlightenment_read_control() - RDMSR of 0x40000106
 * @value: what L1 wrote
 *
 * Return: 0.
 */
int reenlightenment_read_control(uint64_t *value)
{
	*value = control;
	return 0;
}

/**
 * reenlightenment_write_control() - WRMSR of 0x40000106
 * @value: vector, enable bit, target VP
 *
 * Assumption: enabling it sends nothing for an emulation that is in progress already.
 *
 * Return: 0.
 */
int reenlightenment_write_control(uint64_t value)
{
	control = value;
	return 0;
}

/**
 * reenlightenment_read_emulation() - RDMSR of 0x40000107
 * @value: what L1 wrote
 *
 * Return: 0.
 */
int reenlightenment_read_emulation(uint64_t *value)
{
	*value = emulation;
	return 0;
}

/**
 * reenlightenment_write_emulation() - WRMSR of 0x40000107
 * @value: bit 0 asks for emulation after a migration
 *
 * Assumption: taking it back does not end an emulation that is in progress.
 *
 * Return: 0.
 */
int reenlightenment_write_emulation(uint64_t value)
{
	emulation = value;
	return 0;
}

/**
 * reenlightenment_read_status() - RDMSR of 0x40000108
 * @value: bit 0 is set while the TSC is emulated
 *
 * Return: 0.
 */
int reenlightenment_read_status(uint64_t *value)
{
	*value = status;
	return 0;
}

/*
 * The switch to the new TSC. Assumptions: it is done for all VPs at once; a TSC goes on from the
 * value it has under emulation (or from one that the command asked for); the page changes with
 * it, and reference time goes on across it.
 */
static int switch_over(uint64_t host)
{
	int64_t jump = target_tsc_given ? target_tsc - tsc_guest(0, host) : 0;
	int err = tsc_change(target_hz, host, jump);

	if (!err)
		reference_publish(host);
	return err;
}

/**
 * reenlightenment_write_status() - WRMSR of 0x40000108
 * @value: 0 in bit 0 ends the emulation
 *
 * Assumption: writing 1 does nothing, nor does 0 while nothing is emulated.
 *
 * Return: 0; an errno when KVM refuses the new frequency.
 */
int reenlightenment_write_status(uint64_t value)
{
	int err;

	if (value & IN_PROGRESS || !(status & IN_PROGRESS))
		return 0;
	last.ended = tsc_host();
	vm_stop();
	last.stopped = tsc_host();
	err = switch_over(last.stopped);
	status = 0;
	last.resumed = tsc_host();
	vm_resume();
	vm_changed();
	return err;
}

/*
 * Assumption: nothing is sent if L1 has not enabled it at this moment, and nothing is sent later.
 * A VP whose local APIC is off loses the interrupt, as KVM has it.
 */
static void send_interrupt(void)
{
	unsigned int vp = control >> CONTROL_VP;
	struct kvm_msi msi = {
		.data = control & CONTROL_VECTOR,
	};

	last.interrupt = tsc_host();
	if (control & CONTROL_ENABLED && vp < vm.count) {
		msi.address_lo = MSI_ADDRESS | vm.vcpus[vp].apic_id << MSI_APIC_ID;
		if (kvm_ioctl(vm.fd, KVM_SIGNAL_MSI, &msi) > 0)
			return;
	}
	last.lost++;
}

static void delay_over(union sigval unused)
{
	(void)unused;
	vm_lock();
	send_interrupt();
	vm_unlock();
}

static int send_later(void)
{
	static timer_t timer;
	static bool made;
	struct itimerspec when = {
		.it_value = { delay_ns / NS_PER_S, delay_ns % NS_PER_S },
	};
	struct sigevent event = {
		.sigev_notify = SIGEV_THREAD,
		.sigev_notify_function = delay_over,
	};

	if (!made && timer_create(CLOCK_MONOTONIC, &event, &timer))
		return -errno;
	made = true;
	return timer_settime(timer, 0, &when, NULL) ? -errno : 0;
}

/**
 * reenlightenment_migrate() - move L1 to a host whose TSC has another frequency
 * @hz: the frequency there; see tsc_nearest()
 * @tsc: what VP 0's TSC is there when it takes over; NULL: what it is here
 *
 * Assumption: a guest that has not asked for emulation gets the new TSC at once, and no
 * interrupt. A migration while the TSC is emulated still goes on emulating the frequency that L1
 * knows, and sends another interrupt.
 *
 * Return: 0; -ERANGE for a frequency out of reach, else the negative errno of KVM. Host lock held.
 */
int reenlightenment_migrate(uint64_t hz, const uint64_t *tsc)
{
	uint64_t count = last.count + 1, lost = last.lost;
	int err = 0;

	hz = tsc_nearest(hz);
	if (!hz)
		return -ERANGE;
	target_hz = hz;
	target_tsc_given = tsc;
	target_tsc = tsc ? *tsc : 0;
	last = (struct migration) {
		.count = count,
		.lost = lost,
		.old_hz = tsc_hz(),
		.new_hz = target_hz,
		.started = tsc_host(),
	};
	if (!(emulation & EMULATION_ON)) {
		vm_stop();
		last.stopped = tsc_host();
		err = switch_over(last.stopped);
		last.resumed = tsc_host();
		vm_resume();
		return err;
	}
	status = IN_PROGRESS;
	switch (fate) {
	case INTERRUPT_SEND:
		send_interrupt();
		break;
	case INTERRUPT_DELAY:
		err = send_later();
		break;
	case INTERRUPT_DROP:
		last.lost++;
		break;
	}
	return err;
}

/**
 * reenlightenment_idle() - is no emulation in progress?
 *
 * Return: true if so. Host lock held.
 */
bool reenlightenment_idle(void)
{
	return !(status & IN_PROGRESS);
}

/**
 * reenlightenment_interrupts() - what becomes of the interrupts from now on
 * @new_fate: sent, delayed or dropped
 * @ns: the delay
 */
void reenlightenment_interrupts(enum interrupt_fate new_fate, uint64_t ns)
{
	fate = new_fate;
	delay_ns = ns;
}

/**
 * reenlightenment_frequency_early() - when the frequency MSR changes
 * @early: true for with the interrupt, false for with the TSC
 */
void reenlightenment_frequency_early(bool early)
{
	frequency_early = early;
}

static void print_time(FILE *out, const char *name, uint64_t host)
{
	fprintf(out, "%s_ns %" PRIu64 "\n", name, host ? tsc_host_ns(host) : 0);
}

/**
 * reenlightenment_print() - tell of the last migration
 * @out: where to; lines "NAME VALUE"
 *
 * Host lock held.
 */
void reenlightenment_print(FILE *out)
{
	fprintf(out, "migrations %" PRIu64 "\n", last.count);
	fprintf(out, "interrupts_lost %" PRIu64 "\n", last.lost);
	fprintf(out, "in_progress %u\n", !reenlightenment_idle());
	fprintf(out, "old_hz %" PRIu64 "\n", last.old_hz);
	fprintf(out, "new_hz %" PRIu64 "\n", last.new_hz);
	print_time(out, "started", last.started);
	print_time(out, "interrupt", last.interrupt);
	print_time(out, "ended", last.ended);
	print_time(out, "switched", last.stopped);
	print_time(out, "resumed", last.resumed);
	if (last.interrupt && last.ended > last.interrupt)
		fprintf(out, "window_ns %" PRIu64 "\n",
			tsc_host_ns(last.ended) - tsc_host_ns(last.interrupt));
}
