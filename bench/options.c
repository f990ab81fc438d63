// SPDX-License-Identifier: GPL-2.0
/*
 * options.c - what the command line asks for
 */
#include <err.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "output.h"
#include "report_json.h"
#include "tool.h"

#define DEFAULT_REPEATS	11
#define MAX_REPEATS	1000000
#define MAX_CPU		1023

static const char usage_text[] =
	"Usage: hvbench [options] NAME... | all\n"
	"       hvbench --list | --machine\n"
	"       hvbench --compare A.json B.json\n"
	"       hvbench --table FILE.json...\n"
	"\n"
	"Measures what an exit to the hypervisor costs, where this runs or in a tiny L2 guest.\n"
	"\n"
	"Measuring:\n"
	"  -n, --iterations N  operations per repeat (default: see --list)\n"
	"  -r, --repeats N     measurements (default: 11)\n"
	"  -w, --warmup N      operations before the first repeat (default: 1000 or one repeat)\n"
	"  -c, --cpu N         run on CPU N (default: the CPU hvbench was started on)\n"
	"      --partner N     CPU of a second thread or vCPU (default: the next one)\n"
	"      --l2[=only]     run here, and then in a tiny L2 guest on /dev/kvm; only: there alone\n"
	"      --no-irqchip    give that guest no interrupt controllers in the kernel\n"
	"      --label TEXT    what to call the run in JSON, tables and plots\n"
	"      --progress      progress on standard error, also when that is no terminal\n"
	"      --count-only    for a caller that counts exits from outside: warm up, print \"ready\",\n"
	"                      wait for a line on standard input, do N operations once, print\n"
	"                      \"done\", wait for a line; N may be 0\n"
	"\n"
	"Reading what -J wrote:\n"
	"      --compare       ratios of the second file over the first, with their noise\n"
	"      --table         medians of any number of files side by side\n"
	"\n"
	"Output:\n"
	"      --plot FILE     also draw the figures, as SVG\n"
	"  -J, --json          JSON\n"
	"  -P, --pairs         KEY=\"value\" pairs\n"
	"      --raw           columns with one space between them; -r where nothing is measured\n"
	"      --noheadings    no headings; -n where nothing is measured\n"
	"  -o, --output LIST   these columns, or with +LIST also these\n"
	"      --output-all    all columns\n"
	"\n"
	"  -l, --list          list the benchmarks and where each makes sense\n"
	"      --machine       describe the machine; with --sysroot DIR, one captured in DIR\n"
	"  -h, --help          this text\n"
	"  -V, --version       version\n"
	"\n"
	"Figures are TSC cycles per operation, read next to the operations.\n"
	"Exit status: 0 fine, 1 a benchmark failed or cannot run here, 2 wrong arguments.\n";

static const char usage[] =
	"Usage: hvbench [options] NAME... | all\n"
	"Try 'hvbench --list', too.\n";

/* Ends the program over wrong arguments; @format says what is wrong, or is NULL if getopt has. */
static _Noreturn void __attribute__((format(printf, 1, 2))) usage_error(const char *format, ...)
{
	va_list args;

	if (format) {
		va_start(args, format);
		vwarnx(format, args);
		va_end(args);
	}
	tool_usage_error(usage);
}

static void help(void)
{
	fputs(usage_text, stdout);
	fputs("\nOf a measurement:", stdout);
	columns_help(output_report_kind.columns, stdout);
	fputs("\nOf --compare:", stdout);
	columns_help(output_compare_kind.columns, stdout);
	fputs("\nOf --list:", stdout);
	columns_help(output_list_kind.columns, stdout);
	fputs("\nOf --machine:", stdout);
	columns_help(output_machine_kind.columns, stdout);
	tool_leave(EXIT_SUCCESS);
}

static uint64_t number(const char *option, const char *text, uint64_t min, uint64_t max)
{
	return tool_number(usage, option, text, min, max);
}

static void set_mode(struct request *request, enum mode mode)
{
	if (request->mode != MODE_MEASURE && request->mode != mode)
		usage_error("--list, --machine, --compare, --table and --count-only exclude "
			    "one another");
	request->mode = mode;
}

static void set_columns(struct request *request, int option)
{
	if (columns_option(&request->columns, option, optarg))
		usage_error(NULL);
}

static void set_l2(struct request *request, const char *how)
{
	if (how && strcmp(how, "only"))
		usage_error("--l2: '%s' is not 'only'", how);
	request->where = how ? WHERE_L2 : WHERE_HERE_AND_L2;
}

static bool measures(const struct request *request)
{
	return request->mode == MODE_MEASURE || request->mode == MODE_COUNT;
}

static bool measuring_options(const struct request *request)
{
	const struct bench_options *bench = &request->bench;

	return bench->iterations != BENCH_DEFAULT || bench->repeats ||
	       request->where != WHERE_HERE || bench->warmup != BENCH_DEFAULT || bench->cpu >= 0 ||
	       bench->partner >= 0 || request->label || request->progress;
}

/* As it can be written to JSON and drawn, and whole; before anything is measured. */
static void check_label(const char *label)
{
	const char *c;

	if (strlen(label) >= sizeof(((struct report *)0)->label))
		usage_error("--label: at most %zu bytes",
			    sizeof(((struct report *)0)->label) - 1);
	for (c = label; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			usage_error("--label: no control characters");
	if (!report_is_text(label))
		usage_error("--label: no UTF-8");
}

/* Options that only make sense together, or not together. */
static void check_options(const struct request *request)
{
	const struct bench_options *bench = &request->bench;

	if (request->label)
		check_label(request->label);
	if (!bench->irqchip && request->where == WHERE_HERE)
		usage_error("--no-irqchip is about the guest of --l2");
	if (request->mode == MODE_COUNT && request->where == WHERE_HERE_AND_L2)
		usage_error("--count-only does its operations once, here or with --l2=only");
	if (request->mode == MODE_COUNT &&
	    (request->columns.format != COLUMNS_TABLE || bench->repeats || request->plot))
		usage_error("--count-only has no figures: no --json, --repeats or --plot");
	if (request->mode != MODE_COUNT && !bench->iterations)
		usage_error("--iterations: 0 only with --count-only");
	if (!measures(request) && measuring_options(request))
		usage_error("--list, --machine, --compare and --table measure nothing");
	if (request->plot && (request->mode == MODE_LIST || request->mode == MODE_MACHINE))
		usage_error("--plot needs figures");
	if (request->sysroot && request->mode != MODE_MACHINE)
		usage_error("--sysroot is for --machine: figures are of the machine they run on");
	if (request->mode == MODE_MEASURE && request->columns.format == COLUMNS_JSON &&
	    (request->columns.list || request->columns.all))
		usage_error("--json of a measurement has everything: no --output, no --output-all");
	if ((request->columns.list || request->columns.all) && request->mode == MODE_TABLE)
		usage_error("--table has one column for each level");
}

static void choose_columns(struct request *request)
{
	const struct output_kind *kind = &output_report_kind;

	if (request->mode == MODE_LIST)
		kind = &output_list_kind;
	else if (request->mode == MODE_MACHINE)
		kind = &output_machine_kind;
	else if (request->mode == MODE_COMPARE)
		kind = &output_compare_kind;
	request->columns.table = kind->columns;
	request->columns.name = kind->name;
	if (columns_choose(&request->columns, kind->usual))
		usage_error(NULL);
}

static void choose_cpus(struct bench_options *bench)
{
	char why[100];

	if (machine_cpus(&bench->cpu, &bench->partner, why, sizeof(why)))
		usage_error("--cpu, --partner: %s", why);
}

/* Refuses wrong names before anything runs. */
static void check_names(const struct request *request)
{
	char **names = request->names;
	int count = request->count, i, j;

	switch (request->mode) {
	case MODE_LIST:
	case MODE_MACHINE:
		if (count)
			usage_error("'%s': no argument expected", names[0]);
		return;
	case MODE_COMPARE:
		if (count != 2)
			usage_error("--compare takes two files");
		return;
	case MODE_TABLE:
		if (!count)
			usage_error("--table takes files");
		return;
	default:
		break;
	}
	if (!count)
		usage_error("no benchmark named");
	for (i = 0; i < count; i++) {
		if (strcmp(names[i], "all") && !bench_find(names[i]))
			usage_error("no benchmark '%s'", names[i]);
		for (j = 0; j < i; j++)
			if (!strcmp(names[i], names[j]) || !strcmp(names[j], "all") ||
			    !strcmp(names[i], "all"))
				usage_error("'%s' would run twice", names[i]);
	}
	if (request->mode == MODE_COUNT && (count > 1 || !strcmp(names[0], "all")))
		usage_error("--count-only takes one benchmark");
}

enum { OPT_L2 = 256, OPT_NO_IRQCHIP, OPT_COUNT_ONLY, OPT_PARTNER, OPT_LABEL, OPT_PROGRESS,
       OPT_COMPARE, OPT_TABLE, OPT_PLOT, OPT_RAW, OPT_NOHEADINGS,
       OPT_MACHINE, OPT_SYSROOT };
static const struct option options[] = {
	{ "iterations", required_argument, NULL, 'n' },
	{ "repeats", required_argument, NULL, 'r' },
	{ "warmup", required_argument, NULL, 'w' },
	{ "cpu", required_argument, NULL, 'c' },
	{ "partner", required_argument, NULL, OPT_PARTNER },
	{ "l2", optional_argument, NULL, OPT_L2 },
	{ "no-irqchip", no_argument, NULL, OPT_NO_IRQCHIP },
	{ "label", required_argument, NULL, OPT_LABEL },
	{ "progress", no_argument, NULL, OPT_PROGRESS },
	{ "count-only", no_argument, NULL, OPT_COUNT_ONLY },
	{ "compare", no_argument, NULL, OPT_COMPARE },
	{ "table", no_argument, NULL, OPT_TABLE },
	{ "plot", required_argument, NULL, OPT_PLOT },
	{ "json", no_argument, NULL, 'J' },
	{ "pairs", no_argument, NULL, 'P' },
	{ "raw", no_argument, NULL, OPT_RAW },
	{ "noheadings", no_argument, NULL, OPT_NOHEADINGS },
	{ "output", required_argument, NULL, 'o' },
	{ "output-all", no_argument, NULL, COLUMNS_OUTPUT_ALL },
	{ "list", no_argument, NULL, 'l' },
	{ "machine", no_argument, NULL, OPT_MACHINE },
	{ "sysroot", required_argument, NULL, OPT_SYSROOT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

#define LETTERS	"w:c:JPo:lhV"	/* besides -n and -r */

/*
 * Whether a mode is named in which -n and -r have nothing to count. To find out, they are taken for
 * what they are there, without an argument: none of theirs looks like a mode. '-' leaves the
 * arguments in their order.
 */
static bool measures_nothing(int argc, char **argv)
{
	bool nothing = false;
	int option;

	opterr = 0;	/* what is wrong is said when it is known what is meant */
	while ((option = getopt_long(argc, argv, "-nr" LETTERS, options, NULL)) != -1)
		nothing |= option == 'l' || option == OPT_MACHINE || option == OPT_COMPARE ||
			   option == OPT_TABLE;
	opterr = 1;
	optind = 0;
	return nothing;
}

/**
 * options_parse() - read the command line
 * @argc: as main() has it
 * @argv: as main() has it
 * @request: where what it asks for goes
 *
 * Ends the program over wrong arguments, --help and --version.
 */
void options_parse(int argc, char **argv, struct request *request)
{
	const char *letters = measures_nothing(argc, argv) ? "nr" LETTERS : "n:r:" LETTERS;
	struct bench_options *bench = &request->bench;
	int option;

	*request = (struct request){
		.bench = {
			.iterations = BENCH_DEFAULT, .warmup = BENCH_DEFAULT, .cpu = -1,
			.partner = -1, .irqchip = true,
		},
	};
	while ((option = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		switch (option) {
		case 'n':
			if (!optarg) {
				set_columns(request, option);
				break;
			}
			bench->iterations = number("--iterations", optarg, 0, UINT32_MAX);
			break;
		case 'r':
			if (!optarg) {
				set_columns(request, option);
				break;
			}
			bench->repeats = number("--repeats", optarg, 1, MAX_REPEATS);
			break;
		case 'w':
			bench->warmup = number("--warmup", optarg, 0, UINT32_MAX);
			break;
		case 'c':
			bench->cpu = number("--cpu", optarg, 0, MAX_CPU);
			break;
		case OPT_PARTNER:
			bench->partner = number("--partner", optarg, 0, MAX_CPU);
			break;
		case OPT_L2:
			set_l2(request, optarg);
			break;
		case OPT_NO_IRQCHIP:
			bench->irqchip = false;
			break;
		case OPT_LABEL:
			request->label = optarg;
			break;
		case OPT_PROGRESS:
			request->progress = true;
			break;
		case OPT_COUNT_ONLY:
			set_mode(request, MODE_COUNT);
			break;
		case OPT_COMPARE:
			set_mode(request, MODE_COMPARE);
			break;
		case OPT_TABLE:
			set_mode(request, MODE_TABLE);
			break;
		case OPT_PLOT:
			request->plot = optarg;
			break;
		/* The letters that these have in other tools count where something is measured. */
		case OPT_RAW:
			set_columns(request, 'r');
			break;
		case OPT_NOHEADINGS:
			set_columns(request, 'n');
			break;
		case 'J':
		case 'P':
		case 'o':
		case COLUMNS_OUTPUT_ALL:
			set_columns(request, option);
			break;
		case 'l':
			set_mode(request, MODE_LIST);
			break;
		case OPT_MACHINE:
			set_mode(request, MODE_MACHINE);
			break;
		case OPT_SYSROOT:
			request->sysroot = optarg;
			break;
		case 'h':
			help();
			break;
		case 'V':
			puts("hvbench " HVBENCH_VERSION);
			tool_leave(EXIT_SUCCESS);
		default:
			usage_error(NULL);
		}
	}
	request->names = argv + optind;
	request->count = argc - optind;
	check_options(request);
	choose_columns(request);
	check_names(request);
	if (!bench->repeats)
		bench->repeats = DEFAULT_REPEATS;
	if (measures(request))
		choose_cpus(bench);
}
