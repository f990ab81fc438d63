// SPDX-License-Identifier: GPL-2.0
/*
 * lshv - what this guest of Hyper-V is, what it is offered and what it uses
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "advise.h"
#include "columns.h"
#include "facts.h"
#include "leaves.h"
#include "machine.h"
#include "text.h"
#include "tool.h"

/* Exit status. */
enum { FINE, FINDINGS, ERROR };

enum view { VIEW_SUMMARY, VIEW_LEAVES, VIEW_ADVISE, VIEW_DUMP_CPUID, VIEW_DUMP_MSR };

enum { FACT_TOPIC, FACT_NAME, FACT_VALUE, FACT_MEANING, FACT_OFFERED, FACT_ON, FACT_LEAF, FACT_REG,
       FACT_BITS };

static const struct column fact_columns[] = {
	[FACT_TOPIC] = { "TOPIC", 0, 0, SCOLS_JSON_STRING,
			 "guest, clock, backend, enlightenment, leaf, or a module that has statistics" },
	[FACT_NAME] = { "NAME", 0, 0, SCOLS_JSON_STRING, "what the line is about" },
	[FACT_VALUE] = { "VALUE", 0, 0, SCOLS_JSON_STRING, "its value" },
	[FACT_MEANING] = { "MEANING", 0, 0, SCOLS_JSON_STRING, "what it is, or why it is so" },
	[FACT_OFFERED] = { "OFFERED", 0, 0, SCOLS_JSON_STRING,
			   "enlightenment: the host offers it (yes, no)" },
	[FACT_ON] = { "ON", 0, 0, SCOLS_JSON_STRING,
		      "enlightenment: it is on (yes, no, unknown)" },
	[FACT_LEAF] = { "LEAF", 0, 0, SCOLS_JSON_STRING, "CPUID leaf that says so" },
	[FACT_REG] = { "REG", 0, 0, SCOLS_JSON_STRING, "its register" },
	[FACT_BITS] = { "BITS", 0, SCOLS_FL_RIGHT, SCOLS_JSON_STRING, "its bits" },
	{ NULL }
};

enum { FINDING_CHECK, FINDING_SUBJECT, FINDING_FINDING, FINDING_EVIDENCE, FINDING_REMEDY };

static const struct column finding_columns[] = {
	[FINDING_CHECK] = { "CHECK", 0, 0, SCOLS_JSON_STRING, "short name of the trap" },
	[FINDING_SUBJECT] = { "SUBJECT", 0, 0, SCOLS_JSON_STRING, "this guest, or one of its VMs" },
	[FINDING_FINDING] = { "FINDING", 0.3, SCOLS_FL_WRAP, SCOLS_JSON_STRING, "what is wrong" },
	[FINDING_EVIDENCE] = { "EVIDENCE", 0.3, SCOLS_FL_WRAP, SCOLS_JSON_STRING,
			       "where that shows" },
	[FINDING_REMEDY] = { "REMEDY", 0.3, SCOLS_FL_WRAP, SCOLS_JSON_STRING, "the way out" },
	{ NULL }
};

static const char *const usual_columns[] = {
	[VIEW_SUMMARY] = "TOPIC,NAME,VALUE,MEANING",
	[VIEW_LEAVES] = "LEAF,REG,BITS,NAME,VALUE,MEANING",
	[VIEW_ADVISE] = "SUBJECT,FINDING,EVIDENCE,REMEDY",
	[VIEW_DUMP_CPUID] = NULL,
	[VIEW_DUMP_MSR] = NULL,
};

static char *copy(const char *text)
{
	return text ? text_format("%s", text) : NULL;
}

static char *fact_value(const void *object, unsigned int id)
{
	const struct fact *fact = object;

	switch (id) {
	case FACT_TOPIC:
		return copy(fact->topic);
	case FACT_NAME:
		return copy(fact->name);
	case FACT_VALUE:
		return copy(fact->value);
	case FACT_MEANING:
		return copy(fact->meaning);
	case FACT_OFFERED:
		return copy(fact->offered);
	case FACT_ON:
		return copy(fact->on);
	case FACT_LEAF:
		return copy(fact->leaf);
	case FACT_REG:
		return copy(fact->reg);
	case FACT_BITS:
		return copy(fact->bits);
	default:
		return NULL;
	}
}

static char *finding_value(const void *object, unsigned int id)
{
	const struct finding *finding = object;

	switch (id) {
	case FINDING_CHECK:
		return copy(finding->check);
	case FINDING_SUBJECT:
		return copy(finding->subject);
	case FINDING_FINDING:
		return copy(finding->finding);
	case FINDING_EVIDENCE:
		return copy(finding->evidence);
	case FINDING_REMEDY:
		return copy(finding->remedy);
	default:
		return NULL;
	}
}

static const char usage_line[] = "Usage: lshv [OPTION]...\n";

static void usage(void)
{
	fputs(usage_line, stdout);
	fputs("\nShow what this guest of Hyper-V is, what it is offered and what it uses.\n\n"
	      " -a, --advise          look for known traps: finding, evidence, remedy\n"
	      " -l, --leaves[=LIST]   Hyper-V's CPUID leaves, or those of LIST, decoded\n"
	      COLUMNS_USAGE
	      " -s, --sysroot DIR     of a captured tree (hv-capture) instead of this machine\n"
	      "     --dump-cpuid      CPUID leaves as a captured tree has them\n"
	      "     --dump-msr        Hyper-V's MSRs likewise; takes root and the module msr\n"
	      " -h, --help            this text\n"
	      " -V, --version         the version\n", stdout);
	columns_help(fact_columns, stdout);
	puts("\nWith --advise:");
	columns_help(finding_columns, stdout);
	puts("\nExit status: 0 fine; 1 --advise has found something; 2 an error, or not a guest of\n"
	     "Hyper-V.");
}

static int machine_read(struct machine *machine, const char *sysroot)
{
	int error = sysroot_open(&machine->root, sysroot);

	if (error) {
		warnx("%s: %s", sysroot, strerror(-error));
		return error;
	}
	error = cpuid_read(&machine->cpuid, &machine->root);
	if (error) {
		warnx("%s/cpuid: %s", sysroot, error == -ENODATA ? "no CPUID leaf in it" :
		      strerror(-error));
		sysroot_close(&machine->root);
		return error;
	}
	if (machine->cpuid.skipped)
		warnx("%s/cpuid: %zu lines are no CPUID leaves", sysroot, machine->cpuid.skipped);
	msr_read(&machine->msrs, &machine->root);
	kernel_log_read(&machine->log, &machine->root);
	clock_read(&machine->clock, &machine->root, &machine->log);
	backend_read(&machine->backend, &machine->root, &machine->cpuid);
	return 0;
}

static void machine_free(struct machine *machine)
{
	clock_free(&machine->clock);
	kernel_log_free(&machine->log);
	sysroot_close(&machine->root);
}

/* Says why, if this is no guest of Hyper-V. */
static bool is_hyperv(const struct cpuid *cpuid)
{
	const uint32_t *regs = cpuid_find(cpuid, LEAF_VENDOR);
	char *signature;
	bool is;

	if (!regs) {
		warnx("this machine is not a guest of Hyper-V: no hypervisor shows itself in CPUID");
		return false;
	}
	signature = leaves_signature(regs);
	is = !strcmp(signature, "Microsoft Hv");
	if (!is)
		warnx("this machine is not a guest of Hyper-V: the hypervisor calls itself \"%s\"",
		      signature);
	free(signature);
	return is;
}

/* Takes the next number off a list that is_list() knows. */
static uint32_t next_leaf(const char **list)
{
	char *end;
	uint32_t leaf = strtoul(*list, &end, 16);

	*list = end + (*end == ',');
	return leaf;
}

/* Hexadecimal numbers, with or without 0x, separated by commas. */
static bool is_list(const char *list)
{
	const char *end;

	for (;; list = end + 1) {
		list += 2 * !strncmp(list, "0x", 2);
		end = list + strspn(list, "0123456789abcdefABCDEF");
		if (end == list || end - list > 8)
			return false;
		if (*end != ',')
			return !*end;
	}
}

static bool leaf_wanted(const char *list, const char *leaf)
{
	const uint32_t number = next_leaf(&leaf);

	while (*list)
		if (next_leaf(&list) == number)
			return true;
	return false;
}

static int show_facts(const struct columns *columns, const struct machine *machine, enum view view,
		      const char *leaves)
{
	struct libscols_table *table = columns_new(columns);
	struct facts facts = { 0 };
	size_t i, shown = 0;

	if (view == VIEW_LEAVES) {
		facts_leaves(&facts, machine);
	} else {
		facts_guest(&facts, machine);
		facts_clock(&facts, machine);
		facts_backend(&facts, machine);
		facts_enlightenments(&facts, machine);
		facts_statistics(&facts, machine);
	}
	for (i = 0; i < facts.count; i++)
		if (!leaves || leaf_wanted(leaves, facts.facts[i].leaf)) {
			columns_add(columns, table, NULL, fact_value, &facts.facts[i]);
			shown++;
		}
	columns_print(table);
	facts_free(&facts);
	if (shown)
		return FINE;
	warnx("the host has none of these leaves: %s", leaves);
	return ERROR;
}

static int show_advice(const struct columns *columns, const struct machine *machine)
{
	struct findings findings;
	int error = advise(&findings, machine), status = findings.count ? FINDINGS : FINE;
	struct libscols_table *table;
	size_t i;

	if (error) {
		warnx("the VMs could not be looked at: %s", strerror(-error));
		status = ERROR;
	}
	if (!findings.count && columns->format == COLUMNS_TABLE) {
		puts("nothing found");
	} else {
		table = columns_new(columns);
		for (i = 0; i < findings.count; i++)
			columns_add(columns, table, NULL, finding_value, &findings.findings[i]);
		columns_print(table);
	}
	advise_free(&findings);
	return status;
}

static int show(const struct columns *columns, const struct machine *machine, enum view view,
		const char *leaves)
{
	switch (view) {
	case VIEW_DUMP_CPUID:
		cpuid_write(&machine->cpuid, stdout);
		return FINE;
	case VIEW_DUMP_MSR:
		msr_write(&machine->msrs, stdout);
		return FINE;
	default:
		break;
	}
	if (!is_hyperv(&machine->cpuid))
		return ERROR;
	if (view == VIEW_ADVISE)
		return show_advice(columns, machine);
	return show_facts(columns, machine, view, leaves);
}

/* What the user asks for. */
struct request {
	enum view view;
	const char *leaves;	/* a list, or NULL for all */
	const char *sysroot;
	struct columns columns;
};

/* There is one view, and without --advise, --leaves and so on it is the summary. */
static void choose_view(struct request *request, enum view view)
{
	if (request->view != VIEW_SUMMARY && request->view != view) {
		warnx("--advise, --leaves, --dump-cpuid and --dump-msr exclude one another");
		tool_usage_error(usage_line);
	}
	request->view = view;
}

static void parse_options(int argc, char **argv, struct request *request)
{
	enum { DUMP_CPUID = 1000, DUMP_MSR };
	static const struct option options[] = {
		COLUMNS_LONG_OPTIONS,
		{ "advise", no_argument, NULL, 'a' },
		{ "dump-cpuid", no_argument, NULL, DUMP_CPUID },
		{ "dump-msr", no_argument, NULL, DUMP_MSR },
		{ "leaves", optional_argument, NULL, 'l' },
		TOOL_LONG_OPTIONS,
		{ }
	};
	int option;

	while ((option = getopt_long(argc, argv, COLUMNS_SHORT_OPTIONS "ahl::s:V", options,
				     NULL)) != -1) {
		switch (option) {
		case 'a':
			choose_view(request, VIEW_ADVISE);
			break;
		case 'l':
			choose_view(request, VIEW_LEAVES);
			request->leaves = optarg && *optarg == '=' ? optarg + 1 : optarg;
			if (!request->leaves || is_list(request->leaves))
				break;
			warnx("--leaves: '%s' is not a list of numbers as in 0x40000003,4000000a",
			      request->leaves);
			tool_usage_error(usage_line);
		case 's':
			request->sysroot = optarg;
			break;
		case DUMP_CPUID:
			choose_view(request, VIEW_DUMP_CPUID);
			break;
		case DUMP_MSR:
			choose_view(request, VIEW_DUMP_MSR);
			break;
		case 'h':
			usage();
			tool_leave(FINE);
		case 'V':
			puts("lshv " VERSION);
			tool_leave(FINE);
		default:
			if (columns_option(&request->columns, option, optarg))
				tool_usage_error(usage_line);
		}
	}
	if (optind != argc) {
		warnx("not an option: %s", argv[optind]);
		tool_usage_error(usage_line);
	}
}

static void choose_columns(struct request *request)
{
	struct columns *columns = &request->columns;

	columns->table = request->view == VIEW_ADVISE ? finding_columns : fact_columns;
	columns->name = request->view == VIEW_ADVISE ? "findings" : "lshv";
	if (usual_columns[request->view]) {
		if (columns_choose(columns, usual_columns[request->view]))
			tool_usage_error(usage_line);
	} else if (columns->asked) {
		warnx("--dump-cpuid and --dump-msr have no columns, so they take no options on them");
		tool_usage_error(usage_line);
	}
}

int main(int argc, char **argv)
{
	struct request request = { .view = VIEW_SUMMARY };
	struct machine machine;
	int status;

	tool_failure = ERROR;
	setlocale(LC_CTYPE, "");	/* no more: what it says is English throughout */
	parse_options(argc, argv, &request);
	choose_columns(&request);
	if (machine_read(&machine, request.sysroot))
		return ERROR;
	status = show(&request.columns, &machine, request.view, request.leaves);
	machine_free(&machine);
	tool_leave(status);
}
