// SPDX-License-Identifier: GPL-2.0
/*
 * clock.c - which clocksource this guest uses, and why
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "leaves.h"
#include "text.h"

#define CMDLINE_MAX	8192

/* Copies the word that follows @option in @text. */
static void copy_word(char *to, size_t size, const char *text, const char *option)
{
	const char *at = text;

	while ((at = strstr(at, option))) {
		if (at == text || at[-1] == ' ') {
			at += strlen(option);
			snprintf(to, size, "%.*s", (int)strcspn(at, " \n"), at);
			return;
		}
		at++;
	}
}

static bool is_word(const char *words, const char *word)
{
	size_t length = strlen(word);
	const char *at = words;

	while ((at = strstr(at, word))) {
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
		at++;
	}
	return false;
}

/*
 * KVM has a master clock, and so a stable kvm-clock in its guests, only on a clocksource that the
 * vDSO reads from the TSC: the TSC itself or the reference TSC page.
 */
static enum answer find_master(const struct clock *clock)
{
	if (!clock->current[0])
		return UNKNOWN;
	return answer_of(!strcmp(clock->current, "tsc") || !strcmp(clock->current, CLOCK_TSC_PAGE));
}

/**
 * clock_read() - find out about the clock
 * @clock: filled in; freed with clock_free()
 * @root: the root
 * @log: the kernel's log
 */
void clock_read(struct clock *clock, const struct sysroot *root, const struct kernel_log *log)
{
	static const char sources[] = "sys/devices/system/clocksource/clocksource0";
	char command_line[CMDLINE_MAX];

	*clock = (struct clock){ 0 };
	sysroot_read_line(root, clock->current, sizeof(clock->current), "%s/current_clocksource",
			  sources);
	sysroot_read_line(root, clock->available, sizeof(clock->available),
			  "%s/available_clocksource", sources);
	sysroot_read_line(root, clock->event, sizeof(clock->event),
			  "sys/devices/system/clockevents/clockevent0/current_device");
	sysroot_read_line(root, clock->reason, sizeof(clock->reason), "sys/kernel/hv_clock/reason");
	if (!sysroot_read_line(root, command_line, sizeof(command_line), "proc/cmdline"))
		copy_word(clock->forced, sizeof(clock->forced), command_line, "clocksource=");
	clock->tsc_unstable = kernel_log_line(log, "Marking TSC unstable");
	if (!clock->tsc_unstable)
		clock->tsc_unstable = kernel_log_line(log, "Marking clocksource 'tsc' as unstable");
	clock->master = find_master(clock);
}

/**
 * clock_free() - free what clock_read() filled in
 * @clock: the clock
 */
void clock_free(struct clock *clock)
{
	free(clock->tsc_unstable);
}

/**
 * clock_has() - could the kernel use this clocksource?
 * @clock: the clock
 * @source: its name
 */
bool clock_has(const struct clock *clock, const char *source)
{
	return is_word(clock->available, source);
}

/**
 * clock_why() - why the clocksource is the one that it is
 * @clock: the clock
 * @cpuid: the leaves
 *
 * Linux rates the reference TSC page above the TSC, unless invariant TSC control is offered.
 *
 * Return: allocated text.
 */
char *clock_why(const struct clock *clock, const struct cpuid *cpuid)
{
	bool invariant = cpuid_bit(cpuid, LEAF_FEATURES, EAX, FEATURES_EAX_TSC_INVARIANT);
	bool page = cpuid_bit(cpuid, LEAF_FEATURES, EAX, FEATURES_EAX_TSC_PAGE);

	if (!clock->current[0])
		return text_format("the kernel does not say");
	if (!strcmp(clock->forced, clock->current))
		return text_format("the kernel's command line asks for it");
	if (!strcmp(clock->current, CLOCK_HV_REF))
		return text_format("hv_clock took the reference TSC page out of service%s%s",
				   clock->reason[0] ? ": " : "", clock->reason);
	if (!strcmp(clock->current, CLOCK_TSC_PAGE))
		return text_format(invariant ? "chosen by hand: with invariant TSC control Linux prefers the TSC" :
				   "the best there is: the host offers no invariant TSC control");
	if (!strcmp(clock->current, "tsc"))
		return text_format(invariant ? "the host offers invariant TSC control" :
				   "chosen by hand: without invariant TSC control Linux prefers the page");
	if (!strcmp(clock->current, CLOCK_MSR) && !page)
		return text_format("the host offers no reference TSC page");
	if (clock_has(clock, CLOCK_TSC_PAGE) || clock_has(clock, "tsc"))
		return text_format("chosen by hand or by the kernel's watchdog: better ones are there");
	return text_format("the kernel has no better one");
}
