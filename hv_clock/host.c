// SPDX-License-Identifier: GPL-2.0
/*
 * What the host offers of clocks; see host.h. From TLFS, "Timers" and "Partition Privilege Flags".
 */
#include <asm/barrier.h>
#include <asm/hypervisor.h>
#include <clocksource/hyperv_timer.h>

#include "host.h"

/**
 * host_missing() - looks for what this module cannot do without
 *
 * Return: the first thing that is missing, for the log; NULL if all is there
 */
const char *host_missing(void)
{
	if (!hypervisor_is_type(X86_HYPER_MS_HYPERV))
		return "this is not a guest of Hyper-V";
	if (!(ms_hyperv.features & HV_MSR_TIME_REF_COUNT_AVAILABLE))
		return "Hyper-V offers no reference counter here (CPUID 0x40000003 EAX[1])";
	if (!(ms_hyperv.features & HV_MSR_REFERENCE_TSC_AVAILABLE))
		return "Hyper-V offers no reference TSC page here (CPUID 0x40000003 EAX[9])";
	return NULL;
}

/**
 * host_tsc_invariant() - does the kernel use the TSC itself, since it keeps its rate for ever
 *
 * Return: true if Hyper-V says that the TSC is invariant
 */
bool host_tsc_invariant(void)
{
	return ms_hyperv.features & HV_ACCESS_TSC_INVARIANT;
}

/**
 * host_page() - copies the kernel's reference TSC page
 * @page: the copy, of one piece
 *
 * Return: true if the page is valid; sequence 0 says that it is not
 */
bool host_page(struct page_copy *page)
{
	const struct ms_hyperv_tsc_page *kernel = hv_get_tsc_page();

	do {
		page->sequence = READ_ONCE(kernel->tsc_sequence);
		smp_rmb();	/* the host writes the sequence last */
		page->scale = READ_ONCE(kernel->tsc_scale);
		page->offset = READ_ONCE(kernel->tsc_offset);
		smp_rmb();	/* as in hv_read_tsc_page_tsc() */
	} while (READ_ONCE(kernel->tsc_sequence) != page->sequence);
	return page->sequence != 0;
}

/**
 * host_tsc_hz() - the TSC frequency as the host states it
 *
 * Return: Hz; 0 if the host does not state it, or states what no reference page can express
 */
u64 host_tsc_hz(void)
{
	u64 hz;

	if (!(ms_hyperv.features & HV_ACCESS_FREQUENCY_MSRS) ||
	    !(ms_hyperv.misc_features & HV_FEATURE_FREQUENCY_MSRS_AVAILABLE))
		return 0;
	rdmsrl(HV_X64_MSR_TSC_FREQUENCY, hz);
	return hz > REFERENCE_HZ ? hz : 0;
}

/**
 * host_emulates_tsc() - has there been a migration whose end L1 has not said yet
 *
 * Return: true while the TSC runs at the old frequency and the page may be that of the new one
 */
bool host_emulates_tsc(void)
{
	u64 status;

	if (!(ms_hyperv.features & HV_ACCESS_REENLIGHTENMENT))
		return false;
	rdmsrl(HV_X64_MSR_TSC_EMULATION_STATUS, status);
	return status & 1;
}
