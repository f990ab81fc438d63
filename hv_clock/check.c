// SPDX-License-Identifier: GPL-2.0
/*
 * One check of the TSC page; see check.h. One at a time.
 */
#include <linux/cpu.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <asm/tsc.h>

#include "check.h"
#include "counter.h"
#include "drift.h"
#include "host.h"
#include "job.h"
#include "skew.h"
#include "suspicion.h"

/* What NTP can put up with; far above what rounding of the scale, or to whole Hz, costs. */
#define RATE_BOUND_PPB	50000

/* They must agree: when the page is withdrawn the kernel goes on with the counter by itself. */
#define AHEAD_BOUND	1000	/* units of 100 ns */

#define SAMPLES		8
#define MAX_SAMPLES	10000

/* The samples take so long: 100 us, so that it shows whether the counter runs. */
#define SAMPLES_PER_S	10000

/* Of the page with that sequence. */
static struct drift drift;
static u32 drift_sequence;

/* Of the counter, at the last check. */
static struct counter_reading last_reading;
static bool counter_strayed;	/* it jumped: since then its distance from the page says nothing */

static struct suspicion suspicion;

static struct skew_pair pair;

/* @hz: of the TSC; @first and @last: readings; @reference and @ahead: the narrowest of all. */
struct samples {
	struct page_copy page;
	u64 hz;
	struct counter_reading first, last;
	u64 reference;
	struct bracket ahead;
};

static struct counter_reading read_counter(void)
{
	struct counter_reading reading = { .known = true };
	unsigned long flags;

	local_irq_save(flags);
	reading.before = rdtsc_ordered();
	reading.reference = host_reference();
	reading.after = rdtsc_ordered();
	local_irq_restore(flags);
	return reading;
}

static void take_sample(struct samples *samples)
{
	struct counter_reading reading = read_counter();
	struct bracket ahead = drift_ahead(page_time(&samples->page, reading.before),
					   reading.reference,
					   page_time(&samples->page, reading.after));

	if (!samples->first.known)
		samples->first = reading;
	samples->last = reading;
	if (bracket_known(samples->ahead) && bracket_floor(ahead) >= bracket_floor(samples->ahead))
		return;
	samples->reference = reading.reference;
	samples->ahead = ahead;
}

/* On the first CPU, always the same one. */
static void take_samples(void *data)
{
	struct samples *samples = data;
	unsigned int i;

	for (i = 0; i < MAX_SAMPLES; i++) {
		if (i >= SAMPLES &&
		    samples->last.after - samples->first.before >= samples->hz / SAMPLES_PER_S)
			break;
		take_sample(samples);
	}
}

struct side {
	unsigned int which;
};

static void run_side(void *data)
{
	skew_run(&pair, ((struct side *)data)->which);
}

/* The TSC of CPU @other minus that of @first, in cycles. Neither of them goes. */
static struct bracket measure_pair(unsigned int first, unsigned int other)
{
	struct side sides[2] = { { 0 }, { 1 } };
	struct job jobs[2];
	bool done = true;
	unsigned int i;

	skew_begin(&pair);
	for (i = 0; i < 2; i++) {
		jobs[i].run = run_side;
		jobs[i].data = &sides[i];
		job_start(&jobs[i], i, i ? other : first);
	}
	for (i = 0; i < 2; i++)
		done &= job_end(&jobs[i]);
	return done ? skew_result(&pair) : BRACKET_UNKNOWN;
}

/* CPUs are kept from coming and going for one pair at a time: one that is busy takes a while. */
static struct bracket measure(unsigned int first, unsigned int other)
{
	struct bracket cycles = BRACKET_UNKNOWN;

	cpus_read_lock();
	if (cpu_online(first) && cpu_online(other))
		cycles = measure_pair(first, other);
	cpus_read_unlock();
	return cycles;
}

static void forget_skews(struct check *check)
{
	unsigned int cpu;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		check->skew_ns[cpu] = BRACKET_UNKNOWN;
	check->spread_ns = 0;
}

/* All CPUs read one page, so their page times differ as their TSCs do. */
static void measure_cpus(struct check *check, unsigned int first)
{
	s64 least = 0, most = 0;
	unsigned int cpu;

	forget_skews(check);
	/* The first CPU was not to be had, and will not be for each of the others. */
	if (!check->hz || (check->page.sequence && !bracket_known(check->ahead)))
		return;
	check->skew_ns[first] = (struct bracket){ 0, 0 };
	for (cpu = 0; cpu < nr_cpu_ids; cpu++) {
		struct bracket cycles, *ns = &check->skew_ns[cpu];

		cycles = cpu == first ? BRACKET_UNKNOWN : measure(first, cpu);
		if (!bracket_known(cycles))
			continue;
		ns->low = page_cycles_to_ns(cycles.low, check->hz) - 1;
		ns->high = page_cycles_to_ns(cycles.high, check->hz) + 1;
		least = min(least, bracket_middle(*ns));
		most = max(most, bracket_middle(*ns));
	}
	check->spread_ns = most - least;
}

/* One that has not run as the TSC did tells neither the page's rate nor its distance. */
static void judge_counter(struct check *check, const struct samples *samples)
{
	bool kept_step = !last_reading.known ||
			 counter_keeps_step(&last_reading, &samples->last, samples->hz);

	check->counter_runs = counter_keeps_step(&samples->first, &samples->last, samples->hz);
	if (!check->counter_runs || !kept_step) {
		counter_strayed = true;
		drift.based = false;
	}
	if (bracket_within(samples->ahead, AHEAD_BOUND))
		counter_strayed = false;
	last_reading = samples->last;
}

/* Without a valid page its rate and its distance are not known, and prove nothing. */
static void measure_page(struct check *check, u64 host_hz, unsigned int first)
{
	struct samples samples = {
		.page = check->page,
		.hz = host_hz ?: (u64)tsc_khz * MSEC_PER_SEC,
		.ahead = BRACKET_UNKNOWN,
	};
	struct job job = { .run = take_samples, .data = &samples };
	bool done = false;

	check->ahead = BRACKET_UNKNOWN;
	check->drift_ppb = BRACKET_UNKNOWN;
	check->counter_runs = true;
	if (check->page.sequence != drift_sequence)
		check_forget();
	drift_sequence = check->page.sequence;
	if (!check->page.sequence)
		return;
	cpus_read_lock();
	if (cpu_online(first)) {
		job_start(&job, 0, first);
		done = job_end(&job);
	}
	cpus_read_unlock();
	if (!done)
		return;
	check->ahead = samples.ahead;
	judge_counter(check, &samples);
	check->drift_ppb = drift_note(&drift, samples.reference, samples.ahead);
	if (bracket_beyond(check->drift_ppb, RATE_BOUND_PPB))
		drift = (struct drift){ true, samples.reference, samples.ahead };
}

/* Says why a check does not pass. */
static __printf(2, 3) bool refuse(struct check *check, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vscnprintf(check->reason, sizeof(check->reason), format, args);
	va_end(args);
	return false;
}

/* Cannot be told where the host does not state a frequency. */
static s64 scale_error_ppb(const struct page_copy *page, u64 host_hz)
{
	return host_hz ? page_scale_error_ppb(page->scale, host_hz) : 0;
}

static bool page_passes(struct check *check, u64 host_hz)
{
	s64 ppb = scale_error_ppb(&check->page, host_hz);

	if (!check->page.sequence)
		return refuse(check, "the host has withdrawn the TSC page (sequence 0)");
	if (abs(ppb) > RATE_BOUND_PPB)
		return refuse(check, "the page's scale is %lld ppb off that of %llu Hz", ppb,
			      host_hz);
	if (bracket_beyond(check->drift_ppb, RATE_BOUND_PPB)) {
		suspicion.drift = true;
		return refuse(check, "the page drifts from the reference counter by %lld ppb",
			      bracket_middle(check->drift_ppb));
	}
	if (bracket_beyond(check->ahead, AHEAD_BOUND) && !counter_strayed) {
		suspicion.ahead = abs(bracket_middle(check->ahead));
		return refuse(check, "the page is %lld us ahead of the reference counter",
			      bracket_middle(check->ahead) / 10);
	}
	return true;
}

static bool cpus_pass(struct check *check, u64 bound_ns)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		struct bracket ns = check->skew_ns[cpu];

		if (bracket_beyond(ns, bound_ns)) {
			suspicion.skew_ns = abs(bracket_middle(ns));
			return refuse(check, "CPU %u is %lld ns ahead of CPU %u (within %llu ns)",
				      cpu, bracket_middle(ns), cpumask_first(cpu_online_mask),
				      bracket_floor(ns));
		}
	}
	return true;
}

static bool all_measured(struct check *check)
{
	unsigned int cpu;

	if (!bracket_known(check->ahead))
		return refuse(check, "CPU %u could not be had to compare the page with the counter",
			      cpumask_first(cpu_online_mask));
	for_each_online_cpu(cpu)
		if (!bracket_known(check->skew_ns[cpu]))
			return refuse(check, "CPU %u could not be compared with CPU %u", cpu,
				      cpumask_first(cpu_online_mask));
	return true;
}

/* Neither who is right nor what is wrong can be told, but that there is something. */
static bool counter_agrees(struct check *check)
{
	if (bracket_beyond(check->ahead, AHEAD_BOUND))
		return refuse(check, "the reference counter has jumped, to %lld us behind the page",
			      bracket_middle(check->ahead) / 10);
	return true;
}

/* What was bad would have shown. */
static bool all_dispelled(struct check *check, u64 skew_bound_ns)
{
	unsigned int cpu;

	if (suspicion.drift && !bracket_within(check->drift_ppb, RATE_BOUND_PPB))
		return refuse(check, "the page may still drift, that takes longer to measure");
	if (!suspicion_dispelled(suspicion.ahead, AHEAD_BOUND, check->ahead))
		return refuse(check, "the page is measured within %llu us, it was off by %llu us",
			      bracket_floor(check->ahead) / 10, suspicion.ahead / 10);
	for_each_online_cpu(cpu)
		if (!suspicion_dispelled(suspicion.skew_ns, skew_bound_ns, check->skew_ns[cpu]))
			return refuse(check, "CPU %u: known within %llu ns, one was off by %llu ns",
				      cpu, bracket_floor(check->skew_ns[cpu]), suspicion.skew_ns);
	return true;
}

/* What is proven counts, even if the rest could not be measured. */
static enum check_outcome judge(struct check *check, u64 host_hz, u64 skew_bound_ns)
{
	/* To step in with it would be to stop time, and with it this machine. */
	if (!check->counter_runs) {
		refuse(check, "the reference counter does not run as the TSC does");
		return CHECK_VOID;
	}
	if (!page_passes(check, host_hz) || !cpus_pass(check, skew_bound_ns))
		return CHECK_FAILED;
	return all_measured(check) && counter_agrees(check) && all_dispelled(check, skew_bound_ns) ?
		CHECK_PASSED : CHECK_VOID;
}

/* The host has not begun, or ended, a change since the check began. */
static bool settled(const struct check *check, u64 host_hz)
{
	struct page_copy now;

	host_page(&now);
	return now.sequence == check->page.sequence && host_tsc_hz() == host_hz &&
	       !host_emulates_tsc();
}

/**
 * check_init() - gets what checks need
 * @check: to be set up
 *
 * Return: 0 or -ENOMEM
 */
int check_init(struct check *check)
{
	*check = (struct check){ .ahead = BRACKET_UNKNOWN, .drift_ppb = BRACKET_UNKNOWN };
	check->skew_ns = kcalloc(nr_cpu_ids, sizeof(*check->skew_ns), GFP_KERNEL);
	if (!check->skew_ns)
		return -ENOMEM;
	forget_skews(check);
	return 0;
}

/**
 * check_exit() - undoes check_init()
 * @check: what it set up
 */
void check_exit(struct check *check)
{
	kfree(check->skew_ns);
}

/**
 * check_copy() - copies what was found
 * @to: set up by check_init()
 * @from: likewise
 */
void check_copy(struct check *to, const struct check *from)
{
	struct bracket *skew_ns = to->skew_ns;

	*to = *from;
	to->skew_ns = memcpy(skew_ns, from->skew_ns, nr_cpu_ids * sizeof(*skew_ns));
}

/**
 * check_run() - measures, and judges
 * @check: gets what was found; what was not measured is not known
 * @skew_bound_ns: what two CPUs may differ by
 *
 * Sleeps: some 100 us for each CPU, or a second for one that other tasks keep busy. A CPU that
 * comes meanwhile makes it void.
 *
 * Return: what came out
 */
enum check_outcome check_run(struct check *check, u64 skew_bound_ns)
{
	unsigned int first = cpumask_first(cpu_online_mask);
	u64 host_hz = host_tsc_hz();
	enum check_outcome outcome;

	check->reason[0] = 0;
	host_page(&check->page);
	check->hz = host_hz ?: page_inverse(check->page.scale);

	measure_page(check, host_hz, first);
	measure_cpus(check, first);
	cpus_read_lock();
	outcome = judge(check, host_hz, skew_bound_ns);
	cpus_read_unlock();
	if (settled(check, host_hz))
		return outcome;

	check_forget();
	check->ahead = BRACKET_UNKNOWN;
	check->drift_ppb = BRACKET_UNKNOWN;
	forget_skews(check);
	refuse(check, "the host was changing the TSC or its page");
	return CHECK_VOID;
}

/**
 * check_glance() - looks at what the page says of itself
 *
 * For the callback `switched`: does not wait, and measures nothing.
 *
 * Return: false if the page is withdrawn, or its scale is not that of the TSC. True while another
 * change is on its way, at whose end there is another look.
 */
bool check_glance(void)
{
	u64 host_hz = host_tsc_hz();
	struct page_copy page;

	if (host_emulates_tsc())
		return true;
	return host_page(&page) && abs(scale_error_ppb(&page, host_hz)) <= RATE_BOUND_PPB;
}

/**
 * check_forget() - page and counter are compared afresh, since one of them is another
 *
 * No check runs.
 */
void check_forget(void)
{
	drift.based = false;
	last_reading.known = false;
	counter_strayed = false;
}

/**
 * check_acquit() - the page is in service: what it was taken out for is forgotten
 *
 * No check runs.
 */
void check_acquit(void)
{
	suspicion = (struct suspicion){ 0 };
}
