// SPDX-License-Identifier: GPL-2.0
/*
 * facts.c - what lshv knows of a machine, a line each
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "leaves.h"
#include "text.h"
#include "tool.h"

/**
 * facts_add() - add a line
 * @facts: the lines
 * @topic: a literal
 * @name: allocated text, which is taken over, like the next two
 * @value: or NULL
 * @meaning: or NULL
 *
 * Return: the line, valid until the next call.
 */
struct fact *facts_add(struct facts *facts, const char *topic, char *name, char *value,
		       char *meaning)
{
	struct fact *fact;

	facts->facts = reallocarray(facts->facts, facts->count + 1, sizeof(*fact));
	if (!facts->facts)
		tool_no_memory();
	fact = &facts->facts[facts->count++];
	*fact = (struct fact){ .topic = topic, .name = name, .value = value, .meaning = meaning };
	return fact;
}

/**
 * facts_place() - say where in CPUID a line is from
 * @fact: the line
 * @leaf: the leaf
 * @reg: the register
 * @low: its lowest bit
 * @high: its highest bit
 */
void facts_place(struct fact *fact, uint32_t leaf, enum cpuid_reg reg, unsigned int low,
		 unsigned int high)
{
	fact->leaf = text_format("0x%08" PRIx32, leaf);
	fact->reg = text_format("%s", cpuid_reg_name(reg));
	fact->bits = low == high ? text_format("%u", low) : text_format("%u-%u", low, high);
}

/**
 * facts_free() - free all lines
 * @facts: the lines
 */
void facts_free(struct facts *facts)
{
	while (facts->count) {
		struct fact *fact = &facts->facts[--facts->count];

		free(fact->name);
		free(fact->value);
		free(fact->meaning);
		free(fact->leaf);
		free(fact->reg);
		free(fact->bits);
	}
	free(facts->facts);
	facts->facts = NULL;
}

/* A line of literals and a value. */
static struct fact *add(struct facts *facts, const char *topic, const char *name, char *value,
			const char *meaning)
{
	return facts_add(facts, topic, text_format("%s", name), value, text_format("%s", meaning));
}

/* As the kernel writes it in its log. */
static char *host_build(const struct cpuid *cpuid)
{
	const uint32_t *regs = cpuid_find(cpuid, LEAF_VERSION);

	if (!regs)
		return text_format("unknown");
	return text_format("%u.%u.%u.%u-%u-%u", regs[EBX] >> 16, regs[EBX] & 0xffff, regs[EAX],
			   regs[EDX] & 0xffffff, regs[ECX], regs[EDX] >> 24);
}

static void add_isolation(struct facts *facts, const struct cpuid *cpuid)
{
	bool isolated = cpuid_bit(cpuid, LEAF_FEATURES, EBX, FEATURES_EBX_ISOLATION);
	uint32_t config = cpuid_reg(cpuid, LEAF_ISOLATION, EBX);
	bool paravisor = cpuid_bit(cpuid, LEAF_ISOLATION, EAX, 0);

	if (!cpuid_find(cpuid, LEAF_FEATURES))
		add(facts, "guest", "isolation", text_format("unknown"), "the leaf is missing");
	else if (!isolated)
		add(facts, "guest", "isolation", text_format("none"),
		    "the host can see this guest's memory");
	else
		add(facts, "guest", "isolation", text_format("%s", leaves_isolation(config & 0xf)),
		    paravisor ? "with a paravisor" : "without a paravisor");
}

/**
 * facts_guest() - what this guest is
 * @facts: lines are added
 * @machine: the machine
 */
void facts_guest(struct facts *facts, const struct machine *machine)
{
	const struct cpuid *cpuid = &machine->cpuid;
	const uint32_t *regs;

	regs = cpuid_find(cpuid, LEAF_VENDOR);
	if (regs)
		add(facts, "guest", "hypervisor", leaves_signature(regs), "vendor's signature");
	regs = cpuid_find(cpuid, LEAF_SECOND);
	if (regs && regs[EBX])
		add(facts, "guest", "second hypervisor", leaves_signature(regs),
		    "signature behind Hyper-V's leaves: Linux takes this one's interface");
	regs = cpuid_find(cpuid, 0);
	if (regs)	/* EBX, EDX, ECX is the order here */
		add(facts, "guest", "CPU",
		    leaves_signature((const uint32_t[]){ 0, regs[EBX], regs[EDX], regs[ECX] }),
		    "vendor's signature");
	add(facts, "guest", "host build", host_build(cpuid),
	    "major.minor.build.service number-service pack-service branch");
	add(facts, "guest", "partition",
	    text_format("%s", cpuid_bit(cpuid, LEAF_FEATURES, EBX, FEATURES_EBX_CPU_MANAGEMENT) ?
			"root" : "guest"),
	    cpuid_bit(cpuid, LEAF_HINTS, EAX, HINTS_EAX_NESTED) ?
	    "of a Hyper-V that is itself nested" : "of Hyper-V");
	add_isolation(facts, cpuid);
}

static size_t count_words(const char *text)
{
	size_t count = 0;

	for (; *text; text += strcspn(text, " "), text += strspn(text, " "))
		count++;
	return count;
}

/**
 * facts_clock() - the clock, and why it is that one
 * @facts: lines are added
 * @machine: the machine
 */
void facts_clock(struct facts *facts, const struct machine *machine)
{
	const struct clock *clock = &machine->clock;

	facts_add(facts, "clock", text_format("clocksource"),
		  text_format("%s", clock->current[0] ? clock->current : "unknown"),
		  clock_why(clock, &machine->cpuid));
	add(facts, "clock", "master clock of KVM", text_format("%s", answer_text(clock->master)),
	    clock->master == YES ? "VMs can have a stable kvm-clock, read without a system call" :
	    clock->master == NO ? "VMs have no stable kvm-clock" : "the clocksource is not known");
	facts_add(facts, "clock", text_format("clocksources"), text_format("%zu", count_words(clock->available)),
		  text_format("%s", clock->available));
	add(facts, "clock", "timer", text_format("%s", clock->event[0] ? clock->event : "unknown"),
	    "device of CPU 0's timer");
	if (clock->tsc_unstable)
		add(facts, "clock", "TSC", text_format("unstable"), clock->tsc_unstable);
}

static void add_path(struct facts *facts, const struct backend *backend)
{
	static const char *const meanings[] = {
		[YES] = "below %s: the file that was loaded, by its build id",
		[NO] = "below %s is only another one, by its build id, which modprobe would load",
		[UNKNOWN] = "below %s: what modprobe loads under this name; whether it did cannot be seen",
	};

	if (backend->built_in || !backend->path[0])
		add(facts, "backend", "module path",
		    text_format(backend->built_in ? "none" : "unknown"),
		    backend->built_in ? "built into the kernel" : "not in modules.dep");
	else
		facts_add(facts, "backend", text_format("module path"),
			  text_format("%s", backend->loaded == NO ? "unknown" : backend->path),
			  text_format(meanings[backend->loaded], backend->folder));
}

/**
 * facts_backend() - what stands behind /dev/kvm
 * @facts: lines are added
 * @machine: the machine
 */
void facts_backend(struct facts *facts, const struct machine *machine)
{
	const struct backend *backend = &machine->backend;
	bool renamed = backend->module[0] && strcmp(backend->module, backend->name);

	facts_add(facts, "backend", text_format("KVM backend"), text_format("%s", backend->name),
		  backend->kind == BACKEND_NONE ? text_format("no KVM module is loaded") :
		  backend->kind == BACKEND_OTHER ? text_format("a /dev/kvm of a module that lshv does not know") :
		  text_format("%s%s%s", backend->built_in ? "built into the kernel" : "a module",
			      renamed ? ", loaded under the name " : "",
			      renamed ? backend->module : ""));
	if (!backend->module[0])
		return;
	add_path(facts, backend);
	facts_add(facts, "backend", text_format("module signature"),
		  backend_signature(backend, &machine->root),
		  backend->taint[0] ? text_format("taint letters: %s", backend->taint) : NULL);
	if (backend->srcversion[0])
		add(facts, "backend", "module srcversion", text_format("%s", backend->srcversion),
		    "checksum of its source");
	if (backend->version[0])
		add(facts, "backend", "module version", text_format("%s", backend->version), "");
	add(facts, "backend", "enlightened VMCS", text_format("%s", answer_text(backend->evmcs)),
	    backend->evmcs == YES ? "VMs run on it" :
	    backend->evmcs == NO ? "VMs do not run on it" : "cannot be seen here");
	add(facts, "backend", "APICv", text_format("%s", answer_text(backend->apicv)),
	    backend->evmcs == YES ? "the enlightened VMCS has no posted interrupts" :
	    "APICv, AVIC: interrupts reach guests without an exit");
}

/**
 * facts_leaves() - every field of the leaves, and bits that are set and have no name
 * @facts: lines are added
 * @machine: the machine
 */
void facts_leaves(struct facts *facts, const struct machine *machine)
{
	const uint32_t *regs;
	uint32_t leaf, rest;
	size_t i;
	int reg;

	for (leaf = LEAF_VENDOR; leaf <= LEAF_LAST; leaf++) {
		regs = cpuid_find(&machine->cpuid, leaf);
		if (!regs)
			continue;
		for (i = 0; i < leaves_field_count; i++) {
			const struct field *field = &leaves_fields[i];

			if (field->leaf == leaf)
				facts_place(add(facts, "leaf", field->name, leaves_value(field, regs),
						field->meaning),
					    leaf, field->reg, field->low, field->high);
		}
		for (reg = EAX; reg < CPUID_REGS; reg++) {
			rest = regs[reg] & leaves_unnamed(leaf, reg);
			if (rest)
				facts_place(add(facts, "leaf", "-", text_format("0x%08" PRIx32, rest),
						"bits that are set and have no name"),
					    leaf, reg, 0, 31);
		}
	}
}
