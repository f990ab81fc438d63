// SPDX-License-Identifier: GPL-2.0
/*
 * vmbus-pin.c - chooses the CPUs that the channels of Hyper-V's VMBus interrupt
 */
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "columns.h"
#include "moves.h"
#include "plan.h"
#include "saved.h"
#include "sharing.h"
#include "sysroot.h"
#include "tool.h"
#include "topology.h"
#include "vm.h"
#include "vmbus.h"

#define AVOID_MAX	64	/* --avoid-vm */
#define BUSY		100	/* interrupts a second */

static const char usage[] =
	"Usage: vmbus-pin plan [--avoid CPULIST] [--avoid-vm NAME] [--any-node]\n"
	"       vmbus-pin apply [--avoid CPULIST] [--avoid-vm NAME] [--any-node] [--dry-run]\n"
	"       vmbus-pin save FILE\n"
	"       vmbus-pin restore [--device DEVICE] [--dry-run] [--wait SECONDS] FILE\n"
	"       vmbus-pin vcpus [--busy N] [--interval SECONDS] NAME\n";

static const char help[] =
	"\n"
	"Choose the CPUs that the channels of Hyper-V's VMBus interrupt.\n"
	"\n"
	" plan       print a spread of the channels over the CPUs\n"
	" apply      make it so, and read it back\n"
	" save       write the CPUs of all channels to FILE (- for standard output)\n"
	" restore    give the channels the CPUs of FILE (- for standard input)\n"
	" vcpus      print the vCPU threads of the VM NAME (QEMU's -name, libvirt's domain, or the\n"
	"            PID of QEMU), and warn of those that share their CPU with a busy channel\n"
	"\n"
	" -a, --avoid CPULIST    leave out these CPUs, as in 0-3,8; may be repeated\n"
	" -A, --avoid-vm NAME    leave out the CPUs of the vCPUs of the VM NAME; may be repeated\n"
	"     --any-node         let channels leave the NUMA node of their CPU\n"
	" -b, --busy N           busy is a channel with N interrupts a second (default 100)\n"
	" -d, --device DEVICE    only the channels of this device (its name in sysfs)\n"
	"     --dry-run          write nothing\n"
	" -i, --interval SECONDS how long to count interrupts; 0: since boot, as with --sysroot\n"
	"                        (default 1)\n"
	" -s, --sysroot DIR      work on a captured tree instead of this machine\n"
	" -w, --wait SECONDS     how long to wait, in all, for channels of devices in use to be\n"
	"                        opened (default 0)\n"
	COLUMNS_USAGE
	" -h, --help             this text\n"
	" -V, --version          version\n"
	"\n"
	"Exit status: 0 fine; 1 no VMBus, a channel was not moved, a vCPU shares its CPU with a\n"
	"busy channel, or an error; 2 wrong arguments.\n";

struct request {
	const char *argument;		/* FILE or NAME */
	struct cpulist avoid;
	const char *avoid_vms[AVOID_MAX];
	size_t avoid_vm_count;
	bool any_node, dry_run;
	const char *device;
	double busy;
	int interval;			/* seconds; -1 for the default */
	unsigned int wait;		/* seconds */
	const char *sysroot;
	struct columns columns;
};

/* What a command works on. */
struct machine {
	struct sysroot root;
	struct topology topology;
	struct vmbus bus;
};

static void find_vm(const struct machine *machine, struct vm *vm, const char *name)
{
	int error = vm_find(&machine->root, vm, name);

	if (error == -ENOENT)
		errx(EXIT_FAILURE, "no QEMU runs a VM called '%s' (see its -name) or has that PID",
		     vm->name);
	if (error == -ESRCH)
		errx(EXIT_FAILURE, "the QEMU of '%s' has no vCPU threads", vm->name);
	if (error)
		errx(EXIT_FAILURE, "'%s': %s", vm->name, strerror(-error));
	if (vm->guessed)
		warnx("the threads of '%s' have no names, so its vCPUs are guessed; start QEMU "
		      "with -name NAME,debug-threads=on", vm->name);
}

static void avoid_vm(const struct machine *machine, const char *name, struct cpulist *avoid)
{
	const struct cpulist *online = &machine->topology.online;
	const struct vm_vcpu *vcpu;
	struct cpulist cpus;
	struct vm vm;
	int cpu;

	find_vm(machine, &vm, name);
	for (vcpu = vm.vcpus; vcpu < vm.vcpus + vm.count; vcpu++) {
		if (!vm_vcpu_pinned(vcpu, online))
			warnx("vCPU thread %u of '%s' is not pinned; only the CPU it ran on last, "
			      "%d, is avoided", vcpu->tid, vm.name, vcpu->cpu);
		cpus = vm_vcpu_cpus(vcpu, online);
		cpulist_for_each(cpu, &cpus)
			cpulist_add(avoid, cpu);
	}
	vm_free(&vm);
}

static struct cpulist usable_cpus(const struct request *request, const struct machine *machine)
{
	struct cpulist usable = machine->topology.online, avoid = request->avoid;
	size_t i;
	int cpu;

	for (i = 0; i < request->avoid_vm_count; i++)
		avoid_vm(machine, request->avoid_vms[i], &avoid);
	cpulist_for_each(cpu, &machine->topology.isolated)
		cpulist_remove(&usable, cpu);
	cpulist_for_each(cpu, &avoid)
		cpulist_remove(&usable, cpu);
	if (!cpulist_count(&usable))
		errx(EXIT_FAILURE, "no CPU is left for channels: all that are online (%s) are to "
		     "be avoided (%s) or isolated (%s)", cpulist_format(&machine->topology.online),
		     cpulist_format(&avoid), cpulist_format(&machine->topology.isolated));
	return usable;
}

static int plan_and(const struct request *request, const struct machine *machine, bool write)
{
	struct plan_cpus cpus = {
		.topology = &machine->topology,
		.usable = usable_cpus(request, machine),
		.any_node = request->any_node,
	};
	struct moves moves;
	int status;

	moves_plan(&moves, &machine->bus, &cpus);
	status = write && moves_do(&moves, &machine->root, 0) ? EXIT_FAILURE : EXIT_SUCCESS;
	moves_print(&moves, &request->columns);
	moves_free(&moves);
	return status;
}

static int command_plan(const struct request *request, const struct machine *machine)
{
	return plan_and(request, machine, false);
}

static int command_apply(const struct request *request, const struct machine *machine)
{
	return plan_and(request, machine, !request->dry_run);
}

static int command_save(const struct request *request, const struct machine *machine)
{
	int error = saved_write(request->argument, &machine->bus);

	if (error == -EINVAL)
		errx(EXIT_FAILURE, "%s: not a file, so it is not replaced ('-' is standard output)",
		     request->argument);
	if (error)
		errx(EXIT_FAILURE, "%s: %s", request->argument, strerror(-error));
	return EXIT_SUCCESS;
}

/* Channels that are not there (yet) are no failure: a device may come later. */
static int command_restore(const struct request *request, const struct machine *machine)
{
	unsigned int missing;
	struct moves moves;
	struct saved saved;
	int error, status;
	size_t line;

	error = saved_read(&saved, request->argument, &line);
	if (error == -EINVAL)
		errx(EXIT_FAILURE, "%s: line %zu is not DEVICE SUBCHANNEL CPU, or its channel "
		     "has a line before it; nothing was changed", request->argument, line);
	if (error)
		errx(EXIT_FAILURE, "%s: %s", request->argument, strerror(-error));
	missing = moves_restore(&moves, &machine->bus, &machine->topology, &saved, request->device);
	status = !request->dry_run && moves_do(&moves, &machine->root, request->wait) ?
		EXIT_FAILURE : EXIT_SUCCESS;
	moves_print(&moves, &request->columns);
	if (missing)
		warnx("%u of the channels in %s are not there", missing, request->argument);
	moves_free(&moves);
	saved_free(&saved);
	return status;
}

static double uptime(const struct sysroot *root)
{
	char line[64];
	double seconds;

	if (sysroot_read_line(root, line, sizeof(line), "proc/uptime") ||
	    sscanf(line, "%30lf", &seconds) != 1)
		return 0;
	return seconds;
}

static int command_vcpus(const struct request *request, const struct machine *machine)
{
	int interval = request->interval < 0 ? machine->root.live : request->interval;
	struct sharing sharing = {
		.topology = &machine->topology,
		.now = &machine->bus,
		.busy = request->busy,
	};
	struct vmbus later = { 0 };
	struct vm vm;
	int status;

	find_vm(machine, &vm, request->argument);
	if (interval) {
		sleep(interval);
		vmbus_must_read(&machine->root, &later);
		sharing.before = &machine->bus;
		sharing.now = &later;
		sharing.seconds = interval;
	} else {
		sharing.seconds = uptime(&machine->root);
	}
	status = sharing_print(&sharing, &vm, &request->columns) ? EXIT_FAILURE : EXIT_SUCCESS;
	vm_free(&vm);
	vmbus_free(&later);
	return status;
}

static const struct command {
	const char *name, *argument;	/* argument: what it takes, or NULL */
	const char *options;		/* those of its own */
	const struct column *columns;
	const char *usual;
	int (*run)(const struct request *request, const struct machine *machine);
} commands[] = {
	{ "plan", NULL, "aAN", moves_columns, MOVES_USUAL, command_plan },
	{ "apply", NULL, "aAND", moves_columns, MOVES_USUAL, command_apply },
	{ "save", "FILE", "", NULL, NULL, command_save },
	{ "restore", "FILE", "dDw", moves_columns, MOVES_USUAL, command_restore },
	{ "vcpus", "NAME", "bi", sharing_columns, SHARING_USUAL, command_vcpus },
};

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(name, commands[i].name))
			return &commands[i];
	warnx("unknown command: '%s'", name);
	tool_usage_error(usage);
}

_Noreturn static void print_help(void)
{
	fputs(usage, stdout);
	fputs(help, stdout);
	fputs("\nFor plan, apply and restore:", stdout);
	columns_help(moves_columns, stdout);
	fputs("\nFor vcpus:", stdout);
	columns_help(sharing_columns, stdout);
	tool_leave(EXIT_SUCCESS);
}

/* An option that a command of its own takes; @given collects them. */
static void take_option(struct request *request, int option, char *given)
{
	struct cpulist avoid;
	int cpu;

	switch (option) {
	case 'a':
		if (cpulist_parse(&avoid, optarg)) {
			warnx("--avoid: '%s' is not a list of CPUs as in 0-3,8", optarg);
			tool_usage_error(usage);
		}
		cpulist_for_each(cpu, &avoid)
			cpulist_add(&request->avoid, cpu);
		break;
	case 'A':
		if (request->avoid_vm_count == AVOID_MAX)
			errx(TOOL_USAGE, "--avoid-vm: more than %d", AVOID_MAX);
		request->avoid_vms[request->avoid_vm_count++] = optarg;
		break;
	case 'N':
		request->any_node = true;
		break;
	case 'b':
		request->busy = tool_number(usage, "--busy", optarg, 1, UINT32_MAX);
		break;
	case 'd':
		request->device = optarg;
		break;
	case 'D':
		request->dry_run = true;
		break;
	case 'i':
		request->interval = tool_number(usage, "--interval", optarg, 0, 86400);
		break;
	case 'w':
		request->wait = tool_number(usage, "--wait", optarg, 0, 3600);
		break;
	default:
		if (columns_option(&request->columns, option, optarg))
			tool_usage_error(usage);
		return;
	}
	if (!strchr(given, option))
		given[strlen(given)] = option;
}

static void check_options(const struct command *command, const struct request *request,
			  const char *given)
{
	if (given[strspn(given, command->options)] ||
	    (!command->columns && request->columns.asked)) {
		warnx("'%s' does not take these options", command->name);
		tool_usage_error(usage);
	}
}

static const struct command *parse_options(int argc, char **argv, struct request *request)
{
	static const struct option options[] = {
		{ "any-node", no_argument, NULL, 'N' },
		{ "avoid", required_argument, NULL, 'a' },
		{ "avoid-vm", required_argument, NULL, 'A' },
		{ "busy", required_argument, NULL, 'b' },
		{ "device", required_argument, NULL, 'd' },
		{ "dry-run", no_argument, NULL, 'D' },
		{ "interval", required_argument, NULL, 'i' },
		{ "wait", required_argument, NULL, 'w' },
		TOOL_LONG_OPTIONS,
		COLUMNS_LONG_OPTIONS,
		{ 0 }
	};
	const struct command *command;
	char given[16] = "";
	int c;

	while ((c = getopt_long(argc, argv, "a:A:b:d:i:s:w:hV" COLUMNS_SHORT_OPTIONS, options,
				NULL)) != -1) {
		switch (c) {
		case 's':
			request->sysroot = optarg;
			break;
		case 'h':
			print_help();
		case 'V':
			puts("vmbus-pin " VERSION);
			tool_leave(EXIT_SUCCESS);
		case '?':
			tool_usage_error(usage);
		default:
			take_option(request, c, given);
		}
	}
	if (optind == argc) {
		warnx("no command");
		tool_usage_error(usage);
	}
	command = find_command(argv[optind++]);
	check_options(command, request, given);
	if (argc - optind != !!command->argument) {
		warnx("'%s' takes %s", command->name,
		      command->argument ? command->argument : "no argument");
		tool_usage_error(usage);
	}
	request->argument = argv[optind];
	request->columns.table = command->columns;
	request->columns.name = command->name;
	if (command->columns && columns_choose(&request->columns, command->usual))
		tool_usage_error(usage);
	return command;
}

int main(int argc, char **argv)
{
	static struct machine machine;
	struct request request = { .busy = BUSY, .interval = -1 };
	const struct command *command;
	int error, status;

	setlocale(LC_CTYPE, "");	/* no more: JSON and /proc have decimal points */
	command = parse_options(argc, argv, &request);
	error = sysroot_open(&machine.root, request.sysroot);
	if (error)
		errx(EXIT_FAILURE, "%s: %s", request.sysroot ? request.sysroot : "/",
		     strerror(-error));
	vmbus_must_read(&machine.root, &machine.bus);
	error = topology_read(&machine.root, &machine.topology);
	if (error)
		errx(EXIT_FAILURE, "/sys/devices/system/cpu/online: %s", strerror(-error));
	status = command->run(&request, &machine);
	vmbus_free(&machine.bus);
	sysroot_close(&machine.root);
	tool_leave(status);
}
