// SPDX-License-Identifier: GPL-2.0
/*
 * What bench/macro sees of a QEMU: threads of its names, a file with its number, and a console. The
 * guest prints two rates once its vhost thread is on CPU 1, or after 2 seconds. FAKE_ENDLESS: it
 * never ends. FAKE_NO_VHOST: no such thread. FAKE_AFFINITY: file for the CPUs of that thread.
 */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *sleeper(void *unused)
{
	for (;;)
		pause();
	return unused;
}

static pthread_t thread(const char *format, int number)
{
	pthread_t thread;
	char name[16];

	snprintf(name, sizeof(name), format, number);
	if (pthread_create(&thread, NULL, sleeper, NULL) || pthread_setname_np(thread, name))
		exit(3);
	return thread;
}

static int on_cpu_1_only(pthread_t thread)
{
	cpu_set_t cpus;

	pthread_getaffinity_np(thread, sizeof(cpus), &cpus);
	return CPU_COUNT(&cpus) == 1 && CPU_ISSET(1, &cpus);
}

static void write_to(const char *path, const char *format, int number)
{
	FILE *file = path ? fopen(path, "w") : NULL;

	if (!file)
		return;
	fprintf(file, format, number);
	fclose(file);
}

int main(int argc, char **argv)
{
	const char *console = NULL;
	pthread_t vhost;
	int i;

	thread("CPU %d/KVM", 0);
	vhost = thread(getenv("FAKE_NO_VHOST") ? "worker-%d" : "vhost-%d", getpid());
	for (i = 1; i + 1 < argc; i++) {
		if (!strcmp(argv[i], "-pidfile"))
			write_to(argv[i + 1], "%d\n", getpid());
		if (!strcmp(argv[i], "-serial"))
			console = argv[i + 1] + strlen("file:");
	}
	write_to(getenv("FAKE_PID"), "%d\n", getpid());
	write_to(console, "guest: begins\n", 0);
	for (i = 0; getenv("FAKE_ENDLESS") || (i < 20 && !on_cpu_1_only(vhost)); i++)
		usleep(100000);
	usleep(300000);		/* for who pins to see what came of it */
	write_to(getenv("FAKE_AFFINITY"), "%d\n", on_cpu_1_only(vhost));
	write_to(console, "guest: begins\r\nrate 12.5\r\nrate 10.0\r\nguest: status 0\r\n", 0);
	return 0;
}
