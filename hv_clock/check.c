// SPDX-License-Identifier: GPL-2.0
/*
 * One check of the TSC page; see check.h. Everything here is called with the lock of watch.c held.
 */
#include <linux/cpu.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/workqueue.h>

#include "check.h"
#include "drift.h"
#include "host.h"
#include "skew.h"

/* What NTP can put up with; far above what rounding of the scale, or to whole Hz, costs. */
#define RATE_BOUND_PPB	50000

/* They must agree: when the page is withdrawn the kernel goes on with the counter by itself. */
#define AHEAD_BOUND	1000	/* units of 100 ns */

#define SAMPLES		8

static struct drift drift;
static struct skew_pair pair;

struct sample {
	struct page_copy page;
	u64 reference;
	struct bracket ahead;
};

/* On the first CPU, always the same one. */
static int take_sample(void *data)
{
	struct sample *sample = data;
	unsigned int i;

	sample->ahead = BRACKET_UNKNOWN;
	for (i = 0; i < SAMPLES; i++) {
		unsigned long flags;
		u64 before, after;

		local_irq_save(flags);
		before = rdtsc_ordered();
		sample->reference = host_reference();
		after = rdtsc_ordered();
		local_irq_restore(flags);
		sample->ahead = bracket_narrow(sample->ahead,
					       drift_ahead(page_time(&sample->page, before),
							   sample->reference,
							   page_time(&sample->page, after)));
	}
	return 0;
}

struct side_work {
	struct work_struct work;
	unsigned int side;
};

static void run_side(struct work_struct *work)
{
	skew_run(&pair, container_of(work, struct side_work, work)->side);
}

/* The TSC of CPU @other minus that of @first, in cycles. */
static struct bracket measure(unsigned int first, unsigned int other)
{
	struct side_work works[2] = { { .side = 0 }, { .side = 1 } };
	unsigned int i;

	skew_begin(&pair);
	for (i = 0; i < 2; i++) {
		INIT_WORK_ONSTACK(&works[i].work, run_side);
		queue_work_on(i ? other : first, system_highpri_wq, &works[i].work);
	}
	for (i = 0; i < 2; i++) {
		flush_work(&works[i].work);
		destroy_work_on_stack(&works[i].work);
	}
	return skew_result(&pair);
}

/* All CPUs read one page, so their page times differ as their TSCs do. */
static void measure_all(struct check *check)
{
	unsigned int cpu, first = cpumask_first(cpu_online_mask);
	s64 least = 0, most = 0;

	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		check->skew_ns[cpu] = BRACKET_UNKNOWN;
	check->spread_ns = 0;
	if (!check->hz)
		return;
	check->skew_ns[first] = (struct bracket){ 0, 0 };
	for_each_online_cpu(cpu) {
		struct bracket cycles, *ns = &check->skew_ns[cpu];

		if (cpu == first)
			continue;
		cycles = measure(first, cpu);
		if (!bracket_known(cycles))
			continue;
		ns->low = page_cycles_to_ns(cycles.low, check->hz) - 1;
		ns->high = page_cycles_to_ns(cycles.high, check->hz) + 1;
		least = min(least, bracket_middle(*ns));
		most = max(most, bracket_middle(*ns));
	}
	check->spread_ns = most - least;
}

/* Without a valid page its rate and its distance are not known, and prove nothing. */
static void measure_page(struct check *check)
{
	struct sample sample = { .page = check->page };

	check->ahead = BRACKET_UNKNOWN;
	check->drift_ppb = BRACKET_UNKNOWN;
	if (!check->page.sequence) {
		check_forget();
		return;
	}
	smp_call_on_cpu(cpumask_first(cpu_online_mask), take_sample, &sample, false);
	check->ahead = sample.ahead;
	if (!bracket_known(sample.ahead))
		return;
	check->drift_ppb = drift_note(&drift, sample.reference, sample.ahead);
	if (bracket_beyond(check->drift_ppb, RATE_BOUND_PPB))
		drift = (struct drift){ true, sample.reference, sample.ahead };
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

static bool page_passes(struct check *check, u64 host_hz)
{
	s64 ppb;

	if (!check->page.sequence)
		return refuse(check, "the host has withdrawn the TSC page (sequence 0)");
	ppb = host_hz ? page_scale_error_ppb(check->page.scale, host_hz) : 0;
	if (abs(ppb) > RATE_BOUND_PPB)
		return refuse(check, "the page's scale is %lld ppb off that of %llu Hz", ppb,
			      host_hz);
	if (bracket_beyond(check->drift_ppb, RATE_BOUND_PPB))
		return refuse(check, "the page drifts from the reference counter by %lld ppb",
			      bracket_middle(check->drift_ppb));
	if (bracket_beyond(check->ahead, AHEAD_BOUND))
		return refuse(check, "the page is %lld us ahead of the reference counter",
			      bracket_middle(check->ahead) / 10);
	return true;
}

static bool cpus_pass(struct check *check, u64 bound_ns)
{
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		struct bracket ns = check->skew_ns[cpu];

		if (bracket_beyond(ns, bound_ns))
			return refuse(check, "CPU %u is %lld ns ahead of CPU %u (within %llu ns)",
				      cpu, bracket_middle(ns), cpumask_first(cpu_online_mask),
				      bracket_floor(ns));
	}
	return true;
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
	unsigned int cpu;

	*check = (struct check){ .ahead = BRACKET_UNKNOWN, .drift_ppb = BRACKET_UNKNOWN };
	check->skew_ns = kcalloc(nr_cpu_ids, sizeof(*check->skew_ns), GFP_KERNEL);
	if (!check->skew_ns)
		return -ENOMEM;
	for (cpu = 0; cpu < nr_cpu_ids; cpu++)
		check->skew_ns[cpu] = BRACKET_UNKNOWN;
	return 0;
}

/**
 * check_exit() - undoes check_init()
 * @check: what it set up
 */
void check_exit(struct check *check)
{
	kfree(check->skew_ns);
	check_forget();
}

/**
 * check_run() - measures, and judges
 * @check: gets what was found
 * @skew_bound_ns: what two CPUs may differ by
 *
 * Sleeps: some 100 us for each CPU. CPUs neither come nor go meanwhile.
 *
 * Return: what came out; after CHECK_VOID only @check->reason says anything
 */
enum check_outcome check_run(struct check *check, u64 skew_bound_ns)
{
	u64 host_hz = host_tsc_hz();
	bool passes;

	check->reason[0] = 0;
	host_page(&check->page);
	check->hz = host_hz ?: page_inverse(check->page.scale);

	cpus_read_lock();
	measure_page(check);
	measure_all(check);
	passes = page_passes(check, host_hz) && cpus_pass(check, skew_bound_ns);
	cpus_read_unlock();

	if (!settled(check, host_hz)) {
		check_forget();
		refuse(check, "the host was changing the TSC or its page");
		return CHECK_VOID;
	}
	return passes ? CHECK_PASSED : CHECK_FAILED;
}

/**
 * check_forget() - the page's drift is measured afresh, since page or counter are others
 */
void check_forget(void)
{
	drift.based = false;
}
