// SPDX-License-Identifier: GPL-2.0
/*
 * msr_filter - do a VMM's edits of the MSR bitmap reach the processor?
 *
 * The arguments are done in order: `deny` and `allow` install a filter for reads of one MSR, which
 * makes the backend edit the vCPU's MSR bitmap; PATH=WORD writes to a file of sysfs; `run` has the
 * guest read the MSR a number of times and prints
 *	passed		the reads did not exit
 *	denied		they exited, and the filter sent them to user space
 *	intercepted	they exited, and KVM answered them
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"
#include "msr_filter.h"

#define EXITS	"/sys/kernel/debug/kvm/exits"

extern const char msr_code[], msr_code_end[];

/* Exits of all guests since the backend was loaded; ours should be the only one. */
static unsigned long exits(void)
{
	FILE *file = fopen(EXITS, "r");
	unsigned long count;

	if (!file || fscanf(file, "%lu", &count) != 1)
		die("cannot read %s", EXITS);
	fclose(file);
	return count;
}

static void filter(struct l2 *l2, int deny)
{
	static uint8_t nothing;
	struct kvm_msr_filter msr_filter = {
		.flags = KVM_MSR_FILTER_DEFAULT_ALLOW,
		.ranges[0] = {
			.flags = KVM_MSR_FILTER_READ, .base = MSR, .nmsrs = 1, .bitmap = &nothing,
		},
	};

	if (!deny)
		memset(msr_filter.ranges, 0, sizeof(msr_filter.ranges));
	IOCTL(l2->vm_fd, KVM_X86_SET_MSR_FILTER, &msr_filter);
}

static const char *run(struct l2_vcpu *vcpu)
{
	unsigned long before = exits();
	unsigned int denied = 0;
	char text[120];

	for (;;) {
		switch (must(l2_run(vcpu), "KVM_RUN")) {
		case KVM_EXIT_X86_RDMSR:
			vcpu->run->msr.error = 0;
			vcpu->run->msr.data = 0;
			denied++;
			continue;
		case KVM_EXIT_IO:
			break;
		default:
			l2_explain(vcpu, text, sizeof(text));
			die("the guest stopped: %s", text);
		}
		break;
	}
	if (denied && denied != MSR_READS)
		die("%u of %u reads came to user space", denied, MSR_READS);
	if (denied)
		return "denied";
	return exits() - before < MSR_READS / 2 ? "passed" : "intercepted";
}

/* A vCPU that moves to another CPU has its bitmap read again, whatever the clean bits said. */
static void stay_here(void)
{
	cpu_set_t here;

	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	must(sched_setaffinity(0, sizeof(here), &here) ? -errno : 0, "the affinity");
}

int main(int argc, char **argv)
{
	struct l2_vcpu *vcpu = guest_new(0, msr_code, msr_code_end);
	struct kvm_enable_cap to_user = {
		.cap = KVM_CAP_X86_USER_SPACE_MSR, .args[0] = KVM_MSR_EXIT_REASON_FILTER,
	};
	int i;

	stay_here();
	IOCTL(vcpu->l2->vm_fd, KVM_ENABLE_CAP, &to_user);
	must(l2_set_real_mode(vcpu, GUEST_CODE, GUEST_STACK), "the state of the vCPU");
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "run"))
			puts(run(vcpu));
		else if (!strcmp(argv[i], "deny") || !strcmp(argv[i], "allow"))
			filter(vcpu->l2, argv[i][0] == 'd');
		else
			write_step(argv[i]);
	}
	l2_destroy(vcpu->l2);
	return EXIT_SUCCESS;
}
