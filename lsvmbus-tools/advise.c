// SPDX-License-Identifier: GPL-2.0
/*
 * advise.c - known traps of nested virtualization on Hyper-V
 *
 * A check looks at this guest, or at one of its VMs, and adds a finding with the evidence for it and
 * the way out. What cannot be seen is no finding.
 */
#include <stdlib.h>
#include <string.h>

#include "advise.h"
#include "leaves.h"
#include "qemu.h"
#include "text.h"
#include "tool.h"

static void add(struct findings *findings, const char *check, char *subject, char *finding,
		char *evidence, char *remedy)
{
	findings->findings = reallocarray(findings->findings, findings->count + 1,
					  sizeof(*findings->findings));
	if (!findings->findings)
		tool_no_memory();
	findings->findings[findings->count++] = (struct finding){
		check, subject, finding, evidence, remedy
	};
}

/* A finding about this guest. */
static void add_here(struct findings *findings, const char *check, const char *finding,
		     char *evidence, const char *remedy)
{
	add(findings, check, text_format("this guest"), text_format("%s", finding), evidence,
	    text_format("%s", remedy));
}

static bool is_amd(const struct machine *machine)
{
	return cpuid_bit(&machine->cpuid, CPUID_SVM) ||
	       cpuid_reg(&machine->cpuid, 0, EBX) == 0x68747541;	/* "Auth"enticAMD */
}

static bool offers_evmcs(const struct cpuid *cpuid)
{
	uint32_t versions = cpuid_reg(cpuid, LEAF_NESTED, EAX);

	return cpuid_bit(cpuid, LEAF_HINTS, EAX, HINTS_EAX_EVMCS) && (versions & 0xff) <= 1 &&
	       (versions >> 8 & 0xff) >= 1;
}

static void check_backend(struct findings *findings, const struct machine *machine)
{
	if (machine->backend.kind != BACKEND_KVM_INTEL || machine->backend.evmcs != NO ||
	    !offers_evmcs(&machine->cpuid))
		return;
	add_here(findings, "evmcs-off", "kvm_intel is loaded without the enlightened VMCS",
		 text_format("/sys/module/%s/parameters/enlightened_vmcs is N, and the host offers it",
			     machine->backend.module),
		 "stop the VMs, modprobe -r kvm_intel, then modprobe hv_evmcs or modprobe kvm_intel enlightened_vmcs=1");
}

/* Does the CPU have what KVM needs? Unknown if a captured file has no such leaf. */
static enum answer has_nesting(const struct machine *machine)
{
	const struct cpuid *cpuid = &machine->cpuid;

	if (is_amd(machine))
		return cpuid_find(cpuid, 0x80000001) ?
		       answer_of(cpuid_bit(cpuid, CPUID_SVM)) : UNKNOWN;
	return cpuid_find(cpuid, 1) ? answer_of(cpuid_bit(cpuid, CPUID_VMX)) : UNKNOWN;
}

static void check_nesting(struct findings *findings, const struct machine *machine)
{
	if (has_nesting(machine) != NO)
		return;
	add_here(findings, "no-nesting", "the host offers no nested virtualization",
		 text_format("CPUID has no %s", is_amd(machine) ? "SVM" : "VMX"),
		 "with the VM off, on the host: Set-VMProcessor -VMName NAME -ExposeVirtualizationExtensions $true; on Azure: a VM size with nested virtualization");
}

/* What a nested hypervisor can use, by vendor. */
static const struct nested_feature {
	unsigned int bit;
	bool intel, amd;
	const char *name;
} nested_features[] = {
	{ NESTED_EAX_DIRECT_FLUSH, true, true, "direct virtual flush" },
	{ NESTED_EAX_GPA_FLUSH, true, false, "guest-physical flush hypercalls" },
	{ NESTED_EAX_MSR_BITMAP, true, true, "enlightened MSR bitmap" },
	{ NESTED_EAX_ENLIGHTENED_TLB, false, true, "enlightened TLB" },
};

static void check_offer(struct findings *findings, const struct machine *machine)
{
	uint32_t offered = cpuid_reg(&machine->cpuid, LEAF_NESTED, EAX);
	bool on_amd = is_amd(machine);
	char *missing;
	size_t i;

	if (has_nesting(machine) != YES)
		return;
	missing = text_format("%s", on_amd || offers_evmcs(&machine->cpuid) ? "" :
			      ", enlightened VMCS");
	for (i = 0; i < sizeof(nested_features) / sizeof(nested_features[0]); i++) {
		const struct nested_feature *feature = &nested_features[i];
		char *before = missing;

		if (offered >> feature->bit & 1 || !(on_amd ? feature->amd : feature->intel))
			continue;
		missing = text_format("%s, %s", before, feature->name);
		free(before);
	}
	if (missing[0])
		add(findings, "nested-features", text_format("this guest"),
		    text_format("nested features that the host does not offer: %s", missing + 2),
		    text_format("CPUID 0x40000004 EAX 0x%08x, 0x4000000a EAX 0x%08x",
				cpuid_reg(&machine->cpuid, LEAF_HINTS, EAX), offered),
		    text_format("a newer Hyper-V, or a newer configuration version of the VM; if the host is QEMU, its hv-evmcs, hv-emsr-bitmap and hv-tlbflush-direct"));
	free(missing);
}

static void check_interface(struct findings *findings, const struct machine *machine)
{
	const uint32_t *regs = cpuid_find(&machine->cpuid, LEAF_SECOND);
	char *signature;

	if (!regs)
		return;
	signature = leaves_signature(regs);
	if (!strncmp(signature, "KVMKVMKVM", 9))
		add_here(findings, "kvm-hides-hyperv",
			 "KVM's own interface hides Hyper-V's: Linux takes this guest for one of KVM",
			 text_format("CPUID 0x%08x is \"%s\", behind Hyper-V's leaves", LEAF_SECOND,
				     signature),
			 "if the host is QEMU: -cpu ...,kvm=off");
	free(signature);
}

static void check_clock(struct findings *findings, const struct machine *machine)
{
	const struct clock *clock = &machine->clock;
	char *remedy;

	if (clock->master != NO)
		return;		/* it is on, or the clocksource is not known */
	if (!strcmp(clock->current, CLOCK_HV_REF))
		remedy = text_format("hv_clock returns to the page when the cause is gone; see /sys/kernel/hv_clock/");
	else if (!strcmp(clock->forced, clock->current))
		remedy = text_format("take clocksource=%s off the kernel's command line", clock->forced);
	else if (clock_has(clock, CLOCK_TSC_PAGE))
		remedy = text_format("echo %s >/sys/devices/system/clocksource/clocksource0/current_clocksource",
				     CLOCK_TSC_PAGE);
	else
		remedy = text_format("have the host offer the reference TSC page (hv-time, if it is QEMU) or invariant TSC control");
	add(findings, "master-clock", text_format("this guest"),
	    text_format("KVM's master clock is off: VMs have no stable kvm-clock, each reading of the time is a system call"),
	    text_format("the clocksource is %s%s%s", clock->current,
			clock->tsc_unstable ? "; " : "",
			clock->tsc_unstable ? clock->tsc_unstable : ""), remedy);
}

/* A VM: what its -cpu asks for. Missing is off, but for what QEMU has on by itself. */
struct vm {
	const struct qemu *qemu;
	const char *cpu;
	bool passthrough;	/* all enlightenments that KVM has */
	bool hyperv;		/* any enlightenment */
};

static bool has(const struct vm *vm, const char *property)
{
	return vm->passthrough || qemu_property(vm->cpu, property) == YES;
}

static char *subject(const struct vm *vm)
{
	char *name = qemu_name(vm->qemu), *text;

	text = text_format("VM %s (pid %d)", name ? name : "without a name", vm->qemu->pid);
	free(name);
	return text;
}

static char *evidence(const struct vm *vm, const char *what)
{
	return text_format("%s: -cpu %s", what, vm->cpu ? vm->cpu : "is not given");
}

static void check_auto_eoi(struct findings *findings, const struct machine *machine,
			   const struct vm *vm)
{
	if (machine->backend.apicv != YES || !has(vm, "hv-synic") || has(vm, "hv-avic") ||
	    has(vm, "hv-apicv"))
		return;
	add(findings, "auto-eoi", subject(vm),
	    text_format("AutoEOI of the SynIC switches APICv off for this VM"),
	    evidence(vm, "APICv is on in the backend; hv-synic without hv-apicv"),
	    text_format("add hv-apicv (hv-avic in older QEMU) to -cpu: it tells the VM to do without AutoEOI"));
}

static void check_ipi(struct findings *findings, const struct machine *machine,
		      const struct vm *vm)
{
	if (machine->backend.apicv != NO || !vm->hyperv || qemu_vcpus(vm->qemu) < 2 ||
	    has(vm, "hv-ipi"))
		return;
	add(findings, "ipi", subject(vm),
	    text_format("IPIs between the vCPUs cost an exit each"),
	    evidence(vm, machine->backend.evmcs == YES ?
		     "the enlightened VMCS has neither APICv nor posted interrupts; no hv-ipi" :
		     "the backend has no APICv; no hv-ipi"),
	    text_format("add hv-ipi,hv-vpindex to -cpu: one hypercall reaches many vCPUs"));
}

/* Without stimer Windows takes the HPET or the RTC, unless the hypervisor is hidden from it. */
static void check_timer(struct findings *findings, const struct vm *vm)
{
	const char *machine = qemu_option(vm->qemu, "machine");
	const char *rtc = qemu_option(vm->qemu, "rtc");
	bool windows = rtc && strstr(rtc, "base=localtime");
	bool hpet;

	hpet = !qemu_has(vm->qemu, "no-hpet") && qemu_property(machine, "hpet") != NO;
	if ((!vm->hyperv && !windows) || has(vm, "hv-stimer") ||
	    qemu_property(vm->cpu, "hypervisor") == NO)
		return;
	add(findings, "timer", subject(vm),
	    text_format("a Windows in this VM has its timer on the %s, which QEMU emulates",
			hpet ? "HPET" : "RTC"),
	    evidence(vm, vm->hyperv ? "a VM with hv- flags, but no hv-stimer" :
		     "-rtc base=localtime, as for Windows, and no hv-stimer"),
	    text_format("add hv-stimer,hv-synic,hv-vpindex,hv-time to -cpu%s",
			hpet ? " and hpet=off to -machine" : ""));
}

static void check_personality(struct findings *findings, const struct vm *vm)
{
	if (!vm->hyperv || qemu_property(vm->cpu, "kvm") == NO)
		return;
	add(findings, "kvm-hides-hyperv", subject(vm),
	    text_format("KVM's own interface hides Hyper-V's from a Linux in this VM, and keeps direct virtual flush off"),
	    evidence(vm, "hv- flags without kvm=off"),
	    text_format("add kvm=off to -cpu, or take the hv- flags off"));
}

static void check_vms(struct findings *findings, const struct machine *machine,
		      const struct qemus *qemus)
{
	size_t i;

	for (i = 0; i < qemus->count; i++) {
		struct vm vm = { .qemu = &qemus->qemus[i] };

		if (!qemu_uses_kvm(vm.qemu))
			continue;
		vm.cpu = qemu_option(vm.qemu, "cpu");
		vm.hyperv = qemu_property(vm.cpu, "hv-*") == YES;
		vm.passthrough = qemu_property(vm.cpu, "hv-passthrough") == YES;
		check_auto_eoi(findings, machine, &vm);
		check_ipi(findings, machine, &vm);
		check_timer(findings, &vm);
		check_personality(findings, &vm);
	}
}

/**
 * advise() - look for the known traps
 * @findings: filled in, also with an error; freed with advise_free()
 * @machine: a guest of Hyper-V
 *
 * Return: 0, or -errno if its processes cannot be looked at.
 */
int advise(struct findings *findings, const struct machine *machine)
{
	struct qemus qemus;
	int error;

	*findings = (struct findings){ 0 };
	check_nesting(findings, machine);
	check_offer(findings, machine);
	check_backend(findings, machine);
	check_interface(findings, machine);
	check_clock(findings, machine);
	error = qemu_list(&qemus, &machine->root);
	check_vms(findings, machine, &qemus);
	qemu_free(&qemus);
	return error;
}

/**
 * advise_free() - free what advise() filled in
 * @findings: the findings
 */
void advise_free(struct findings *findings)
{
	while (findings->count) {
		struct finding *finding = &findings->findings[--findings->count];

		free(finding->subject);
		free(finding->finding);
		free(finding->evidence);
		free(finding->remedy);
	}
	free(findings->findings);
	findings->findings = NULL;
}
