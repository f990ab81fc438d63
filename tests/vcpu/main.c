// SPDX-License-Identifier: GPL-2.0
/*
 * vcpu-test - small guests that find out whether a vCPU behaves as one
 *
 * usage: vcpu-test [--list | NAME...]
 *
 * Prints PASS, FAIL or SKIP for each test, or for those whose name begins with a NAME. The status
 * is 1 if a test failed or none ran.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "groups.h"
#include "test.h"

/* Seconds a test may take; a guest that hangs ends its KVM_RUN with EINTR. */
#define LIMIT	20

static void on_alarm(int number)
{
	(void)number;
}

static void child(const struct test *test, int out) __attribute__((noreturn));

static void child(const struct test *test, int out)
{
	struct sigaction action = { .sa_handler = on_alarm };

	sigaction(SIGALRM, &action, NULL);
	dup2(out, STDOUT_FILENO);
	alarm(LIMIT);
	test->run();
	fflush(stdout);
	_exit(0);
}

/* Run one test in a process of its own and print its verdict. Return: 1 if it failed. */
static int perform(const struct test *test)
{
	char why[1024];
	size_t length = 0;
	int pipes[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe(pipes)) {
		perror("pipe");
		exit(1);
	}
	pid = fork();
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	if (!pid)
		child(test, pipes[1]);
	close(pipes[1]);
	while (length < sizeof(why) - 1 &&
	       (n = read(pipes[0], why + length, sizeof(why) - 1 - length)) > 0)
		length += n;
	why[length] = 0;
	close(pipes[0]);
	waitpid(pid, &status, 0);

	if (WIFSIGNALED(status))
		printf("FAIL %s: killed by signal %d %s\n", test->name, WTERMSIG(status), why);
	else if (WEXITSTATUS(status) == 0)
		printf("PASS %s\n", test->name);
	else if (WEXITSTATUS(status) == 2)
		printf("SKIP %s: %s\n", test->name, why);
	else
		printf("FAIL %s: %s\n", test->name, why);
	fflush(stdout);
	return WIFSIGNALED(status) || WEXITSTATUS(status) == 1;
}

static int chosen(const struct test *test, int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (!strncmp(test->name, argv[i], strlen(argv[i])))
			return 1;
	return argc < 2;
}

int main(int argc, char **argv)
{
	int list = argc == 2 && !strcmp(argv[1], "--list");
	const struct test *const *group, *test;
	int ran = 0, failed = 0;

	for (group = groups; *group; group++) {
		for (test = *group; test->name; test++) {
			if (list) {
				printf("%s: %s\n", test->name, test->summary);
			} else if (chosen(test, argc, argv)) {
				ran++;
				failed += perform(test);
			}
		}
	}
	return list ? 0 : failed || !ran;
}
