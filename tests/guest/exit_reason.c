// SPDX-License-Identifier: GPL-2.0
/*
 * exit_reason - what a VMM hears of exits
 *
 * The arguments are done in order: PATH=WORD writes to a file of sysfs; `run` runs the guest, which
 * writes to ports, until it exits to user space, and prints
 *	port NUMBER				port I/O
 *	internal-error SUBERROR DATA[0]		KVM gave up, with that exit reason
 *	exit REASON				anything else
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

extern const char ports_code[], ports_code_end[];

static void run(struct l2_vcpu *vcpu)
{
	const struct kvm_run *run = vcpu->run;
	int reason = must(l2_run(vcpu), "KVM_RUN");

	if (reason == KVM_EXIT_IO)
		printf("port 0x%x\n", run->io.port);
	else if (reason == KVM_EXIT_INTERNAL_ERROR)
		printf("internal-error %u 0x%llx\n", run->internal.suberror,
		       run->internal.ndata ? (unsigned long long)run->internal.data[0] : 0);
	else
		printf("exit %d\n", reason);
}

/* An exception ends the guest with KVM_EXIT_SHUTDOWN. */
static void no_handlers(struct l2_vcpu *vcpu)
{
	struct kvm_sregs sregs;

	IOCTL(vcpu->fd, KVM_GET_SREGS, &sregs);
	sregs.idt.limit = 0;
	IOCTL(vcpu->fd, KVM_SET_SREGS, &sregs);
}

int main(int argc, char **argv)
{
	struct l2_vcpu *vcpu = guest_new(0, ports_code, ports_code_end);
	int i;

	must(l2_set_real_mode(vcpu, GUEST_CODE, GUEST_STACK), "the state of the vCPU");
	no_handlers(vcpu);
	for (i = 1; i < argc; i++)
		if (!strcmp(argv[i], "run"))
			run(vcpu);
		else
			write_step(argv[i]);
	l2_destroy(vcpu->l2);
	return EXIT_SUCCESS;
}
