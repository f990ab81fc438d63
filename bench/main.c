// SPDX-License-Identifier: GPL-2.0
/*
 * main.c - hvbench: what an exit to the hypervisor costs, here or in a tiny L2 guest
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "machine.h"
#include "output.h"

#define EXIT_USAGE	2

#define DEFAULT_REPEATS	5
#define DEFAULT_WARMUP	1000
#define MAX_REPEATS	1000000

/* What the command line asks for. */
struct request {
	struct bench_options bench;
	int cpu;
	bool json;
	bool count_only;
};

static const char usage_text[] =
	"Usage: hvbench [options] NAME... | all\n"
	"       hvbench --list\n"
	"\n"
	"Measure what an exit to the hypervisor costs, where this runs or in a tiny L2 guest.\n"
	"\n"
	"  -n, --iterations N  operations per repeat (default: see --list)\n"
	"  -r, --repeats N     measurements (default: 5)\n"
	"  -w, --warmup N      operations before the first measurement (default: 1000)\n"
	"  -c, --cpu N         run on CPU N (default: the CPU hvbench was started on)\n"
	"      --l2            run in a tiny L2 guest on /dev/kvm, not here\n"
	"      --no-irqchip    give that guest no interrupt controllers in the kernel\n"
	"      --count-only    for a caller that counts exits from outside: warm up, print \"ready\",\n"
	"                      wait for a line on standard input, do N operations once, print \"done\",\n"
	"                      wait for a line; N may be 0\n"
	"  -J, --json          JSON\n"
	"  -l, --list          list the benchmarks\n"
	"  -h, --help          this text\n"
	"  -V, --version       version\n"
	"\n"
	"MIN, MEDIAN and MAX are over the repeats, per operation, in TSC cycles read next to the\n"
	"operations; OUTSIDE is the median that the host of the L2 guest measured.\n"
	"Exit status: 0 fine, 1 a benchmark failed or cannot run here, 2 wrong arguments.\n";

/* Ends the program, and not well if what it wrote has not arrived. */
static _Noreturn void leave(int status)
{
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "hvbench: standard output: %s\n", strerror(errno));
		status = EXIT_FAILURE;
	}
	exit(status);
}

/* Ends the program over wrong arguments; @format says what is wrong, if getopt has not. */
static _Noreturn void usage_error(const char *format, const char *what)
{
	if (format) {
		fputs("hvbench: ", stderr);
		fprintf(stderr, format, what);
		fputc('\n', stderr);
	}
	fputs("Usage: hvbench [options] NAME... | all\n"
	      "Try 'hvbench --help' or 'hvbench --list'.\n", stderr);
	exit(EXIT_USAGE);
}

static uint64_t parse_number(const char *option, const char *text, uint64_t min, uint64_t max)
{
	char what[160];
	uint64_t value;
	char *end;

	errno = 0;
	value = strtoull(text, &end, 10);
	/* strtoull() takes a sign and leading space; we do not */
	if (text[0] >= '0' && text[0] <= '9' && !*end && !errno && value >= min && value <= max)
		return value;
	snprintf(what, sizeof(what), "%s: '%.40s' is not a number from %llu to %llu", option, text,
		 (unsigned long long)min, (unsigned long long)max);
	usage_error("%s", what);
}

static void parse_options(int argc, char **argv, struct request *request)
{
	enum { OPT_L2 = 256, OPT_NO_IRQCHIP, OPT_COUNT_ONLY };
	static const struct option options[] = {
		{ "iterations", required_argument, NULL, 'n' },
		{ "repeats", required_argument, NULL, 'r' },
		{ "warmup", required_argument, NULL, 'w' },
		{ "cpu", required_argument, NULL, 'c' },
		{ "l2", no_argument, NULL, OPT_L2 },
		{ "no-irqchip", no_argument, NULL, OPT_NO_IRQCHIP },
		{ "count-only", no_argument, NULL, OPT_COUNT_ONLY },
		{ "json", no_argument, NULL, 'J' },
		{ "list", no_argument, NULL, 'l' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 }
	};
	bool repeats_given = false, list = false;
	int option;

	while ((option = getopt_long(argc, argv, "n:r:w:c:JlhV", options, NULL)) != -1) {
		switch (option) {
		case 'n':
			request->bench.iterations = parse_number("--iterations", optarg, 0,
								 UINT32_MAX);
			break;
		case 'r':
			request->bench.repeats = parse_number("--repeats", optarg, 1, MAX_REPEATS);
			repeats_given = true;
			break;
		case 'w':
			request->bench.warmup = parse_number("--warmup", optarg, 0, UINT32_MAX);
			break;
		case 'c':
			request->cpu = parse_number("--cpu", optarg, 0, 1023);
			break;
		case OPT_L2:
			request->bench.l2 = true;
			break;
		case OPT_NO_IRQCHIP:
			request->bench.irqchip = false;
			break;
		case OPT_COUNT_ONLY:
			request->count_only = true;
			break;
		case 'J':
			request->json = true;
			break;
		case 'l':
			list = true;
			break;
		case 'h':
			fputs(usage_text, stdout);
			leave(EXIT_SUCCESS);
		case 'V':
			puts("hvbench " HVBENCH_VERSION);
			leave(EXIT_SUCCESS);
		default:
			usage_error(NULL, NULL);
		}
	}
	if (list) {
		output_list();
		leave(EXIT_SUCCESS);
	}
	if (!request->bench.irqchip && !request->bench.l2)
		usage_error("%s", "--no-irqchip is about the guest of --l2");
	if (request->count_only && (request->json || repeats_given))
		usage_error("%s", "--count-only has no figures: neither --json nor --repeats");
	if (!request->count_only && !request->bench.iterations)
		usage_error("%s", "--iterations: 0 only with --count-only");
}

/* Refuses wrong names before anything runs. */
static void check_names(char **names, int count, bool count_only)
{
	int i;

	if (!count)
		usage_error("%s", "no benchmark named");
	for (i = 0; i < count; i++)
		if (strcmp(names[i], "all") && !bench_find(names[i]))
			usage_error("no benchmark '%s'", names[i]);
	if (count_only && (count > 1 || !strcmp(names[0], "all")))
		usage_error("%s", "--count-only takes one benchmark");
}

/* Says a word to the caller and waits for its line. */
static int gate(const char *word)
{
	int c;

	if (puts(word) == EOF || fflush(stdout))
		return -EPIPE;
	while ((c = getchar()) != '\n')
		if (c == EOF)
			return -EPIPE;
	return 0;
}

static int count_only(const struct request *request, const char *name)
{
	struct bench_result result;

	if (!bench_count(bench_find(name), &request->bench, gate, &result))
		return EXIT_SUCCESS;
	fprintf(stderr, "hvbench: %s: %s%s\n", name, result.err == -EOPNOTSUPP ? "n/a: " : "",
		result.reason);
	return EXIT_FAILURE;
}

/*
 * Runs all that was named. One that cannot run here is an error where it was asked for by name; "all"
 * fails if nothing could run.
 */
static int measure(const struct request *request, const struct machine *machine, char **names,
		   int count)
{
	struct output output = { .json = request->json, .machine = machine };
	const struct benchmark *bench, *end;
	struct bench_result result;
	int i, status = EXIT_SUCCESS;
	unsigned int measured = 0;

	output_begin(&output);
	for (i = 0; i < count; i++) {
		bool by_name = strcmp(names[i], "all") != 0;

		bench = by_name ? bench_find(names[i]) : benchmarks;
		end = by_name ? bench + 1 : NULL;
		for (; end ? bench < end : bench->name != NULL; bench++) {
			int err = bench_measure(bench, &request->bench, &result);

			output_result(&output, &result);
			measured += !err;
			if (err && (by_name || err != -EOPNOTSUPP))
				status = EXIT_FAILURE;
		}
	}
	output_end(&output);
	return measured ? status : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct request request = {
		.bench = {
			.iterations = BENCH_DEFAULT_ITERATIONS,
			.repeats = DEFAULT_REPEATS,
			.warmup = DEFAULT_WARMUP,
			.irqchip = true,
		},
		.cpu = -1,
	};
	struct machine machine;
	int cpu, status;

	parse_options(argc, argv, &request);
	argv += optind;
	argc -= optind;
	check_names(argv, argc, request.count_only);

	cpu = machine_pin(request.cpu);
	if (cpu < 0)
		usage_error("--cpu: cannot run there: %s", strerror(-cpu));

	if (request.count_only) {
		status = count_only(&request, argv[0]);
	} else {
		machine_read(&machine, cpu);
		status = measure(&request, &machine, argv, argc);
	}
	leave(status);
}
