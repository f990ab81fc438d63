// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions that exist, or not, as the guest's CPUID says, and what they do.
 */
#include "own.h"

#define PCID_BIT	(1ul << 17)	/* CR4 */

struct invpcid {
	uint64_t pcid, address;
};

static bool has_rdtscp, has_rdpid, has_invpcid;

static uint8_t invpcid(uint64_t type, uint64_t pcid, uint64_t address)
{
	struct invpcid descriptor = { pcid, address };

	return kvm_asm_safe("invpcid (%%rcx), %%rax", "a"(type), "c"(&descriptor));
}

static void time_stamps(void)
{
	uint64_t before = rdtsc(), after;
	uint32_t aux = 0;

	/* Only Intel can withhold it, and either feature turns both instructions on. */
	if (!has_rdtscp && !has_rdpid && host_cpu_is_intel) {
		GUEST_ASSERT_EQ(kvm_asm_safe("rdtscp", "d"(0)), UD_VECTOR);
		GUEST_ASSERT_EQ(wrmsr_safe(MSR_TSC_AUX, 1), GP_VECTOR);
	}
	if (has_rdtscp) {
		wrmsr(MSR_TSC_AUX, 0x12345);
		GUEST_SYNC(1);
		after = rdtscp(&aux);
		GUEST_ASSERT_EQ(aux, 0x12345);
		GUEST_ASSERT(after > before);
	}
}

static void invpcids(void)
{
	if (!has_invpcid) {
		GUEST_ASSERT_EQ(invpcid(2, 0, 0), UD_VECTOR);
		return;
	}
	GUEST_ASSERT_EQ(invpcid(0, 0, 0x1000), 0);
	GUEST_ASSERT_EQ(invpcid(1, 0, 0), 0);
	GUEST_ASSERT_EQ(invpcid(2, 0, 0), 0);
	GUEST_ASSERT_EQ(invpcid(3, 0, 0), 0);
	GUEST_ASSERT_EQ(invpcid(4, 0, 0), GP_VECTOR);
	GUEST_ASSERT_EQ(invpcid(1, 1ul << 12, 0), GP_VECTOR);
	/* Without CR4.PCIDE there is only PCID 0. */
	GUEST_ASSERT_EQ(invpcid(1, 1, 0), GP_VECTOR);
	if (this_cpu_has(X86_FEATURE_PCID)) {
		set_cr4(get_cr4() | PCID_BIT);
		GUEST_ASSERT_EQ(invpcid(1, 1, 0), 0);
		GUEST_ASSERT_EQ(invpcid(0, 5, 0x1000), 0);
	}
}

static void guest(void)
{
	time_stamps();
	invpcids();

	GUEST_ASSERT_EQ(kvm_asm_safe("wbinvd"), 0);
	GUEST_ASSERT_EQ(kvm_asm_safe("invd"), 0);
	GUEST_ASSERT_EQ(kvm_asm_safe("pause; pause"), 0);
	GUEST_ASSERT_EQ(kvm_asm_safe("invlpg (%%rax)", "a"(0x1000)), 0);
	/* No nested VMX was asked for. */
	GUEST_ASSERT_EQ(kvm_asm_safe("vmclear (%%rax)", "a"(&has_rdtscp)), UD_VECTOR);
	GUEST_ASSERT_EQ(kvm_asm_safe("vmxon (%%rax)", "a"(&has_rdtscp)), UD_VECTOR);
	/* xsetbv needs CR4.OSXSAVE. */
	GUEST_ASSERT_EQ(xsetbv_safe(0, 1), UD_VECTOR);
	GUEST_DONE();
}

static void test(bool everything)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest);

	vcpu_clear_cpuid_feature(vcpu, X86_FEATURE_VMX);
	if (!everything) {
		vcpu_clear_cpuid_feature(vcpu, X86_FEATURE_RDTSCP);
		vcpu_clear_cpuid_feature(vcpu, X86_FEATURE_RDPID);
		vcpu_clear_cpuid_feature(vcpu, X86_FEATURE_INVPCID);
	}
	has_rdtscp = vcpu_cpuid_has(vcpu, X86_FEATURE_RDTSCP);
	has_rdpid = vcpu_cpuid_has(vcpu, X86_FEATURE_RDPID);
	has_invpcid = vcpu_cpuid_has(vcpu, X86_FEATURE_INVPCID);
	pr_info("RDTSCP %d RDPID %d INVPCID %d\n", has_rdtscp, has_rdpid, has_invpcid);
	sync_global_to_guest(vm, has_rdtscp);
	sync_global_to_guest(vm, has_rdpid);
	sync_global_to_guest(vm, has_invpcid);
	run_to_end(vcpu);
	kvm_vm_free(vm);
}

int main(void)
{
	test(true);
	test(false);
	return 0;
}
