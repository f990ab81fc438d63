// SPDX-License-Identifier: GPL-2.0
/*
 * reference.c - the reference counter and the reference TSC page (TLFS, "Timers")
 *
 * KVM's own page follows vCPU 0 and is given up for good when another vCPU's TSC is offset, so L1
 * gets this one. The counter counts from L0's power-on; that of a real host from when the partition
 * was made.
 */
#include <errno.h>

#include "reference.h"
#include "tsc.h"
#include "vm.h"

#define UNITS_PER_S	10000000	/* the unit of reference time is 100 ns */
#define NS_PER_UNIT	100
#define PPM		1000000

#define PAGE_ENABLED	1ULL
#define PAGE_ADDRESS	(~0xfffULL)

/* Assumption: neither is ever a valid sequence. The TLFS names 0, older text the other. */
#define SEQUENCE_NONE	0U
#define SEQUENCE_OLD	0xffffffffU

/* struct ms_hyperv_tsc_page */
struct page {
	volatile uint32_t sequence;
	uint32_t reserved;
	volatile uint64_t scale;
	volatile int64_t offset;
};

static uint64_t page_msr;
static uint32_t sequence;
static bool withdrawn;
static int32_t error_ppm;
static uint64_t stopped_at;	/* 0: the counter runs */

/**
 * reference_at() - the reference counter at a point in time
 * @host: L0's TSC at that point
 *
 * Return: units of 100 ns.
 */
uint64_t reference_at(uint64_t host)
{
	return tsc_host_ns(host) / NS_PER_UNIT;
}

/**
 * reference_read_counter() - RDMSR of 0x40000020
 * @value: where the counter goes
 *
 * Return: 0. Host lock held.
 */
int reference_read_counter(uint64_t *value)
{
	*value = stopped_at ? stopped_at : reference_at(tsc_host());
	return 0;
}

/**
 * reference_stop_counter() - let the counter stand still for L1, or go on as if it never had
 * @on: true to stop it
 *
 * The page goes on. Host lock held.
 */
void reference_stop_counter(bool on)
{
	stopped_at = on ? reference_at(tsc_host()) : 0;
}

/**
 * reference_read_page() - RDMSR of 0x40000021
 * @value: what L1 wrote
 *
 * Return: 0. Host lock held.
 */
int reference_read_page(uint64_t *value)
{
	*value = page_msr;
	return 0;
}

/**
 * reference_write_page() - WRMSR of 0x40000021
 * @value: page number and enable bit
 *
 * Return: 0; -EINVAL if L1 has no memory there. Host lock held.
 */
int reference_write_page(uint64_t value)
{
	if (value & PAGE_ENABLED && !vm_memory(value & PAGE_ADDRESS, sizeof(struct page)))
		return -EINVAL;
	page_msr = value;
	vm_stop();
	reference_publish(tsc_host());
	vm_resume();
	return 0;
}

/**
 * reference_publish() - write the page as the TSCs are now
 * @host: L0's TSC at the point for which page and counter agree
 *
 * Does nothing if L1 has not enabled the page. The machine is stopped, since the TSC of VP 0 is
 * read.
 */
void reference_publish(uint64_t host)
{
	struct page *page = vm_memory(page_msr & PAGE_ADDRESS, sizeof(*page));
	uint64_t scale, tsc = tsc_guest(0, host);

	if (!(page_msr & PAGE_ENABLED) || !page)
		return;
	do
		sequence++;
	while (sequence == SEQUENCE_NONE || sequence == SEQUENCE_OLD);

	scale = tsc_per_cycle(UNITS_PER_S);
	scale += (__int128)scale * error_ppm / PPM;
	page->sequence = SEQUENCE_NONE;
	page->scale = scale;
	page->offset = reference_at(host) - (uint64_t)(((unsigned __int128)tsc * scale) >> 64);
	if (!withdrawn)
		page->sequence = sequence;
}

/**
 * reference_withdraw() - take the page out of service by sequence 0, or put it back
 * @on: true to take it out
 *
 * The machine is stopped.
 */
void reference_withdraw(bool on)
{
	withdrawn = on;
	reference_publish(tsc_host());
}

/**
 * reference_scale_error() - publish a scale that is off
 * @ppm: by how much, 0 for a right one
 *
 * The page is right at this moment and runs off from then on. The machine is stopped.
 */
void reference_scale_error(int32_t ppm)
{
	error_ppm = ppm;
	reference_publish(tsc_host());
}
