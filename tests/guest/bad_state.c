// SPDX-License-Identifier: GPL-2.0
/*
 * bad_state - give vCPUs state that cannot be, and print what KVM says
 *
 * usage: bad_state	each case in a guest of its own, one line each
 *	  bad_state N	N entries in a row of one vCPU whose entries fail
 *
 * A line holds the errno of the ioctl, or, where it took the state, how KVM_RUN ended.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "guest.h"

#define PORT_DONE	0xf4

#define CR0_PE		(1ULL << 0)
#define CR0_NW		(1ULL << 29)
#define CR0_PG		(1ULL << 31)
#define CR4_PAE		(1ULL << 5)
#define CR4_PCIDE	(1ULL << 17)
#define EFER_LME	(1ULL << 8)
#define EFER_LMA	(1ULL << 10)
#define NONCANONICAL	0x8000000000000000ULL

static const unsigned char code[] = { 0xe6, PORT_DONE, 0xeb, 0xfc };	/* 1: out; jmp 1b */

static int done(int result)
{
	return result < 0 ? -errno : 0;
}

/* Changes of the special registers, on top of a good 64-bit state. */
#define SREGS_CASE(name, change)						\
static int name(struct l2_vcpu *vcpu)						\
{										\
	struct kvm_sregs s;							\
										\
	IOCTL(vcpu->fd, KVM_GET_SREGS, &s);					\
	change;									\
	return done(ioctl(vcpu->fd, KVM_SET_SREGS, &s));			\
}

SREGS_CASE(cr0_pg_without_pe, s.cr0 &= ~CR0_PE)
SREGS_CASE(cr0_nw_without_cd, s.cr0 |= CR0_NW)
SREGS_CASE(cr0_high_half, s.cr0 |= 1ULL << 32)
SREGS_CASE(cr0_unknown_bit, s.cr0 |= 1ULL << 6)
SREGS_CASE(cr3_reserved_bit, s.cr3 |= 1ULL << 62)
SREGS_CASE(cr4_reserved_bit, s.cr4 |= 1ULL << 63)
SREGS_CASE(cr4_without_pae, s.cr4 &= ~CR4_PAE)
SREGS_CASE(cr4_pcide_in_32_bits, s.efer = 0; s.cr0 &= ~CR0_PG; s.cr4 |= CR4_PCIDE)
SREGS_CASE(cr8_17, s.cr8 = 17)
SREGS_CASE(efer_reserved_bit, s.efer |= 1ULL << 1)
SREGS_CASE(efer_lma_without_lme, s.efer &= ~EFER_LME)
SREGS_CASE(efer_lme_without_lma, s.efer &= ~EFER_LMA)
SREGS_CASE(pae_pointers, s.efer = 0; s.cs.l = 0; s.cs.db = 1; s.cr3 = 0x8000;
	   memset(l2_pointer(vcpu->l2, 0x8000, 32), 0xff, 32))
SREGS_CASE(apic_base_reserved_bit, s.apic_base |= 1)
SREGS_CASE(apic_base_x2apic_off, s.apic_base = 0xfee00400)

SREGS_CASE(cs_is_data, s.cs.type = 3)
SREGS_CASE(cs_l_and_d, s.cs.db = 1)
SREGS_CASE(cs_limit_granularity, s.cs.limit = 0x12345)
SREGS_CASE(cs_not_present, s.cs.present = 0)
SREGS_CASE(cs_unusable, s.cs.unusable = 1)
SREGS_CASE(cs_dpl, s.cs.dpl = 3)
SREGS_CASE(ss_is_code, s.ss.type = 0xb)
SREGS_CASE(ss_dpl, s.ss.dpl = 3)
SREGS_CASE(ds_base_above_4g, s.ds.base = 1ULL << 32)
SREGS_CASE(ds_not_accessed, s.ds.type = 2)
SREGS_CASE(ds_system, s.ds.s = 0)
SREGS_CASE(fs_base, s.fs.base = NONCANONICAL)
SREGS_CASE(gs_base, s.gs.base = NONCANONICAL)
SREGS_CASE(tr_16_bit, s.tr.type = 3)
SREGS_CASE(tr_not_busy, s.tr.type = 9)
SREGS_CASE(tr_not_present, s.tr.present = 0)
SREGS_CASE(tr_local, s.tr.selector = 4)
SREGS_CASE(tr_base, s.tr.base = NONCANONICAL)
SREGS_CASE(ldt_is_tss, s.ldt = s.tr)
SREGS_CASE(gdt_base, s.gdt.base = NONCANONICAL)
SREGS_CASE(idt_base, s.idt.base = NONCANONICAL)

#define REGS_CASE(name, change)							\
static int name(struct l2_vcpu *vcpu)						\
{										\
	struct kvm_regs r;							\
										\
	IOCTL(vcpu->fd, KVM_GET_REGS, &r);					\
	change;									\
	return done(ioctl(vcpu->fd, KVM_SET_REGS, &r));				\
}

REGS_CASE(rip_noncanonical, r.rip = NONCANONICAL)
REGS_CASE(rflags_vm, r.rflags |= 1 << 17)
REGS_CASE(rflags_reserved, r.rflags |= 1ULL << 63)
REGS_CASE(rflags_bit_1, r.rflags = 0)

static int rip_in_32_bits(struct l2_vcpu *vcpu)
{
	struct kvm_sregs s;
	struct kvm_regs r;

	IOCTL(vcpu->fd, KVM_GET_SREGS, &s);
	s.cr0 &= ~CR0_PG;
	s.cr4 = s.efer = 0;
	s.cs.l = 0;
	s.cs.db = 1;
	IOCTL(vcpu->fd, KVM_SET_SREGS, &s);
	IOCTL(vcpu->fd, KVM_GET_REGS, &r);
	r.rip = 1ULL << 32 | GUEST_CODE;
	return done(ioctl(vcpu->fd, KVM_SET_REGS, &r));
}

#define DEBUGREGS_CASE(name, change)						\
static int name(struct l2_vcpu *vcpu)						\
{										\
	struct kvm_debugregs d;							\
										\
	IOCTL(vcpu->fd, KVM_GET_DEBUGREGS, &d);					\
	change;									\
	return done(ioctl(vcpu->fd, KVM_SET_DEBUGREGS, &d));			\
}

DEBUGREGS_CASE(dr6_high_half, d.dr6 |= 1ULL << 32)
DEBUGREGS_CASE(dr7_high_half, d.dr7 |= 1ULL << 32)
DEBUGREGS_CASE(debugregs_flags, d.flags = 1)

#define EVENTS_CASE(name, change)						\
static int name(struct l2_vcpu *vcpu)						\
{										\
	struct kvm_vcpu_events e;						\
										\
	IOCTL(vcpu->fd, KVM_GET_VCPU_EVENTS, &e);				\
	change;									\
	return done(ioctl(vcpu->fd, KVM_SET_VCPU_EVENTS, &e));			\
}

EVENTS_CASE(exception_200, e.exception.injected = 1; e.exception.nr = 200)
EVENTS_CASE(exception_nmi, e.exception.injected = 1; e.exception.nr = 2)
EVENTS_CASE(events_flags, e.flags = 1u << 31)

/* MSRs; a value KVM does not take leaves 0 of 1 written. */
static int put_msr(struct l2_vcpu *vcpu, uint32_t index, uint64_t value)
{
	struct {
		struct kvm_msrs head;
		struct kvm_msr_entry entry;
	} msrs = { .head.nmsrs = 1, .entry = { .index = index, .data = value } };
	int written = ioctl(vcpu->fd, KVM_SET_MSRS, &msrs);

	return written < 0 ? -errno : written ? 0 : -EDOM;
}

#define MSR_CASE(name, index, value)						\
static int name(struct l2_vcpu *vcpu)						\
{										\
	return put_msr(vcpu, index, value);					\
}

MSR_CASE(msr_unknown, 0xdeadbeef, 0)
MSR_CASE(msr_efer_reserved, 0xc0000080, 1 << 1)
MSR_CASE(msr_efer_lme_off, 0xc0000080, 0)
MSR_CASE(msr_pat, 0x277, 0x0202020202020202ULL)
MSR_CASE(msr_sysenter_eip, 0x176, NONCANONICAL)
MSR_CASE(msr_sysenter_esp, 0x175, NONCANONICAL)
MSR_CASE(msr_fs_base, 0xc0000100, NONCANONICAL)
MSR_CASE(msr_kernel_gs_base, 0xc0000102, NONCANONICAL)
MSR_CASE(msr_lstar, 0xc0000082, NONCANONICAL)
MSR_CASE(msr_tsc_aux, 0xc0000103, 1ULL << 32)
MSR_CASE(msr_apic_base, 0x1b, 1)
MSR_CASE(msr_debugctl, 0x1d9, NONCANONICAL)
MSR_CASE(msr_mtrr_type, 0x2ff, 0x2)
MSR_CASE(msr_spec_ctrl, 0x48, NONCANONICAL)
MSR_CASE(msr_xss, 0xda0, NONCANONICAL)

static int put_xcr0(struct l2_vcpu *vcpu, uint64_t value)
{
	struct kvm_xcrs xcrs = { .nr_xcrs = 1, .xcrs[0] = { .xcr = 0, .value = value } };

	return done(ioctl(vcpu->fd, KVM_SET_XCRS, &xcrs));
}

static int xcr0_zero(struct l2_vcpu *vcpu) { return put_xcr0(vcpu, 0); }
static int xcr0_without_x87(struct l2_vcpu *vcpu) { return put_xcr0(vcpu, 6); }
static int xcr0_avx_without_sse(struct l2_vcpu *vcpu) { return put_xcr0(vcpu, 5); }
static int xcr0_reserved(struct l2_vcpu *vcpu) { return put_xcr0(vcpu, NONCANONICAL | 1); }

static int xsave_mxcsr(struct l2_vcpu *vcpu)
{
	struct kvm_xsave xsave;

	IOCTL(vcpu->fd, KVM_GET_XSAVE, &xsave);
	xsave.region[6] = 0xffffffff;			/* MXCSR */
	xsave.region[512 / 4] |= 3;			/* x87 and SSE are there */
	return done(ioctl(vcpu->fd, KVM_SET_XSAVE, &xsave));
}

static int mp_state(struct l2_vcpu *vcpu)
{
	struct kvm_mp_state state = { .mp_state = 99 };

	return done(ioctl(vcpu->fd, KVM_SET_MP_STATE, &state));
}

static int interrupt_300(struct l2_vcpu *vcpu)
{
	struct kvm_interrupt interrupt = { .irq = 300 };

	return done(ioctl(vcpu->fd, KVM_INTERRUPT, &interrupt));
}

static int lapic_without_one(struct l2_vcpu *vcpu)
{
	struct kvm_lapic_state lapic = { 0 };

	return done(ioctl(vcpu->fd, KVM_SET_LAPIC, &lapic));
}

static int debug_unknown_flag(struct l2_vcpu *vcpu)
{
	struct kvm_guest_debug debug = { .control = KVM_GUESTDBG_ENABLE | 1u << 31 };

	return done(ioctl(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug));
}

static int cpuid_too_long(struct l2_vcpu *vcpu)
{
	struct kvm_cpuid2 cpuid = { .nent = 100000 };

	return done(ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid));
}

static int cpuid_after_run(struct l2_vcpu *vcpu)
{
	static struct {
		struct kvm_cpuid2 head;
		struct kvm_cpuid_entry2 entries[256];
	} cpuid;

	must(l2_run(vcpu), "KVM_RUN");
	cpuid.head.nent = 256;
	IOCTL(vcpu->fd, KVM_GET_CPUID2, &cpuid);
	cpuid.entries[0].ebx ^= 1;
	return done(ioctl(vcpu->fd, KVM_SET_CPUID2, &cpuid));
}

static int sync_unknown_registers(struct l2_vcpu *vcpu)
{
	vcpu->run->kvm_dirty_regs = 1ULL << 63;
	return 0;
}

static int unknown_vcpu_ioctl(struct l2_vcpu *vcpu)
{
	return done(ioctl(vcpu->fd, _IO(KVMIO, 0xff), 0));
}

static int unknown_vm_ioctl(struct l2_vcpu *vcpu)
{
	return done(ioctl(vcpu->l2->vm_fd, _IO(KVMIO, 0xff), 0));
}

static int unknown_device_ioctl(struct l2_vcpu *vcpu)
{
	return done(ioctl(vcpu->l2->kvm_fd, _IO(KVMIO, 0xff), 0));
}

static int unknown_capability(struct l2_vcpu *vcpu)
{
	struct kvm_enable_cap cap = { .cap = 0xffff };

	return done(ioctl(vcpu->fd, KVM_ENABLE_CAP, &cap));
}

static int vcpu_twice(struct l2_vcpu *vcpu)
{
	return done(ioctl(vcpu->l2->vm_fd, KVM_CREATE_VCPU, 0));
}

static int memory_overlaps(struct l2_vcpu *vcpu)
{
	struct kvm_userspace_memory_region region = {
		.slot = 5, .memory_size = 4096, .userspace_addr = vcpu->l2->memory[0].host ?
			(uintptr_t)vcpu->l2->memory[0].host : 0,
	};

	return done(ioctl(vcpu->l2->vm_fd, KVM_SET_USER_MEMORY_REGION, &region));
}

#define CASE(name) { #name, name }

static const struct {
	const char *name;
	int (*set)(struct l2_vcpu *vcpu);
} cases[] = {
	CASE(cr0_pg_without_pe), CASE(cr0_nw_without_cd), CASE(cr0_high_half), CASE(cr0_unknown_bit),
	CASE(cr3_reserved_bit), CASE(cr4_reserved_bit), CASE(cr4_without_pae),
	CASE(cr4_pcide_in_32_bits), CASE(cr8_17), CASE(efer_reserved_bit),
	CASE(efer_lma_without_lme), CASE(efer_lme_without_lma), CASE(pae_pointers),
	CASE(apic_base_reserved_bit), CASE(apic_base_x2apic_off),
	CASE(cs_is_data), CASE(cs_l_and_d), CASE(cs_limit_granularity), CASE(cs_not_present),
	CASE(cs_unusable), CASE(cs_dpl), CASE(ss_is_code), CASE(ss_dpl), CASE(ds_base_above_4g),
	CASE(ds_not_accessed), CASE(ds_system), CASE(fs_base), CASE(gs_base), CASE(tr_16_bit),
	CASE(tr_not_busy), CASE(tr_not_present), CASE(tr_local), CASE(tr_base), CASE(ldt_is_tss),
	CASE(gdt_base), CASE(idt_base),
	CASE(rip_noncanonical), CASE(rip_in_32_bits), CASE(rflags_vm), CASE(rflags_reserved),
	CASE(rflags_bit_1), CASE(dr6_high_half), CASE(dr7_high_half), CASE(debugregs_flags),
	CASE(exception_200), CASE(exception_nmi), CASE(events_flags),
	CASE(msr_unknown), CASE(msr_efer_reserved), CASE(msr_efer_lme_off), CASE(msr_pat),
	CASE(msr_sysenter_eip), CASE(msr_sysenter_esp), CASE(msr_fs_base), CASE(msr_kernel_gs_base),
	CASE(msr_lstar), CASE(msr_tsc_aux), CASE(msr_apic_base), CASE(msr_debugctl),
	CASE(msr_mtrr_type), CASE(msr_spec_ctrl), CASE(msr_xss),
	CASE(xcr0_zero), CASE(xcr0_without_x87), CASE(xcr0_avx_without_sse), CASE(xcr0_reserved),
	CASE(xsave_mxcsr), CASE(mp_state), CASE(interrupt_300), CASE(lapic_without_one),
	CASE(debug_unknown_flag), CASE(cpuid_too_long), CASE(cpuid_after_run),
	CASE(sync_unknown_registers), CASE(unknown_vcpu_ioctl), CASE(unknown_vm_ioctl),
	CASE(unknown_device_ioctl), CASE(unknown_capability), CASE(vcpu_twice),
	CASE(memory_overlaps),
};

static struct l2_vcpu *good_guest(void)
{
	struct l2_vcpu *vcpu = guest_new(0, (const char *)code, (const char *)code + sizeof(code));

	must(l2_set_long_mode(vcpu, GUEST_TABLES, GUEST_CODE, GUEST_STACK), "long mode");
	return vcpu;
}

static void run(struct l2_vcpu *vcpu)
{
	char text[120];
	int reason = l2_run(vcpu);

	if (reason < 0) {
		printf("run %s\n", strerrorname_np(-reason));
	} else {
		l2_explain(vcpu, text, sizeof(text));
		printf("run %s\n", text);
	}
}

int main(int argc, char **argv)
{
	struct l2_vcpu *vcpu;
	unsigned int i;
	int err;

	if (argc > 1) {
		vcpu = good_guest();
		must(rflags_vm(vcpu), "RFLAGS.VM");
		for (i = atoi(argv[1]); i; i--)
			run(vcpu);
		l2_destroy(vcpu->l2);
		return EXIT_SUCCESS;
	}
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vcpu = good_guest();
		err = cases[i].set(vcpu);
		printf("%s: ", cases[i].name);
		if (err)
			printf("%s\n", strerrorname_np(-err));
		else
			run(vcpu);
		fflush(stdout);
		l2_destroy(vcpu->l2);
	}
	vcpu = good_guest();
	printf("a good guest: ");
	run(vcpu);
	l2_destroy(vcpu->l2);
	return EXIT_SUCCESS;
}
