// SPDX-License-Identifier: GPL-2.0
/*
 * enlightenments.c - each enlightenment: does the host offer it, is it on, and if not, why not
 *
 * Whether one is on is taken from where it shows: an MSR, the kernel's log, a clocksource, the
 * backend. What cannot be seen is unknown, never guessed from the offer.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "facts.h"
#include "leaves.h"
#include "text.h"

/* Where it shows that an enlightenment is on. */
enum shown_by { BY_MSR, BY_LOG, BY_CLOCKSOURCE, BY_FUNCTION };

struct cpuid_flag {
	uint32_t leaf;
	enum cpuid_reg reg;
	unsigned int bit;
};

struct enlightenment {
	const char *name;
	struct cpuid_flag offer;
	enum shown_by by;
	uint32_t msr;			/* BY_MSR */
	unsigned int msr_bit;
	const char *text;		/* BY_LOG, BY_CLOCKSOURCE */
	enum answer (*on)(const struct machine *machine, const char **why);	/* BY_FUNCTION */
	struct cpuid_flag also[2];	/* what else Linux wants for it; leaf 0 is none */
};

static enum answer stimer_on(const struct machine *machine, const char **why)
{
	if (!machine->clock.event[0]) {
		*why = "the kernel does not name the device of CPU 0's timer";
		return UNKNOWN;
	}
	if (!strcmp(machine->clock.event, CLOCK_STIMER)) {
		*why = "CPU 0's timer is on it";
		return YES;
	}
	*why = "CPU 0's timer is on another device";
	return NO;
}

/* hv_reenlightenment says whose it is, without it the MSR whether it is on. */
static enum answer reenlightenment_on(const struct machine *machine, const char **why)
{
	enum answer on = msr_bit(&machine->msrs, MSR_REENLIGHTENMENT_CONTROL,
				 MSR_REENLIGHTENMENT_ENABLE);
	char mode[16];

	if (!sysroot_read_line(&machine->root, mode, sizeof(mode),
			       "sys/kernel/hv_reenlightenment/mode")) {
		*why = !strcmp(mode, "own") ? "hv_reenlightenment has the interrupt" :
		       !strcmp(mode, "kernel") ? "the kernel's own handler has the interrupt" :
		       "hv_reenlightenment says that nobody has the interrupt";
		return answer_of(!strcmp(mode, "own") || !strcmp(mode, "kernel"));
	}
	*why = on == UNKNOWN ? "MSR 0x40000106 cannot be read: that takes root and the module msr" :
	       on == YES ? "MSR 0x40000106 bit 16" :
	       "MSR 0x40000106 bit 16: KVM switches it on when a backend is loaded";
	return on;
}

static enum answer invariant_tsc_on(const struct machine *machine, const char **why)
{
	if (!cpuid_find(&machine->cpuid, 0x80000007)) {
		*why = "CPUID leaf 0x80000007 is missing";
		return UNKNOWN;
	}
	*why = "CPUID 0x80000007 EDX[8]";
	return answer_of(cpuid_bit(&machine->cpuid, 0x80000007, EDX, 8));
}

static enum answer evmcs_on(const struct machine *machine, const char **why)
{
	const struct backend *backend = &machine->backend;

	switch (backend->kind) {
	case BACKEND_HV_EVMCS:
		*why = "hv_evmcs works on nothing else";
		break;
	case BACKEND_KVM_INTEL:
		*why = backend->evmcs == UNKNOWN ? "kvm_intel has no parameter enlightened_vmcs" :
		       "parameter enlightened_vmcs of kvm_intel";
		break;
	case BACKEND_KVM_AMD:
		*why = "it is Intel's only";
		break;
	case BACKEND_KVM_PVM:
		*why = "kvm_pvm runs VMs without VMX";
		break;
	case BACKEND_NONE:
		*why = "no KVM backend is loaded";
		break;
	case BACKEND_OTHER:
		*why = "the backend is not one that lshv knows";
		break;
	}
	return backend->evmcs;
}

static enum answer msr_bitmap_on(const struct machine *machine, const char **why)
{
	if (machine->backend.kind == BACKEND_KVM_AMD) {
		*why = "kvm_amd uses it wherever it is offered";
		return YES;
	}
	if (machine->backend.evmcs == YES)
		*why = "part of the enlightened VMCS";
	else
		*why = "the backend does not use the enlightened VMCS";
	return machine->backend.evmcs;
}

static enum answer direct_flush_on(const struct machine *machine, const char **why)
{
	if (machine->backend.evmcs == NO && machine->backend.kind != BACKEND_KVM_AMD) {
		*why = "the backend does not use the enlightened VMCS";
		return NO;
	}
	*why = "a matter of each VM: its VMM switches it on (KVM_CAP_HYPERV_DIRECT_TLBFLUSH)";
	return UNKNOWN;
}

static enum answer gpa_flush_on(const struct machine *machine, const char **why)
{
	switch (machine->backend.kind) {
	case BACKEND_KVM_INTEL:
		*why = "kvm_intel uses them with EPT (parameter ept)";
		return backend_parameter(&machine->backend, &machine->root, "ept");
	case BACKEND_HV_EVMCS:
		if (sysroot_exists(&machine->root, "sys/module/hv_tlbflush")) {
			*why = "hv_tlbflush is loaded";
			return YES;
		}
		*why = "hv_evmcs flushes by INVEPT, on the CPUs that need it";
		return NO;
	case BACKEND_KVM_AMD:
		*why = "kvm_amd uses them with the enlightened TLB";
		return cpuid_bit(&machine->cpuid, LEAF_NESTED, EAX, NESTED_EAX_ENLIGHTENED_TLB) ?
		       backend_parameter(&machine->backend, &machine->root, "npt") : NO;
	case BACKEND_NONE:
		*why = "no KVM backend is loaded";
		return NO;
	case BACKEND_KVM_PVM:
		*why = "kvm_pvm runs VMs without EPT";
		return NO;
	case BACKEND_OTHER:
		break;
	}
	*why = "the backend is not one that lshv knows";
	return UNKNOWN;
}

static enum answer enlightened_tlb_on(const struct machine *machine, const char **why)
{
	*why = "kvm_amd uses it with nested paging (parameter npt)";
	if (machine->backend.kind == BACKEND_KVM_AMD)
		return backend_parameter(&machine->backend, &machine->root, "npt");
	*why = "it is AMD's, and kvm_amd is not the backend";
	return NO;
}

#define MSR(number, nr)		.by = BY_MSR, .msr = number, .msr_bit = nr
#define LOG(words)		.by = BY_LOG, .text = "Hyper-V: " words
#define CLOCKSOURCE(words)	.by = BY_CLOCKSOURCE, .text = words
#define FUNCTION(function)	.by = BY_FUNCTION, .on = function
#define FREQUENCY_MSRS		LEAF_FEATURES, EDX, FEATURES_EDX_FREQUENCY

static const struct enlightenment enlightenments[] = {
	{ "hypercalls", { LEAF_FEATURES, EAX, FEATURES_EAX_HYPERCALL },
	  MSR(MSR_HYPERCALL, MSR_ENABLE) },
	{ "VP assist page", { LEAF_FEATURES, EAX, FEATURES_EAX_VP_ASSIST },
	  MSR(MSR_VP_ASSIST_PAGE, MSR_ENABLE) },
	{ "SynIC", { LEAF_FEATURES, EAX, FEATURES_EAX_SYNIC },
	  MSR(MSR_SCONTROL, MSR_ENABLE) },
	{ "synthetic timers", { LEAF_FEATURES, EAX, FEATURES_EAX_STIMER }, FUNCTION(stimer_on) },
	{ "reference counter", { LEAF_FEATURES, EAX, FEATURES_EAX_REF_COUNTER },
	  CLOCKSOURCE(CLOCK_MSR) },
	{ "reference TSC page", { LEAF_FEATURES, EAX, FEATURES_EAX_TSC_PAGE },
	  CLOCKSOURCE(CLOCK_TSC_PAGE) },
	{ "frequency MSRs", { LEAF_FEATURES, EAX, FEATURES_EAX_FREQUENCY },
	  LOG("LAPIC Timer Frequency"), .also = { { FREQUENCY_MSRS } } },
	{ "reenlightenment", { LEAF_FEATURES, EAX, FEATURES_EAX_REENLIGHTENMENT },
	  FUNCTION(reenlightenment_on),
	  .also = { { LEAF_FEATURES, EAX, FEATURES_EAX_FREQUENCY }, { FREQUENCY_MSRS } } },
	{ "invariant TSC", { LEAF_FEATURES, EAX, FEATURES_EAX_TSC_INVARIANT },
	  FUNCTION(invariant_tsc_on) },
	{ "remote TLB flush", { LEAF_HINTS, EAX, HINTS_EAX_REMOTE_FLUSH },
	  LOG("Using hypercall for remote TLB flush") },
	{ "IPI hypercalls", { LEAF_HINTS, EAX, HINTS_EAX_CLUSTER_IPI },
	  LOG("Using IPI hypercalls") },
	{ "APIC MSRs", { LEAF_HINTS, EAX, HINTS_EAX_APIC_MSRS }, LOG("Using enlightened APIC") },
	{ "PV spinlocks", { LEAF_FEATURES, EAX, FEATURES_EAX_GUEST_IDLE },
	  LOG("PV spinlocks enabled"),
	  .also = { { LEAF_HINTS, EAX, HINTS_EAX_CLUSTER_IPI } } },
	{ "enlightened VMCS", { LEAF_HINTS, EAX, HINTS_EAX_EVMCS }, FUNCTION(evmcs_on) },
	{ "enlightened MSR bitmap", { LEAF_NESTED, EAX, NESTED_EAX_MSR_BITMAP },
	  FUNCTION(msr_bitmap_on) },
	{ "direct virtual flush", { LEAF_NESTED, EAX, NESTED_EAX_DIRECT_FLUSH },
	  FUNCTION(direct_flush_on) },
	{ "guest-physical flush", { LEAF_NESTED, EAX, NESTED_EAX_GPA_FLUSH },
	  FUNCTION(gpa_flush_on) },
	{ "enlightened TLB", { LEAF_NESTED, EAX, NESTED_EAX_ENLIGHTENED_TLB },
	  FUNCTION(enlightened_tlb_on) },
};

static enum answer by_msr(const struct machine *machine, const struct enlightenment *e, char **why)
{
	enum answer on = msr_bit(&machine->msrs, e->msr, e->msr_bit);

	if (on == UNKNOWN)
		*why = text_format("MSR 0x%08" PRIx32 " cannot be read: that takes root and the module msr",
				   e->msr);
	else
		*why = text_format("MSR 0x%08" PRIx32 " bit %u", e->msr, e->msr_bit);
	return on;
}

static enum answer by_log(const struct machine *machine, const struct enlightenment *e, char **why)
{
	enum answer on = kernel_log_says(&machine->log, e->text);

	*why = on == YES ? kernel_log_line(&machine->log, e->text) :
	       on == NO ? text_format("the kernel did not say \"%s\"", e->text) :
	       text_format("the kernel's log is not whole and does not say");
	return on;
}

static enum answer by_clocksource(const struct machine *machine, const struct enlightenment *e,
				  char **why)
{
	const struct clock *clock = &machine->clock;

	if (!clock->available[0]) {
		*why = text_format("the clocksources are not known");
		return UNKNOWN;
	}
	*why = text_format("clocksource %s is %s", e->text,
			   !strcmp(clock->current, e->text) ? "in use" :
			   clock_has(clock, e->text) ? "ready" : "not there");
	return answer_of(clock_has(clock, e->text));
}

static enum answer is_on(const struct machine *machine, const struct enlightenment *e, char **why)
{
	const char *reason = "";
	enum answer on;

	switch (e->by) {
	case BY_MSR:
		return by_msr(machine, e, why);
	case BY_LOG:
		return by_log(machine, e, why);
	case BY_CLOCKSOURCE:
		return by_clocksource(machine, e, why);
	case BY_FUNCTION:
		break;
	}
	on = e->on(machine, &reason);
	*why = text_format("%s", reason);
	return on;
}

/* Unknown, if the host has the leaf and a captured file has not. */
static enum answer is_offered(const struct cpuid *cpuid, const struct cpuid_flag *flag)
{
	if (!cpuid_find(cpuid, flag->leaf) && flag->leaf <= cpuid_reg(cpuid, LEAF_VENDOR, EAX))
		return UNKNOWN;
	return answer_of(cpuid_bit(cpuid, flag->leaf, flag->reg, flag->bit));
}

/* What the host offers is not on, if Linux wants something besides that the host does not offer. */
static enum answer is_on_here(const struct machine *machine, const struct enlightenment *e,
			      char **why)
{
	enum answer on = is_on(machine, e, why);
	const struct cpuid_flag *flag;

	for (flag = e->also; on != YES && flag < e->also + 2 && flag->leaf; flag++) {
		if (is_offered(&machine->cpuid, flag) != NO)
			continue;
		free(*why);
		*why = text_format("Linux wants CPUID 0x%08" PRIx32 " %s[%u] too, which is not set",
				   flag->leaf, cpuid_reg_name(flag->reg), flag->bit);
		return NO;
	}
	return on;
}

/**
 * facts_enlightenments() - each enlightenment: offered, on, and why or why not
 * @facts: lines are added
 * @machine: the machine
 */
void facts_enlightenments(struct facts *facts, const struct machine *machine)
{
	size_t i;

	for (i = 0; i < sizeof(enlightenments) / sizeof(enlightenments[0]); i++) {
		const struct enlightenment *e = &enlightenments[i];
		enum answer offered = is_offered(&machine->cpuid, &e->offer), on = NO;
		struct fact *fact;
		char *why;

		if (offered == NO)
			why = text_format("the host does not offer it");
		else
			on = is_on_here(machine, e, &why);
		fact = facts_add(facts, "enlightenment", text_format("%s", e->name),
				 text_format("%s", offered == NO ? "not offered" : on == YES ? "on" :
					     on == NO ? "off" : "unknown"), why);
		facts_place(fact, e->offer.leaf, e->offer.reg, e->offer.bit, e->offer.bit);
		fact->offered = answer_text(offered);
		fact->on = answer_text(on);
	}
}
