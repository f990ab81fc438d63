// SPDX-License-Identifier: GPL-2.0
/*
 * guest.c - the guests' trap handler and the way they report a failure
 */
#include "guest.h"

struct trap_record trap_log[TRAP_LOG] GUEST_DATA;
uint32_t trap_count GUEST_DATA;
uint64_t trap_at GUEST_DATA;
uint64_t trap_resume GUEST_DATA;
void (*trap_hook)(struct trap_frame *frame) GUEST_DATA;
uint32_t trap_eoi GUEST_DATA;
struct guest_failure guest_failure GUEST_DATA;

/**
 * guest_fail() - end the test; for GUEST_FAIL()
 * @text: what went wrong, an address in the program
 * @got: what was found
 * @want: what should have been
 */
GUEST void guest_fail(uint64_t text, uint64_t got, uint64_t want)
{
	guest_failure.text = text;
	guest_failure.got = got;
	guest_failure.want = want;
	for (;;)
		outl(PORT_FAIL, 0);
}

/**
 * trap_take() - the one trap there was since the last call
 *
 * Ends the test if there were more. If there was none, the record's vector is NO_VECTOR.
 *
 * Return: its record.
 */
GUEST const struct trap_record *trap_take(void)
{
	if (!trap_count)
		trap_log[0] = (struct trap_record){ .vector = NO_VECTOR };
	else if (trap_count > 1)
		GUEST_FAIL("number of traps", trap_count, 1);
	trap_count = 0;
	return &trap_log[0];
}

static inline uint64_t read_dr6(void)
{
	uint64_t value;

	asm volatile("mov %%dr6, %0" : "=r"(value));
	return value;
}

/**
 * trap_handle() - all exceptions and interrupts; called by vectors.S
 * @frame: the saved registers, which may be changed
 */
GUEST void trap_handle(struct trap_frame *frame)
{
	struct trap_record *record = &trap_log[trap_count % TRAP_LOG];

	record->vector = frame->vector;
	record->error = frame->error;
	record->rip = frame->rip;
	record->cs = frame->cs;
	record->rflags = frame->rflags;
	record->rsp = frame->rsp;
	record->ss = frame->ss;
	record->cr2 = frame->vector == PF_VECTOR ? read_cr2() : 0;
	record->dr6 = frame->vector == DB_VECTOR ? read_dr6() : 0;
	trap_count++;

	if (frame->vector >= 32 && trap_eoi)
		apic_write(APIC_EOI, 0);
	if (trap_hook) {
		trap_hook(frame);
	} else if (trap_resume) {
		frame->rip = trap_resume;
	} else if (frame->vector < 32 && frame->vector != NMI_VECTOR) {
		for (;;)
			outl(PORT_TRAP, 0);
	}
}
