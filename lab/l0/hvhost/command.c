// SPDX-License-Identifier: GPL-2.0
/*
 * command.c - what hvhost is told to do
 *
 * Reads lines from the FIFO $HVHOST.in and answers each on $HVHOST.out with any lines and ".
 * STATUS", as an --l0-script does. The commands are listed in ../host.
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "reenlightenment.h"
#include "reference.h"
#include "tsc.h"
#include "vm.h"

#define MAX_WORDS	4
#define WAIT_MS		10000

/* The words after the command, NULL after the last one. */
typedef int (*command_fn)(FILE *out, char **words);

static bool number(const char *word, int64_t *value)
{
	char *end;

	if (!word)
		return false;
	errno = 0;
	*value = strtoll(word, &end, 0);
	return !errno && end != word && !*end;
}

static int migrate(FILE *out, char **words)
{
	int64_t hz, tsc;

	(void)out;
	if (!number(words[0], &hz) || (words[1] && !number(words[1], &tsc)))
		return -EINVAL;
	return reenlightenment_migrate(hz, words[1] ? (uint64_t *)&tsc : NULL);
}

static int times(FILE *out, char **words)
{
	(void)words;
	reenlightenment_print(out);
	return 0;
}

static int wait_end(FILE *out, char **words)
{
	int64_t milliseconds = WAIT_MS;
	bool over;

	if (words[0] && !number(words[0], &milliseconds))
		return -EINVAL;
	over = vm_wait(reenlightenment_idle, milliseconds);
	reenlightenment_print(out);
	return over ? 0 : -ETIMEDOUT;
}

static int skew(FILE *out, char **words)
{
	int64_t vp, cycles;
	int err;

	(void)out;
	if (!number(words[0], &vp) || !number(words[1], &cycles) || vp < 0 || vp >= vm.count)
		return -EINVAL;
	vm_stop();
	err = tsc_skew(vp, cycles);
	vm_resume();
	return err;
}

static int page(FILE *out, char **words)
{
	int64_t ppm = 0;
	int err = 0;

	(void)out;
	if (!words[0])
		return -EINVAL;
	vm_stop();
	if (!strcmp(words[0], "withdraw"))
		reference_withdraw(true);
	else if (!strcmp(words[0], "restore"))
		reference_withdraw(false);
	else if (!strcmp(words[0], "scale") && number(words[1], &ppm))
		reference_scale_error(ppm);
	else
		err = -EINVAL;
	vm_resume();
	return err;
}

static int counter(FILE *out, char **words)
{
	(void)out;
	if (!words[0] || (strcmp(words[0], "stop") && strcmp(words[0], "go")))
		return -EINVAL;
	reference_stop_counter(!strcmp(words[0], "stop"));
	return 0;
}

static int interrupt(FILE *out, char **words)
{
	int64_t ns;

	(void)out;
	if (!words[0])
		return -EINVAL;
	if (!strcmp(words[0], "send"))
		reenlightenment_interrupts(INTERRUPT_SEND, 0);
	else if (!strcmp(words[0], "drop"))
		reenlightenment_interrupts(INTERRUPT_DROP, 0);
	else if (!strcmp(words[0], "delay") && number(words[1], &ns) && ns > 0)
		reenlightenment_interrupts(INTERRUPT_DELAY, ns);
	else
		return -EINVAL;
	return 0;
}

static int frequency(FILE *out, char **words)
{
	(void)out;
	if (!words[0] || (strcmp(words[0], "early") && strcmp(words[0], "late")))
		return -EINVAL;
	reenlightenment_frequency_early(!strcmp(words[0], "early"));
	return 0;
}

static int clocks(FILE *out, char **words)
{
	uint64_t host;

	(void)words;
	vm_stop();
	host = tsc_host();
	fprintf(out, "host_tsc %" PRIu64 "\n", host);
	fprintf(out, "host_hz %" PRIu64 "\n", tsc_host_hz());
	fprintf(out, "host_ns %" PRIu64 "\n", tsc_host_ns(host));
	fprintf(out, "reference %" PRIu64 "\n", reference_at(host));
	fprintf(out, "hz %" PRIu64 "\n", tsc_hz());
	for (unsigned int i = 0; i < vm.count; i++)
		fprintf(out, "tsc %u %" PRIu64 "\n", i, tsc_guest(i, host));
	vm_resume();
	return 0;
}

static const struct command {
	const char *name;
	command_fn function;
} commands[] = {
	{ "migrate", migrate },
	{ "wait", wait_end },
	{ "times", times },
	{ "skew", skew },
	{ "page", page },
	{ "counter", counter },
	{ "interrupt", interrupt },
	{ "frequency", frequency },
	{ "clocks", clocks },
};

static int obey(FILE *out, char *line)
{
	char *words[MAX_WORDS + 1] = { NULL }, *rest = line;
	unsigned int i;
	int err;

	for (i = 0; i < MAX_WORDS; i++) {
		words[i] = strtok_r(rest, " \n", &rest);
		if (!words[i])
			break;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!words[0] || strcmp(words[0], commands[i].name))
			continue;
		vm_lock();
		err = commands[i].function(out, words + 1);
		vm_unlock();
		return err;
	}
	return -ENOSYS;
}

static FILE *open_fifo(const char *end)
{
	char *path = NULL;
	FILE *file = NULL;

	if (asprintf(&path, "%s.%s", getenv("HVHOST"), end) > 0)
		file = fopen(path, "r+");
	if (!file) {
		fprintf(stderr, "hvhost: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	free(path);
	return file;
}

static void *commands_run(void *unused)
{
	FILE *in = open_fifo("in"), *out = open_fifo("out");
	char *line = NULL;
	size_t size = 0;

	(void)unused;
	while (getline(&line, &size, in) > 0) {
		int err;

		line[strcspn(line, "\n")] = '\0';
		err = obey(out, line);
		if (err)
			fprintf(out, "hvhost: %s\n", strerror(-err));
		fprintf(out, ". %d\n", !!err);
		fflush(out);
	}
	return NULL;
}

/**
 * command_start() - start the thread that takes commands
 */
void command_start(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, commands_run, NULL)) {
		fprintf(stderr, "hvhost: no thread for commands\n");
		exit(1);
	}
	pthread_detach(thread);
}
