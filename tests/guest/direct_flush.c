// SPDX-License-Identifier: GPL-2.0
/*
 * direct_flush - who serves a guest's flush hypercalls?
 *
 * A guest calls HvFlushVirtualAddressSpace FLUSHES times; prints the low half of RAX after the last
 * call. With the argument "direct" the VMM has asked KVM for direct virtual flush. The guest does not
 * say that it knows Hyper-V, so KVM itself answers each call with an error: only L0 serves it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "direct_flush.h"
#include "guest.h"

extern const char flush_code[], flush_code_end[];

int main(int argc, char **argv)
{
	struct l2_vcpu *vcpu = guest_new(0, flush_code, flush_code_end);
	struct kvm_enable_cap direct = { .cap = KVM_CAP_HYPERV_DIRECT_TLBFLUSH };
	char text[120];

	if (argc == 2 && !strcmp(argv[1], "direct"))
		IOCTL(vcpu->fd, KVM_ENABLE_CAP, &direct);
	else if (argc != 1)
		die("usage: direct_flush [direct]");
	must(l2_set_long_mode(vcpu, GUEST_TABLES, GUEST_CODE, GUEST_STACK), "the state of the vCPU");
	if (must(l2_run(vcpu), "KVM_RUN") != KVM_EXIT_IO || vcpu->run->io.port != PORT_ANSWER) {
		l2_explain(vcpu, text, sizeof(text));
		die("the guest stopped: %s", text);
	}
	printf("0x%x\n", *(uint32_t *)((char *)vcpu->run + vcpu->run->io.data_offset));
	l2_destroy(vcpu->l2);
	return EXIT_SUCCESS;
}
