// SPDX-License-Identifier: GPL-2.0
/*
 * backend.c - what stands behind /dev/kvm
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "text.h"

#define MODULES_DEP_MAX	(8 << 20)	/* bytes */
#define MODULE_MAX	(64 << 20)	/* of a module's file */
#define NOTE_MIN	20		/* of an ELF note with a build id */

static const char *const kind_names[] = {
	[BACKEND_NONE] = "none",
	[BACKEND_HV_EVMCS] = "hv_evmcs",
	[BACKEND_KVM_INTEL] = "kvm_intel",
	[BACKEND_KVM_AMD] = "kvm_amd",
	[BACKEND_KVM_PVM] = "kvm_pvm",	/* of no released kernel: needs no VMX and no SVM */
	[BACKEND_OTHER] = "other",
};

static bool dev_kvm(const struct sysroot *root)
{
	return sysroot_exists(root, "sys/class/misc/kvm") ||
	       sysroot_exists(root, "sys/devices/virtual/misc/kvm");
}

/*
 * A module that is coming or going is not the backend. One that is built in has no state: it is in
 * use if there is a /dev/kvm and the CPU is its kind.
 */
static bool in_use(const struct sysroot *root, const char *module, bool right_cpu, bool *built_in)
{
	char state[16];

	if (!sysroot_exists(root, "sys/module/%s", module))
		return false;
	*built_in = sysroot_read_line(root, state, sizeof(state), "sys/module/%s/initstate", module);
	return *built_in ? right_cpu && dev_kvm(root) : !strcmp(state, "live");
}

/*
 * From Linux 6.18 on kvm.ko serves modules of certain names only, and hv_evmcs has to be called
 * kvm_intel: it is known by a parameter that the stock module does not have.
 */
static enum backend_kind kind_of(const struct sysroot *root, const char *module,
				 enum backend_kind kind)
{
	if (sysroot_exists(root, "sys/module/%s/parameters/cpuid_fastpath", module))
		return BACKEND_HV_EVMCS;
	return kind;
}

static void find(struct backend *backend, const struct sysroot *root, const struct cpuid *cpuid)
{
	const struct {
		const char *module;
		enum backend_kind kind;
		bool right_cpu;
	} known[] = {
		{ "hv_evmcs", BACKEND_HV_EVMCS, cpuid_bit(cpuid, CPUID_VMX) },
		{ "kvm_intel", BACKEND_KVM_INTEL, cpuid_bit(cpuid, CPUID_VMX) },
		{ "kvm_amd", BACKEND_KVM_AMD, cpuid_bit(cpuid, CPUID_SVM) },
		{ "kvm_pvm", BACKEND_KVM_PVM, true },
	};
	size_t i;

	backend->kind = dev_kvm(root) ? BACKEND_OTHER : BACKEND_NONE;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!in_use(root, known[i].module, known[i].right_cpu, &backend->built_in))
			continue;
		backend->kind = kind_of(root, known[i].module, known[i].kind);
		snprintf(backend->module, sizeof(backend->module), "%s", known[i].module);
		break;
	}
	backend->name = kind_names[backend->kind];
}

/* Is @path, up to @length, the file of @module? A '-' in the name counts as '_'. */
static bool is_file_of(const char *path, size_t length, const char *module)
{
	const char *name = memrchr(path, '/', length);
	size_t i, left;

	name = name ? name + 1 : path;
	left = length - (name - path);
	for (i = 0; module[i]; i++)
		if (i == left || (name[i] == '-' ? '_' : name[i]) != module[i])
			return false;
	return left - i >= 3 && !strncmp(name + i, ".ko", 3);
}

/* Finds the file in modules.dep, whose lines begin "kernel/arch/x86/kvm/kvm-intel.ko.xz:". */
static void find_path(struct backend *backend, const struct sysroot *root)
{
	char release[65], *text, *line;
	size_t length;

	if (sysroot_read_line(root, release, sizeof(release), "proc/sys/kernel/osrelease"))
		return;
	text = malloc(MODULES_DEP_MAX);
	if (!text)
		return;
	sysroot_read(root, text, MODULES_DEP_MAX, "lib/modules/%s/modules.dep", release);
	for (line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		length = strcspn(line, ":\n");
		if (line[length] != ':' || !is_file_of(line, length, backend->module))
			continue;
		snprintf(backend->folder, sizeof(backend->folder), "/lib/modules/%s", release);
		snprintf(backend->path, sizeof(backend->path), "%.*s", (int)length, line);
		break;
	}
	free(text);
}

/*
 * The kernel does not say from where it loaded a module, but shows the module's build id, as the ELF
 * note that stands in its file, too. It cannot be seen in a file that is compressed.
 */
static enum answer is_loaded(const struct backend *backend, const struct sysroot *root)
{
	static const char elf[] = "\177ELF";
	enum answer answer = UNKNOWN;
	ssize_t note_size, size;
	char note[128], *file;

	note_size = sysroot_read(root, note, sizeof(note), "sys/module/%s/notes/.note.gnu.build-id",
				 backend->module);
	if (note_size < NOTE_MIN)
		return UNKNOWN;
	file = malloc(MODULE_MAX);
	if (!file)
		return UNKNOWN;
	size = sysroot_read(root, file, MODULE_MAX, "%s/%s", backend->folder, backend->path);
	if (size > 0 && !strncmp(file, elf, strlen(elf)))
		answer = answer_of(memmem(file, size, note, note_size));
	free(file);
	return answer;
}

/**
 * backend_parameter() - a module parameter that is Y or N; unknown if there is none
 * @backend: the backend
 * @root: the root
 * @name: of the parameter
 */
enum answer backend_parameter(const struct backend *backend, const struct sysroot *root,
			      const char *name)
{
	char value[16];

	if (sysroot_read_line(root, value, sizeof(value), "sys/module/%s/parameters/%s",
			      backend->module, name))
		return UNKNOWN;
	if (!strcmp(value, "Y") || !strcmp(value, "1"))
		return YES;
	return !strcmp(value, "N") || !strcmp(value, "0") ? NO : UNKNOWN;
}

/*
 * Version 1 of the enlightened VMCS has neither posted interrupts nor virtual-interrupt delivery
 * (TLFS, "Enlightened VMCS Versioning"), so a backend on it has no APICv.
 */
static void find_abilities(struct backend *backend, const struct sysroot *root)
{
	switch (backend->kind) {
	case BACKEND_HV_EVMCS:
		backend->evmcs = YES;
		backend->apicv = NO;
		break;
	case BACKEND_KVM_INTEL:
		backend->evmcs = backend_parameter(backend, root, "enlightened_vmcs");
		backend->apicv = backend_parameter(backend, root, "enable_apicv");
		break;
	case BACKEND_KVM_AMD:
		backend->evmcs = NO;
		backend->apicv = backend_parameter(backend, root, "avic");
		break;
	case BACKEND_KVM_PVM:
	case BACKEND_NONE:
		backend->evmcs = NO;
		backend->apicv = NO;
		break;
	case BACKEND_OTHER:
		backend->evmcs = UNKNOWN;
		backend->apicv = UNKNOWN;
		break;
	}
}

/**
 * backend_read() - find the backend that is in use now
 * @backend: filled in
 * @root: the root
 * @cpuid: the leaves, of which 1 and 0x80000001 tell what the CPU can do
 */
void backend_read(struct backend *backend, const struct sysroot *root, const struct cpuid *cpuid)
{
	const char *module = backend->module;

	*backend = (struct backend){ 0 };
	find(backend, root, cpuid);
	find_abilities(backend, root);
	if (!module[0])
		return;
	if (!backend->built_in)
		find_path(backend, root);
	backend->loaded = backend->path[0] ? is_loaded(backend, root) : UNKNOWN;
	sysroot_read_line(root, backend->taint, sizeof(backend->taint), "sys/module/%s/taint", module);
	sysroot_read_line(root, backend->srcversion, sizeof(backend->srcversion),
			  "sys/module/%s/srcversion", module);
	sysroot_read_line(root, backend->version, sizeof(backend->version), "sys/module/%s/version",
			  module);
}

/**
 * backend_signature() - what the kernel made of the module's signature when it loaded it
 * @backend: a backend that is a module
 * @root: the root
 *
 * A kernel that checks signatures marks a module without a good one with the taint letter E.
 *
 * Return: allocated text.
 */
char *backend_signature(const struct backend *backend, const struct sysroot *root)
{
	if (backend->built_in)
		return text_format("part of the kernel");
	if (strchr(backend->taint, 'E'))
		return text_format("none that the kernel trusts");
	if (sysroot_exists(root, "sys/module/module/parameters/sig_enforce"))
		return text_format("good");
	return text_format("not checked by this kernel");
}
