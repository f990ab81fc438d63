// SPDX-License-Identifier: GPL-2.0
/*
 * l2_bench.c - benchmarks that run in a tiny L2 guest
 *
 * The operations and their measurement are guest code (l2_guest.S). The host starts a batch, serves
 * what comes out to user space, and then checks that the guest did what was asked: a count that
 * does not fit is a failure, not a figure.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "l2_bench.h"
#include "l2_guest.h"
#include "tsc.h"

#define PAGE_SIZE	4096ULL
#define PAGES_MAX	(2ULL << 30 >> 12)	/* up to 3 GiB, below the APIC */
#define VECTOR_SIZE	4			/* of an entry in the real-mode interrupt table */
#define KICK		SIGUSR1			/* takes a thread out of KVM_RUN */

enum irqchip { IRQCHIP_OPTIONAL, IRQCHIP_NEEDED, IRQCHIP_NONE };
enum doorbell { DOORBELL_NONE, DOORBELL_PIO, DOORBELL_MMIO };
enum pages { PAGES_NONE, PAGES_PRESENT, PAGES_FRESH };

/**
 * struct l2_case - what a benchmark needs of guest and host
 * @code: its routine in the blob
 * @long_mode: the routine is 64-bit code, else 16-bit
 * @exit: how each operation comes out to user space, 0 if it must not
 * @irqchip: whether the guest must have interrupt controllers in the kernel, or must not
 * @wakeup: each operation takes an interrupt
 * @doorbell: the ioeventfd that each operation must ring
 * @pages: memory of which each operation touches another page: held by L1 or not
 * @second: what a second vCPU runs, which takes an IPI for each operation, or NULL
 * @own_sum: the routine measures each operation itself; what lies between them does not count
 */
struct l2_case {
	const char *code;
	bool long_mode;
	unsigned int exit;
	enum irqchip irqchip;
	bool wakeup;
	enum doorbell doorbell;
	enum pages pages;
	const char *second;
	bool own_sum;
};

const struct l2_case l2_spin = { .code = l2_guest_spin };
const struct l2_case l2_cpuid = { .code = l2_guest_cpuid };
const struct l2_case l2_rdmsr = { .code = l2_guest_rdmsr };
const struct l2_case l2_wrmsr = { .code = l2_guest_wrmsr };
const struct l2_case l2_pio = { .code = l2_guest_pio, .exit = KVM_EXIT_IO };
const struct l2_case l2_pio_kernel = { .code = l2_guest_pio_kernel, .doorbell = DOORBELL_PIO };
const struct l2_case l2_mmio = { .code = l2_guest_mmio, .exit = KVM_EXIT_MMIO };
const struct l2_case l2_mmio_kernel = { .code = l2_guest_mmio_kernel, .doorbell = DOORBELL_MMIO };
const struct l2_case l2_apic_eoi = {
	.code = l2_guest_apic_eoi, .long_mode = true, .irqchip = IRQCHIP_NEEDED,
};
const struct l2_case l2_hlt = {
	.code = l2_guest_hlt, .irqchip = IRQCHIP_NEEDED, .wakeup = true,
};
const struct l2_case l2_hlt_user = {
	.code = l2_guest_hlt_user, .exit = KVM_EXIT_HLT, .irqchip = IRQCHIP_NONE,
};
const struct l2_case l2_ept_violation = {
	.code = l2_guest_touch, .long_mode = true, .pages = PAGES_PRESENT,
};
const struct l2_case l2_first_touch = {
	.code = l2_guest_touch, .long_mode = true, .pages = PAGES_FRESH,
};

const struct l2_case l2_exit_mix = {
	.code = l2_guest_exit_mix, .exit = KVM_EXIT_IO, .irqchip = IRQCHIP_NEEDED, .wakeup = true,
	.doorbell = DOORBELL_PIO,
};
const struct l2_case l2_timer_wake = {
	.code = l2_guest_timer_wake, .irqchip = IRQCHIP_NEEDED, .wakeup = true, .own_sum = true,
};
const struct l2_case l2_ipi = {
	.code = l2_guest_ipi, .irqchip = IRQCHIP_NEEDED, .second = l2_guest_busy,
};
const struct l2_case l2_hlt_wake = {
	.code = l2_guest_hlt_wake, .irqchip = IRQCHIP_NEEDED, .second = l2_guest_asleep,
	.own_sum = true,
};

/**
 * struct guest - the guest of a run
 * @want: what the benchmark needs
 * @l2: the guest
 * @vcpu: the vCPU that measures
 * @doorbell: eventfd of the doorbell, or -1
 * @pages: memory to touch
 * @main: the thread that runs @vcpu
 * @second: the thread that runs the second vCPU, if @has_second
 * @second_vcpu: that vCPU
 * @has_second: there is one
 * @stop: the second vCPU shall stop
 * @second_reason: why it stopped without having been told, as l2_run() gave it, else 0
 */
struct guest {
	const struct l2_case *want;
	struct l2 *l2;
	struct l2_vcpu *vcpu;
	uint64_t *count, *start, *end, *vector, *wakeups, *sum, *answers;
	int doorbell;
	unsigned char *pages;
	pthread_t main, second;
	struct l2_vcpu *second_vcpu;
	bool has_second;
	atomic_bool stop;
	atomic_int second_reason;
};

static void put_vector(struct l2 *l2, unsigned int vector, const char *code)
{
	uint16_t entry[2] = { L2_CODE_GPA + (code - l2_guest_start), 0 };

	l2_load(l2, vector * VECTOR_SIZE, entry, sizeof(entry));
}

/* Real mode: every exception is reported, the interrupt that ends HLT returns. */
static void put_vectors(struct l2 *l2)
{
	unsigned int i;

	for (i = 0; i < L2_FAULTS; i++)
		put_vector(l2, i, l2_guest_faults + i * L2_FAULT_STUB);
	put_vector(l2, L2_WAKE_VECTOR, l2_guest_wake);
	put_vector(l2, L2_TIMER_VECTOR, l2_guest_timer);
	put_vector(l2, L2_CALL_VECTOR, l2_guest_call);
}

static int add_doorbell(struct guest *guest)
{
	int fd;

	if (guest->want->doorbell == DOORBELL_PIO)
		fd = l2_add_doorbell_pio(guest->l2, L2_PORT_KERNEL);
	else
		fd = l2_add_doorbell_mmio(guest->l2, L2_MMIO_KERNEL_GPA);
	guest->doorbell = fd;
	return fd < 0 ? fd : 0;
}

static int add_pages(struct guest *guest, uint64_t count)
{
	const uint64_t first = L2_PAGES_GPA;
	int err = l2_add_memory(guest->l2, L2_PAGES_GPA, count * PAGE_SIZE);

	if (err)
		return err;
	guest->pages = l2_pointer(guest->l2, L2_PAGES_GPA, count * PAGE_SIZE);
	return l2_load(guest->l2, L2_GP_ADDR, &first, sizeof(first));
}

static void kicked(int signal)
{
	(void)signal;	/* that KVM_RUN ends is all there is to do */
}

/*
 * Runs the second vCPU until it is told to stop. If it stops of itself, the first would wait for
 * ever.
 */
static void *run_second(void *arg)
{
	struct guest *guest = arg;
	int reason;

	do
		reason = l2_run(guest->second_vcpu);
	while (reason == -EINTR && !atomic_load(&guest->stop));
	if (!atomic_load(&guest->stop)) {
		atomic_store(&guest->second_reason, reason);
		guest->vcpu->run->immediate_exit = 1;
		pthread_kill(guest->main, KICK);
	}
	return NULL;
}

/* The thread is pinned to the CPU of the partner. */
static int start_second(struct bench_run *run, struct guest *guest)
{
	const uint64_t entry = L2_CODE_GPA + (guest->want->second - l2_guest_start);
	const struct sigaction action = { .sa_handler = kicked };
	pthread_attr_t attr;
	cpu_set_t cpus;
	int err;

	err = l2_add_vcpu(guest->l2, &guest->second_vcpu);
	if (!err)
		err = l2_set_real_mode(guest->second_vcpu, entry, L2_STACK2_GPA);
	if (err)
		return bench_fail(run, err, "no second virtual CPU: %s", strerror(-err));

	sigaction(KICK, &action, NULL);
	CPU_ZERO(&cpus);
	CPU_SET(run->opts->partner, &cpus);
	pthread_attr_init(&attr);
	guest->main = pthread_self();
	err = pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	if (!err)
		err = pthread_create(&guest->second, &attr, run_second, guest);
	pthread_attr_destroy(&attr);
	guest->has_second = !err;
	return err ? bench_fail(run, -err, "no second thread: %s", strerror(err)) : 0;
}

static void stop_second(struct guest *guest)
{
	if (!guest->has_second)
		return;
	atomic_store(&guest->stop, true);
	guest->second_vcpu->run->immediate_exit = 1;
	pthread_kill(guest->second, KICK);
	pthread_join(guest->second, NULL);
}

/* Gives a guest without anything what the case wants of it. */
static int furnish(struct bench_run *run, struct guest *guest)
{
	const struct l2_case *want = guest->want;
	uint64_t entry = L2_CODE_GPA + (want->code - l2_guest_start);
	struct l2 *l2 = guest->l2;
	int err;

	err = l2_add_memory(l2, 0, L2_RAM_SIZE);
	if (err)
		return bench_fail(run, err, "no memory for the guest: %s", strerror(-err));
	l2_load(l2, L2_CODE_GPA, l2_guest_start, l2_guest_end - l2_guest_start);
	put_vectors(l2);
	guest->count = l2_pointer(l2, L2_GP_COUNT, sizeof(uint64_t));
	guest->start = l2_pointer(l2, L2_GP_START, sizeof(uint64_t));
	guest->end = l2_pointer(l2, L2_GP_END, sizeof(uint64_t));
	guest->vector = l2_pointer(l2, L2_GP_VECTOR, sizeof(uint64_t));
	guest->wakeups = l2_pointer(l2, L2_GP_WAKEUPS, sizeof(uint64_t));
	guest->sum = l2_pointer(l2, L2_GP_SUM, sizeof(uint64_t));
	guest->answers = l2_pointer(l2, L2_GP_ANSWERS, sizeof(uint64_t));

	err = l2_add_vcpu(l2, &guest->vcpu);
	if (err)
		return bench_fail(run, err, "no virtual CPU: %s", strerror(-err));
	if (want->long_mode)
		err = l2_set_long_mode(guest->vcpu, L2_TABLES_GPA, entry, L2_STACK_GPA);
	else
		err = l2_set_real_mode(guest->vcpu, entry, L2_STACK_GPA);
	if (err)
		return bench_fail(run, err, "virtual CPU refuses its state: %s", strerror(-err));

	if (want->doorbell) {
		err = add_doorbell(guest);
		if (err)
			return bench_fail(run, err, "no ioeventfd: %s", strerror(-err));
	}
	if (want->pages && run->max_batch) {
		err = add_pages(guest, run->max_batch);
		if (err)
			return bench_fail(run, err, "no memory to touch: %s", strerror(-err));
	}
	return want->second ? start_second(run, guest) : 0;
}

static void l2_bench_close(struct bench_run *run)
{
	struct guest *guest = run->priv;

	stop_second(guest);
	l2_destroy(guest->l2);
	if (guest->doorbell >= 0)
		close(guest->doorbell);
	free(guest);
}

/**
 * l2_bench_create() - make a guest for a benchmark
 * @run: the run, which is told why there is none
 * @out: where the guest goes
 * @flags: as for l2_create()
 *
 * Return: 0, -EOPNOTSUPP where there is no KVM for us, or what l2_create() said.
 */
int l2_bench_create(struct bench_run *run, struct l2 **out, unsigned int flags)
{
	int err = l2_create(out, flags);

	switch (err) {
	case 0:
		return 0;
	case -ENOENT:
	case -ENODEV:
	case -ENXIO:
		return bench_fail(run, -EOPNOTSUPP,
				  "no /dev/kvm: no KVM backend is loaded, or no hardware for one");
	case -EACCES:
	case -EPERM:
		return bench_fail(run, -EOPNOTSUPP, "no permission to open /dev/kvm");
	default:
		return bench_fail(run, err, "cannot create a guest: %s", strerror(-err));
	}
}

static int l2_bench_open(struct bench_run *run)
{
	const struct l2_case *want = run->bench->l2;
	bool irqchip = run->opts->irqchip && want->irqchip != IRQCHIP_NONE;
	struct guest *guest;
	int err;

	if (want->second && run->opts->partner < 0)
		return bench_fail(run, -EOPNOTSUPP, "needs a second CPU for a second vCPU");
	if (want->irqchip == IRQCHIP_NEEDED && !run->opts->irqchip)
		return bench_fail(run, -EOPNOTSUPP, "needs interrupt controllers in the kernel");
	if (run->max_batch > UINT32_MAX)
		return bench_fail(run, -EOPNOTSUPP, "at most %u iterations in an L2", UINT32_MAX);
	if (want->pages && run->max_batch > PAGES_MAX)
		return bench_fail(run, -EOPNOTSUPP, "at most %llu pages", PAGES_MAX);
	err = want->pages ? bench_check_pages(run) : 0;
	if (err)
		return err;

	guest = calloc(1, sizeof(*guest));
	if (!guest)
		return bench_fail(run, -ENOMEM, "no memory");
	guest->want = want;
	guest->doorbell = -1;
	run->priv = guest;
	err = l2_bench_create(run, &guest->l2, irqchip ? L2_IRQCHIP : 0);
	if (!err)
		err = furnish(run, guest);
	if (err)
		l2_bench_close(run);
	return err;
}

/*
 * Takes the pages away, and with them their EPT entries. Where they shall be present, the host then
 * brings them back, and only the EPT entries are missing.
 */
static int l2_bench_prepare(struct bench_run *run, uint64_t count)
{
	struct guest *guest = run->priv;
	uint64_t i;

	if (!guest->want->pages || !count)
		return 0;
	if (madvise(guest->pages, count * PAGE_SIZE, MADV_DONTNEED))
		return bench_fail(run, -errno, "madvise: %s", strerror(errno));
	if (guest->want->pages == PAGES_PRESENT)
		for (i = 0; i < count; i++)
			guest->pages[i * PAGE_SIZE] = 0;
	return 0;
}

/* Whether the guest stopped because of its operation, in the way the case says it should. */
static bool is_operation(const struct l2_case *want, const struct kvm_run *state)
{
	if (state->exit_reason != want->exit)
		return false;
	switch (state->exit_reason) {
	case KVM_EXIT_IO:
		return state->io.port == L2_PORT_USER;
	case KVM_EXIT_MMIO:
		return state->mmio.phys_addr == L2_MMIO_GPA;
	default:
		return true;
	}
}

static int unexpected(struct bench_run *run, const struct guest *guest, int reason)
{
	const struct kvm_run *state = guest->vcpu->run;
	char text[120];

	if (atomic_load(&guest->second_reason))
		return bench_fail(run, -EIO, "the second vCPU stopped with %d",
				  atomic_load(&guest->second_reason));
	if (reason < 0)
		return bench_fail(run, reason, "KVM_RUN: %s", strerror(-reason));
	l2_explain(guest->vcpu, text, sizeof(text));
	if (reason == KVM_EXIT_IO && state->io.port == L2_PORT_FAULT)
		return bench_fail(run, -EIO, "the guest took exception %u",
				  (unsigned int)*guest->vector);
	return bench_fail(run, -EIO, "the guest stopped: %s", text);
}

/* Compares what was seen of the batch with what was asked for. */
static int check(struct bench_run *run, const struct guest *guest, uint64_t count, uint64_t exits)
{
	const struct l2_case *want = guest->want;
	uint64_t rings = 0, i;

	if (exits != (want->exit ? count : 0))
		return bench_fail(run, -EIO, "%llu exits to user space for %llu operations",
				  (unsigned long long)exits, (unsigned long long)count);
	if (*guest->wakeups != (want->wakeup ? count : 0))
		return bench_fail(run, -EIO, "%llu interrupts for %llu operations",
				  (unsigned long long)*guest->wakeups, (unsigned long long)count);
	if (want->second && *guest->answers != count)
		return bench_fail(run, -EIO, "%llu IPIs for %llu operations",
				  (unsigned long long)*guest->answers, (unsigned long long)count);
	if (want->doorbell) {
		if (read(guest->doorbell, &rings, sizeof(rings)) < 0 && errno != EAGAIN)
			return bench_fail(run, -errno, "eventfd: %s", strerror(errno));
		if (rings != count)
			return bench_fail(run, -EIO, "%llu ioeventfd signals for %llu operations",
					  (unsigned long long)rings, (unsigned long long)count);
	}
	/* A write that is not here went by a stale translation to a page that was taken away */
	for (i = 0; want->pages && i < count; i++)
		if (guest->pages[i * PAGE_SIZE] != 1)
			return bench_fail(run, -EIO, "the guest's write to page %llu is lost",
					  (unsigned long long)i);
	return 0;
}

static int l2_bench_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	struct guest *guest = run->priv;
	const struct kvm_run *state = guest->vcpu->run;
	uint64_t before, exits = 0;
	int reason;

	*guest->count = count;
	*guest->wakeups = 0;
	*guest->answers = 0;
	*guest->sum = 0;
	before = tsc_read();
	for (;;) {
		reason = l2_run(guest->vcpu);
		if (reason == KVM_EXIT_IO && state->io.port == L2_PORT_DONE)
			break;
		if (reason >= 0 && is_operation(guest->want, state))
			exits++;
		else if (reason != -EINTR || atomic_load(&guest->second_reason))
			return unexpected(run, guest, reason);
	}
	sample->outside = guest->want->own_sum ? 0 : tsc_read() - before;
	sample->inside = guest->want->own_sum ? *guest->sum : *guest->end - *guest->start;
	return check(run, guest, count, exits);
}

const struct bench_ops l2_bench_ops = {
	.open = l2_bench_open,
	.prepare = l2_bench_prepare,
	.batch = l2_bench_batch,
	.close = l2_bench_close,
};
