/* SPDX-License-Identifier: GPL-2.0 */
#ifndef REENLIGHTENMENT_EVENT_H
#define REENLIGHTENMENT_EVENT_H

#include <linux/types.h>

/**
 * struct event_record - what has happened so far
 * @events: number of events
 * @last_ns: how long the TSC was emulated in the last one, from the interrupt to the end
 * @longest_ns: the longest such time
 * @last_held_ns: how long the phases took in the last one, 0 if the kernel's handler did it
 * @longest_held_ns: the longest such time
 * @old_hz: TSC frequency before the last event, 0 if there was none
 * @new_hz: TSC frequency now
 */
struct event_record {
	u64 events;
	u64 last_ns;
	u64 longest_ns;
	u64 last_held_ns;
	u64 longest_held_ns;
	u64 old_hz;
	u64 new_hz;
};

void event_init(void);
void event_interrupt(void);
void event_look(void);
void event_flush(void);
void event_watched_end(void);
struct event_record event_get_record(void);

#endif /* REENLIGHTENMENT_EVENT_H */
