// SPDX-License-Identifier: GPL-2.0
/*
 * clock_watch [FILE]
 *
 * Reads CLOCK_MONOTONIC on every CPU all the time and looks for readings below one that was seen
 * before, on any CPU. Takes commands from stdin or, as a terminal, FILE; answers each with one
 * line there:
 *
 *	mark [NS]	mark BEFORE L0 AFTER TSC: L0's time between two readings of the clock, ns; that
 *			much later
 *	seen		seen READINGS BACK WORST: how many went back, and how far at most, ns
 *	vdso		vdso yes|no: is the clock read without a system call?
 *	sleep NS	sleep NS CLOCK L0: how long that was by the clock and by L0, ns
 *	cost		cost N: TSC cycles of 1,000 readings, while the readers rest
 *	rest, go	the readers stop and go on; answered by the same word
 *	alone CPU	only the reader there goes on, and commands are taken there; answered by "alone"
 *	forget		what the readers have seen, while they rest; answered by the same word
 *	quit
 *
 * L0's time comes from the port of a lab whose host has it (lab/clock-port.h), else L0 is 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include "clock-port.h"

#define NS_PER_S	1000000000ULL
#define TRIES		5	/* for a mark; the narrowest counts */
#define VDSO_READINGS	1000
#define COST_READINGS	1000
#define COST_TRIES	100
#define SETTLE_US	20000	/* for readings that have begun */
#define MAX_CPUS	64
#define ALL		(~0ULL)

static _Atomic uint64_t latest;		/* the highest reading so far, on any CPU */
static _Atomic uint64_t back, worst;
static _Atomic uint64_t resting;	/* a bit for each CPU */
static pthread_mutex_t rest_lock = PTHREAD_MUTEX_INITIALIZER;	/* held while one of them rests */
static cpu_set_t cpus;			/* that there are */
static _Atomic uint64_t readings[MAX_CPUS];
static bool port;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec time;

	if (clock_gettime(CLOCK_MONOTONIC, &time))
		die("clock_gettime");
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static void raise_to(_Atomic uint64_t *highest, uint64_t value)
{
	uint64_t seen = atomic_load(highest);

	while (seen < value && !atomic_compare_exchange_weak(highest, &seen, value))
		;
}

static void run_on(uintptr_t cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("affinity");
}

static void *reader(void *cpu)
{
	run_on((uintptr_t)cpu);
	for (;;) {
		uint64_t before, time;

		if (atomic_load(&resting) & 1ULL << (uintptr_t)cpu) {
			pthread_mutex_lock(&rest_lock);
			pthread_mutex_unlock(&rest_lock);
		}
		/* What was seen before this reading began may not be above it. */
		before = atomic_load(&latest);
		time = now();
		if (time < before) {
			atomic_fetch_add(&back, 1);
			raise_to(&worst, before - time);
		} else {
			raise_to(&latest, time);
		}
		atomic_fetch_add_explicit(&readings[(uintptr_t)cpu], 1, memory_order_relaxed);
	}
	return NULL;
}

static uint64_t host_lower(void)
{
	return port ? inl(CLOCK_PORT) : 0;
}

static uint64_t host_upper(void)
{
	return port ? (uint64_t)inl(CLOCK_PORT_UPPER) << 32 : 0;
}

static void mark(FILE *out, uint64_t later)
{
	struct timespec time = { later / NS_PER_S, later % NS_PER_S };
	uint64_t before = 0, host = 0, after = UINT64_MAX, tsc = 0;

	clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
	for (int i = 0; i < TRIES; i++) {
		uint64_t start = now(), lower = host_lower(), end = now(), cycles = __rdtsc();

		if (end - start < after - before) {
			before = start;
			host = lower | host_upper();
			after = end;
			tsc = cycles;
		}
	}
	fprintf(out, "mark %lu %lu %lu %lu\n", before, host, after, tsc);
}

static void seen(FILE *out)
{
	uint64_t sum = 0;

	for (int i = 0; i < MAX_CPUS; i++)
		sum += atomic_load(&readings[i]);
	fprintf(out, "seen %lu %lu %lu\n", sum, atomic_load(&back), atomic_load(&worst));
}

/* In a process of its own: clock_gettime() as a system call fails there, and only as one. */
static bool reads_without_syscall(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof(code) / sizeof(code[0]), .filter = code };
	struct timespec time;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		die("seccomp");
	if (!syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &time) || errno != EPERM)
		die("the filter does not hold");
	for (int i = 0; i < VDSO_READINGS; i++)
		if (clock_gettime(CLOCK_MONOTONIC, &time))
			return false;
	return true;
}

static void vdso(FILE *out)
{
	int status;
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (!child)
		_exit(reads_without_syscall() ? 0 : 2);
	if (waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) == 1)
		die("vdso");
	fprintf(out, "vdso %s\n", WEXITSTATUS(status) ? "no" : "yes");
}

static void sleep_for(FILE *out, uint64_t ns)
{
	struct timespec time = { ns / NS_PER_S, ns % NS_PER_S };
	uint64_t lower = host_lower(), host = lower | host_upper(), start = now(), end;

	clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
	end = now();
	lower = host_lower();
	fprintf(out, "sleep %lu %lu %lu\n", ns, end - start, (lower | host_upper()) - host);
}

static void cost(FILE *out)
{
	uint64_t least = UINT64_MAX;
	struct timespec time;

	for (int i = 0; i < COST_TRIES; i++) {
		uint64_t start = __rdtsc(), cycles;

		for (int j = 0; j < COST_READINGS; j++)
			clock_gettime(CLOCK_MONOTONIC, &time);
		cycles = __rdtsc() - start;
		if (cycles < least)
			least = cycles;
	}
	fprintf(out, "cost %lu\n", least);
}

static void go(void)
{
	if (atomic_exchange(&resting, 0))
		pthread_mutex_unlock(&rest_lock);
	if (sched_setaffinity(0, sizeof(cpus), &cpus))
		die("affinity");
}

static void rest(uint64_t who)
{
	go();
	pthread_mutex_lock(&rest_lock);
	atomic_store(&resting, who);
	usleep(SETTLE_US);
}

static void alone(unsigned int cpu)
{
	if (cpu >= MAX_CPUS || !CPU_ISSET(cpu, &cpus))
		die("alone");
	rest(ALL & ~(1ULL << cpu));
	run_on(cpu);
}

static void forget(void)
{
	atomic_store(&latest, 0);
	atomic_store(&back, 0);
	atomic_store(&worst, 0);
}

static void obey(FILE *out, char *line)
{
	if (!strncmp(line, "mark", 4)) {
		mark(out, strtoull(line + 4, NULL, 0));
	} else if (!strcmp(line, "seen")) {
		seen(out);
	} else if (!strcmp(line, "vdso")) {
		vdso(out);
	} else if (!strncmp(line, "sleep ", 6)) {
		sleep_for(out, strtoull(line + 6, NULL, 0));
	} else if (!strcmp(line, "cost")) {
		cost(out);
	} else if (!strcmp(line, "rest")) {
		rest(ALL);
		fprintf(out, "rest\n");
	} else if (!strncmp(line, "alone ", 6)) {
		alone(strtoul(line + 6, NULL, 0));
		fprintf(out, "alone\n");
	} else if (!strcmp(line, "go")) {
		go();
		fprintf(out, "go\n");
	} else if (!strcmp(line, "forget")) {
		forget();
		fprintf(out, "forget\n");
	} else {
		fprintf(out, "unknown command: %s\n", line);
	}
	fflush(out);
}

static void open_terminal(const char *path)
{
	struct termios terminal;
	int fd = open(path, O_RDWR);

	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0 || dup2(fd, STDOUT_FILENO) < 0)
		die(path);
	if (tcgetattr(fd, &terminal))
		return;
	terminal.c_lflag &= ~ECHO;
	tcsetattr(fd, TCSANOW, &terminal);
}

int main(int argc, char **argv)
{
	struct sched_param priority = { .sched_priority = 1 };
	char line[256];

	if (argc > 1)
		open_terminal(argv[1]);
	port = !ioperm(CLOCK_PORT, CLOCK_PORT_UPPER + 4 - CLOCK_PORT, 1);
	if (sched_getaffinity(0, sizeof(cpus), &cpus))
		die("affinity");
	for (uintptr_t cpu = 0; cpu < MAX_CPUS; cpu++) {
		pthread_t thread;

		if (CPU_ISSET(cpu, &cpus) && pthread_create(&thread, NULL, reader, (void *)cpu))
			die("thread");
	}
	/* The readers take all the time there is. */
	if (sched_setscheduler(0, SCHED_FIFO, &priority))
		die("priority");
	printf("watching\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\r\n")] = '\0';
		if (!strcmp(line, "quit"))
			break;
		obey(stdout, line);
	}
	return 0;
}
