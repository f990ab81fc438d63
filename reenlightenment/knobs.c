// SPDX-License-Identifier: GPL-2.0
/*
 * A host for tests, where the real one announces nothing: it "emulates" the TSC and sends the
 * interrupt to where the control MSR says.
 */
#include <linux/cpu.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <asm/apic.h>
#include <asm/mshyperv.h>

#include "knobs.h"

static bool in_progress, begins_asleep;

static unsigned int test_dawdle_ms;
module_param(test_dawdle_ms, uint, 0644);
MODULE_PARM_DESC(test_dawdle_ms, "Test: wait so long before the emulation is ended, and after it");

static void send_interrupt(void)
{
	struct hv_reenlightenment_control control;
	unsigned int cpu;

	cpus_read_lock();
	rdmsrl(HV_X64_MSR_REENLIGHTENMENT_CONTROL, *(u64 *)&control);
	for_each_online_cpu(cpu)
		if (control.enabled && hv_vp_index[cpu] == control.target_vp)
			apic->send_IPI(cpu, control.vector);
	cpus_read_unlock();
}

static int test_event_set(const char *value, const struct kernel_param *param)
{
	if (sysfs_streq(value, "asleep")) {
		WRITE_ONCE(begins_asleep, true);
		return 0;
	}
	if (!sysfs_streq(value, "announced") && !sysfs_streq(value, "lost"))
		return -EINVAL;
	WRITE_ONCE(in_progress, true);
	if (sysfs_streq(value, "announced"))
		send_interrupt();
	return 0;
}

static int test_event_get(char *buffer, const struct kernel_param *param)
{
	return sprintf(buffer, "%s\n", READ_ONCE(in_progress) ? "in progress" : "none");
}

static const struct kernel_param_ops test_event_ops = {
	.set = test_event_set,
	.get = test_event_get,
};

module_param_cb(test_event, &test_event_ops, NULL, 0644);
MODULE_PARM_DESC(test_event,
		 "Test: begin to \"emulate\" the TSC, \"announced\", \"lost\", or \"asleep\"");

/**
 * knob_in_progress - does the host of the test emulate the TSC?
 *
 * Return: true if so.
 */
bool knob_in_progress(void)
{
	return READ_ONCE(in_progress);
}

/**
 * knob_end_emulation - to the host of the test, what 0 in the status MSR is to the real one
 */
void knob_end_emulation(void)
{
	WRITE_ONCE(in_progress, false);
}

/**
 * knob_resume - the machine comes back from hibernation
 */
void knob_resume(void)
{
	if (!READ_ONCE(begins_asleep))
		return;
	WRITE_ONCE(begins_asleep, false);
	WRITE_ONCE(in_progress, true);
}

/**
 * knob_dawdle - let a phase take long
 */
void knob_dawdle(void)
{
	msleep(READ_ONCE(test_dawdle_ms));
}
