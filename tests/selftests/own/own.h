/* SPDX-License-Identifier: GPL-2.0 */
/*
 * own.h - what these tests share. They are built with the library of the KVM selftests: a guest in
 * 64-bit mode at CPL 0 whose GUEST_ASSERTs end the test.
 */
#ifndef OWN_H
#define OWN_H

#include <sys/mman.h>

#include "kvm_util.h"
#include "processor.h"
#include "test_util.h"

/* Runs the guest to its next GUEST_SYNC(n), n > 0; 0 is GUEST_DONE(). */
static inline uint64_t next_stage(struct kvm_vcpu *vcpu)
{
	struct ucall uc;

	vcpu_run(vcpu);
	switch (get_ucall(vcpu, &uc)) {
	case UCALL_SYNC:
		return uc.args[1];
	case UCALL_DONE:
		return 0;
	case UCALL_ABORT:
		REPORT_GUEST_ASSERT(uc);
	default:
		TEST_FAIL("the guest stopped with exit reason %s",
			  exit_reason_str(vcpu->run->exit_reason));
	}
}

static inline void run_to_end(struct kvm_vcpu *vcpu)
{
	while (next_stage(vcpu))
		;
}

/* Takes a page of the guest out of EPT; its content stays. The guest's next access exits. */
static inline void unmap_from_ept(struct kvm_vm *vm, vm_vaddr_t page)
{
	void *memory = addr_gva2hva(vm, page);

	TEST_ASSERT(!mprotect(memory, PAGE_SIZE, PROT_NONE), "mprotect");
	TEST_ASSERT(!mprotect(memory, PAGE_SIZE, PROT_READ | PROT_WRITE), "mprotect");
}

#endif /* OWN_H */
