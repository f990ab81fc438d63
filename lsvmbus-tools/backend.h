/* SPDX-License-Identifier: GPL-2.0 */
/*
 * backend.h - what stands behind /dev/kvm
 */
#ifndef BACKEND_H
#define BACKEND_H

#include <stdbool.h>

#include "answer.h"
#include "cpuid_source.h"
#include "sysroot.h"

enum backend_kind { BACKEND_NONE, BACKEND_HV_EVMCS, BACKEND_KVM_INTEL, BACKEND_KVM_AMD,
		    BACKEND_KVM_PVM, BACKEND_OTHER };

struct backend {
	enum backend_kind kind;
	const char *name;	/* of the kind */
	char module[32];	/* in /sys/module; not the kind's name on every kernel */
	bool built_in;
	enum answer evmcs;	/* VMs run on an enlightened VMCS */
	enum answer apicv;	/* APICv or AVIC: interrupts reach a guest without an exit */
	char folder[96];	/* /lib/modules/RELEASE */
	char path[192];		/* in it, the file that modprobe would load; empty if not known */
	enum answer loaded;	/* whether that is the file that was loaded */
	char taint[32];		/* letters, see the kernel's tainted-kernels.rst */
	char srcversion[64];
	char version[64];
};

void backend_read(struct backend *backend, const struct sysroot *root, const struct cpuid *cpuid);
enum answer backend_parameter(const struct backend *backend, const struct sysroot *root,
			      const char *name);
char *backend_signature(const struct backend *backend, const struct sysroot *root);

#endif
