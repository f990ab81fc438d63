// SPDX-License-Identifier: GPL-2.0
/*
 * tlb_move - two vCPUs move between CPUs 0 and 1 while guest and host remap memory
 *
 * usage: tlb_move SECONDS SEED [ACTION]...
 *
 * The guest's vCPUs change their own page tables all the time and look at what they mapped. Beside
 * them the host does at random what the ACTIONs name:
 *	move	puts a vCPU's thread on the other CPU, from outside while it runs or between two
 *		runs
 *	remap	maps other memory at the first host window, while the guest runs
 *	discard	throws the page of the second one away (MADV_DONTNEED) and fills a new one
 *	slot	deletes the second window's memory slot and adds it again with other memory
 * Prints how often each was done, and the reads that were stale: none must be.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "guest.h"
#include "tlb_move.h"

#define PAGE		4096UL
#define NR_VCPUS	2
#define NR_CPUS		2
#define MEMFD_PAGES	8
#define SLOT_REMAPPED	20
#define SLOT_EXCHANGED	21
#define PTE_TABLE	0x23		/* present, writable, accessed */
#define STALE_SHOWN	5

extern const char tlb_code[], tlb_code_end[];

struct runner {
	struct l2_vcpu *vcpu;
	pthread_t thread;
	unsigned int random;
	unsigned long batches, stale;
	unsigned long ran_on[NR_CPUS];
	unsigned long moves;
};

static struct runner runners[NR_VCPUS];
static atomic_bool stop;
static int may_move;

/* Held for reading while a vCPU is in KVM_RUN: for what must not happen under a running guest. */
static pthread_rwlock_t outside;

/* The host's windows. */
static int memfd;
static uint64_t *remapped, *memfd_pages, *exchanged[2];
static volatile uint64_t *announced;
static uint64_t gen;

static void put_on(pthread_t thread, unsigned int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	must(-pthread_setaffinity_np(thread, sizeof(cpus), &cpus), "CPU affinity");
}

static void stale(struct runner *runner)
{
	const uint64_t *mailbox = l2_pointer(runner->vcpu->l2, MAILBOX(runner->vcpu->id), PAGE);

	if (runner->stale++ < STALE_SHOWN)
		printf("vCPU %u on CPU %d: 0x%llx at 0x%llx, not 0x%llx\n", runner->vcpu->id,
		       sched_getcpu(), (unsigned long long)mailbox[MB_GOT / 8],
		       (unsigned long long)mailbox[MB_WHERE / 8],
		       (unsigned long long)mailbox[MB_WANT / 8]);
}

static void *run(void *arg)
{
	struct runner *runner = arg;
	struct l2_vcpu *vcpu = runner->vcpu;
	char text[120];
	int reason;

	while (!stop) {
		pthread_rwlock_rdlock(&outside);
		reason = l2_run(vcpu);
		pthread_rwlock_unlock(&outside);
		if (reason == KVM_EXIT_IO && vcpu->run->io.port == PORT_STALE) {
			stale(runner);
			continue;
		}
		if (reason != KVM_EXIT_IO || vcpu->run->io.port != PORT_ROUNDS) {
			l2_explain(vcpu, text, sizeof(text));
			die("vCPU %u: KVM_RUN %d: %s", vcpu->id, reason, text);
		}
		runner->batches++;
		runner->ran_on[sched_getcpu()]++;
		if (may_move && rand_r(&runner->random) % 4 == 0) {
			put_on(pthread_self(), rand_r(&runner->random) % NR_CPUS);
			runner->moves++;
		}
	}
	return NULL;
}

static void set_slot(struct l2 *l2, unsigned int slot, uint64_t gpa, void *host)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .guest_phys_addr = gpa, .memory_size = host ? PAGE : 0,
		.userspace_addr = (uintptr_t)host,
	};

	IOCTL(l2->vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
}

static void *map_page(void *where, int flags, int fd, unsigned int page)
{
	void *host = mmap(where, PAGE, PROT_READ | PROT_WRITE, flags, fd, page * PAGE);

	if (host == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	return host;
}

static void add_windows(struct l2 *l2)
{
	unsigned int i;

	memfd = memfd_create("window", MFD_CLOEXEC);
	if (memfd < 0 || ftruncate(memfd, MEMFD_PAGES * PAGE))
		die("memfd: %s", strerror(errno));
	memfd_pages = mmap(NULL, MEMFD_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	if (memfd_pages == MAP_FAILED)
		die("mmap: %s", strerror(errno));
	remapped = map_page(NULL, MAP_SHARED, memfd, 0);
	for (i = 0; i < 2; i++)
		exchanged[i] = map_page(NULL, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	set_slot(l2, SLOT_REMAPPED, HOST_WINDOWS, remapped);
	set_slot(l2, SLOT_EXCHANGED, HOST_WINDOWS + PAGE, exchanged[0]);
	announced = l2_pointer(l2, SHARED, 2 * sizeof(*announced));
}

/* The stale page stays a page of the memfd: an old gen is all that a guest can find in it. */
static void do_remap(struct l2 *l2)
{
	unsigned int page = ++gen % MEMFD_PAGES;

	(void)l2;
	memfd_pages[page * PAGE / sizeof(gen)] = gen;
	map_page(remapped, MAP_SHARED | MAP_FIXED, memfd, page);
	announced[0] = gen;
}

static void do_discard(struct l2 *l2)
{
	(void)l2;
	pthread_rwlock_wrlock(&outside);
	if (madvise(exchanged[0], PAGE, MADV_DONTNEED))
		die("madvise: %s", strerror(errno));
	*exchanged[0] = ++gen;
	announced[1] = gen;
	pthread_rwlock_unlock(&outside);
}

static void do_slot(struct l2 *l2)
{
	uint64_t *other = exchanged[1];

	pthread_rwlock_wrlock(&outside);
	set_slot(l2, SLOT_EXCHANGED, HOST_WINDOWS + PAGE, NULL);
	*other = ++gen;
	set_slot(l2, SLOT_EXCHANGED, HOST_WINDOWS + PAGE, other);
	announced[1] = gen;
	exchanged[1] = exchanged[0];
	exchanged[0] = other;
	pthread_rwlock_unlock(&outside);
}

static void do_move(struct l2 *l2)
{
	struct runner *runner = &runners[rand() % NR_VCPUS];

	(void)l2;
	put_on(runner->thread, rand() % NR_CPUS);
}

static struct action {
	const char *name;
	void (*act)(struct l2 *l2);
	int wanted;
	unsigned long count;
} actions[] = {
	{ .name = "move", .act = do_move },
	{ .name = "remap", .act = do_remap },
	{ .name = "discard", .act = do_discard },
	{ .name = "slot", .act = do_slot },
};

#define NR_ACTIONS	(sizeof(actions) / sizeof(actions[0]))

static void choose(const char *name)
{
	unsigned int i;

	for (i = 0; i < NR_ACTIONS; i++) {
		if (!strcmp(actions[i].name, name)) {
			actions[i].wanted = 1;
			return;
		}
	}
	die("unknown action: %s", name);
}

static void add_runner(struct l2 *l2, unsigned int i, unsigned int seed)
{
	uint64_t *tables, *mailbox = l2_pointer(l2, MAILBOX(i), PAGE);
	struct l2_vcpu *vcpu;
	struct kvm_regs regs;

	if (i)
		must(l2_add_vcpu(l2, &vcpu), "a virtual CPU");
	else
		vcpu = &l2->vcpus[0];
	must(l2_set_long_mode(vcpu, TABLES(i), CODE, MAILBOX(i) + PAGE), "long mode");
	tables = l2_pointer(l2, TABLES(i), 7 * PAGE);
	/* The second GiB's page directory is the fourth page; WINDOW is its first entry. */
	tables[3 * PAGE / 8] = PAGE_TABLE(i) | PTE_TABLE;
	memset(&tables[6 * PAGE / 8], 0, PAGE);
	mailbox[MB_RANDOM / 8] = seed * 2 + 1;
	mailbox[MB_PTE / 8] = PAGE_TABLE(i);
	IOCTL(vcpu->fd, KVM_GET_REGS, &regs);
	regs.rdi = MAILBOX(i);
	IOCTL(vcpu->fd, KVM_SET_REGS, &regs);
	runners[i].vcpu = vcpu;
	runners[i].random = seed + i;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec + time.tv_nsec / 1e9;
}

static void act_until(struct l2 *l2, double end)
{
	struct action *action;

	while (now() < end) {
		action = &actions[rand() % NR_ACTIONS];
		if (action->wanted) {
			action->act(l2);
			action->count++;
		}
		usleep(rand() % 2000);
	}
}

int main(int argc, char **argv)
{
	pthread_rwlockattr_t writers_first;
	unsigned int i, seed;
	struct l2 *l2;
	double end;
	int arg;

	if (argc < 3)
		die("usage: tlb_move SECONDS SEED [ACTION]...");
	seed = atoi(argv[2]);
	srand(seed);
	for (arg = 3; arg < argc; arg++)
		choose(argv[arg]);
	may_move = actions[0].wanted;

	pthread_rwlockattr_init(&writers_first);
	pthread_rwlockattr_setkind_np(&writers_first, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(&outside, &writers_first);
	l2 = guest_new(0, tlb_code, tlb_code_end)->l2;
	for (i = 0; i < NR_FRAMES; i++) {
		uint64_t address = FRAMES + i * PAGE;

		must(l2_load(l2, address, &address, sizeof(address)), "frames");
	}
	add_windows(l2);
	for (i = 0; i < NR_VCPUS; i++)
		add_runner(l2, i, seed);
	end = now() + atof(argv[1]);
	for (i = 0; i < NR_VCPUS; i++) {
		must(-pthread_create(&runners[i].thread, NULL, run, &runners[i]), "a thread");
		put_on(runners[i].thread, i % NR_CPUS);
	}
	act_until(l2, end);
	stop = 1;

	printf("seed %u\n", seed);
	for (i = 0; i < NR_VCPUS; i++) {
		pthread_join(runners[i].thread, NULL);
		printf("vcpu %u: rounds %lu moves %lu on-cpu-0 %lu on-cpu-1 %lu stale %lu\n", i,
		       runners[i].batches * ROUNDS, runners[i].moves, runners[i].ran_on[0],
		       runners[i].ran_on[1], runners[i].stale);
	}
	for (i = 0; i < NR_ACTIONS; i++)
		printf("%s %lu\n", actions[i].name, actions[i].count);
	l2_destroy(l2);
	return EXIT_SUCCESS;
}
