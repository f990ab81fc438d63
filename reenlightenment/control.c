// SPDX-License-Identifier: GPL-2.0
/*
 * The MSRs (TLFS, "Reenlightenment"): the control says which vector and virtual processor get
 * the interrupt; the status says that the TSC is emulated, and ends that when it is written 0.
 * They belong to the partition: every CPU reads and writes the same ones.
 */
#include <linux/cpu.h>
#include <linux/units.h>
#include <asm/mshyperv.h>
#include <asm/msr.h>
#include <asm/tsc.h>

#include "control.h"
#include "knobs.h"

/* What the kernel had written when it was taken from it. */
static struct hv_reenlightenment_control saved;

static struct hv_reenlightenment_control control_read(void)
{
	struct hv_reenlightenment_control control;

	rdmsrl(HV_X64_MSR_REENLIGHTENMENT_CONTROL, *(u64 *)&control);
	return control;
}

static void control_write(struct hv_reenlightenment_control control)
{
	wrmsrl(HV_X64_MSR_REENLIGHTENMENT_CONTROL, *(u64 *)&control);
}

/**
 * control_missing - does the host announce changes of the TSC frequency?
 *
 * Return: NULL, or what of it is missing.
 */
const char *control_missing(void)
{
	if (!ms_hyperv.features)
		return "Hyper-V (this kernel does not run as its guest)";
	if (!(ms_hyperv.features & HV_ACCESS_REENLIGHTENMENT))
		return "reenlightenment controls (CPUID 0x40000003 EAX[13])";
	if (!(ms_hyperv.features & HV_ACCESS_FREQUENCY_MSRS) ||
	    !(ms_hyperv.misc_features & HV_FEATURE_FREQUENCY_MSRS_AVAILABLE))
		return "frequency MSRs (CPUID 0x40000003 EAX[11] and EDX[8])";
	if (!(ms_hyperv.features & HV_MSR_TIME_REF_COUNT_AVAILABLE))
		return "the partition reference counter (CPUID 0x40000003 EAX[1])";
	if (!hv_vp_index)
		return "VP indices (the kernel set up no hypercall page)";
	return NULL;
}

/**
 * control_save - remember what the kernel has in the control
 */
void control_save(void)
{
	saved = control_read();
}

/**
 * control_restore - let the kernel have its interrupt again
 *
 * The target is a CPU that is online now. CPU hotplug is held off.
 */
void control_restore(void)
{
	saved.target_vp = hv_vp_index[cpumask_first(cpu_online_mask)];
	control_write(saved);
}

/**
 * control_arm - the interrupt is to come
 * @vector: on this vector
 * @cpu: to this CPU
 *
 * An interrupt that was sent before to where nobody expected it is lost: whoever calls this
 * looks at control_in_progress() afterwards.
 */
void control_arm(u8 vector, unsigned int cpu)
{
	control_write((struct hv_reenlightenment_control){
		.vector = vector,
		.enabled = 1,
		.target_vp = hv_vp_index[cpu],
	});
}

/**
 * control_disarm - no interrupt is to come
 */
void control_disarm(void)
{
	struct hv_reenlightenment_control control = control_read();

	control.enabled = 0;
	control_write(control);
}

/**
 * control_armed - has anybody, us or the kernel, asked for the interrupt?
 *
 * Return: true if so.
 */
bool control_armed(void)
{
	return control_read().enabled;
}

/**
 * control_in_progress - does the host emulate the TSC?
 *
 * Return: true if so.
 */
bool control_in_progress(void)
{
	struct hv_tsc_emulation_status status;

	rdmsrl(HV_X64_MSR_TSC_EMULATION_STATUS, *(u64 *)&status);
	return status.inprogress || knob_in_progress();
}

/**
 * control_believed - can a TSC have that frequency?
 * @hz: what the host states
 *
 * Return: false if kvm.ko would divide by 0 or overflow with it.
 */
bool control_believed(u64 hz)
{
	return hz >= LOWEST_HZ && hz <= HIGHEST_HZ;
}

/**
 * control_end_emulation - let the TSC run at the new frequency
 *
 * The kernel's tsc_khz, from which others reckon at any time, has the new frequency from then on;
 * the old one, if the new one is not believed.
 *
 * Return: the new frequency in Hz, as the host states it.
 */
u64 control_end_emulation(void)
{
	struct hv_tsc_emulation_status status;
	u64 hz;

	knob_end_emulation();
	rdmsrl(HV_X64_MSR_TSC_EMULATION_STATUS, *(u64 *)&status);
	status.inprogress = 0;
	wrmsrl(HV_X64_MSR_TSC_EMULATION_STATUS, *(u64 *)&status);
	hz = control_tsc_hz();
	if (control_believed(hz))
		WRITE_ONCE(tsc_khz, hz / HZ_PER_KHZ);
	return hz;
}

/**
 * control_tsc_hz - the TSC frequency, as the host states it
 *
 * Return: Hz.
 */
u64 control_tsc_hz(void)
{
	u64 hz;

	rdmsrl(HV_X64_MSR_TSC_FREQUENCY, hz);
	return hz;
}
