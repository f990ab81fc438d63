// SPDX-License-Identifier: GPL-2.0
/*
 * msrs.c - MSRs of the guest, as it and as the VMM see them
 */
#include <time.h>
#include <unistd.h>

#include "test.h"

struct msr_row {
	uint32_t index;
	uint64_t guest, vmm;
};

static struct msr_row rows[] GUEST_DATA = {
	{ MSR_SYSENTER_CS, 0x1234, 0xabcd },
	{ MSR_SYSENTER_ESP, 0xffff888011112222, 0x7fff11112222 },
	{ MSR_SYSENTER_EIP, 0xffffffff81234567, 0x400000 },
	{ MSR_FS_BASE, 0xffff888033334444, 0x7fff33334444 },
	{ MSR_GS_BASE, 0x7fff55556666, 0xffff888055556666 },
	{ MSR_KERNEL_GS_BASE, 0xffff888077778888, 0x7fff77778888 },
	{ MSR_STAR, 0x0023001000000000, 0x0033001800000000 },
	{ MSR_LSTAR, 0xffffffff82345678, 0x401000 },
	{ MSR_CSTAR, 0xffffffff83456789, 0x402000 },
	{ MSR_SFMASK, 0x47700, 0x300 },
	{ MSR_PAT, 0x0007040600070406, 0x0606060606060606 },
};

#define ROWS	(sizeof(rows) / sizeof(rows[0]))

static GUEST void round_trip_guest(void)
{
	unsigned int i;

	for (i = 0; i < ROWS; i++)
		wrmsr(rows[i].index, rows[i].guest);
	for (i = 0; i < ROWS; i++)
		GUEST_EQ(rdmsr(rows[i].index), rows[i].guest);
	guest_sync(1);
	for (i = 0; i < ROWS; i++)
		GUEST_EQ(rdmsr(rows[i].index), rows[i].guest);
	guest_sync(2);
	for (i = 0; i < ROWS; i++)
		GUEST_EQ(rdmsr(rows[i].index), rows[i].vmm);
}

/* Between the two stops the host makes system calls and sleeps, on MSRs of its own. */
static void round_trip(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	unsigned int i;

	machine_start64(vcpu, round_trip_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	for (i = 0; i < ROWS; i++)
		CHECK_EQ(get_msr(vcpu, rows[i].index), rows[i].guest);
	CHECK(getppid() > 0);
	nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
	CHECK_EQ(get_sregs(vcpu).fs.base, 0xffff888033334444);
	CHECK_EQ(get_sregs(vcpu).gs.base, 0x7fff55556666);
	CHECK_EQ(run_to_sync(vcpu), 2);
	for (i = 0; i < ROWS; i++)
		set_msr(vcpu, rows[i].index, rows[i].vmm);
	for (i = 0; i < ROWS; i++)
		CHECK_EQ(get_msr(vcpu, rows[i].index), rows[i].vmm);
	run_to_done(vcpu);
}


/* Two guests in turn, each with values of its own */
static void two_guests(void)
{
	struct l2_vcpu *a = machine_new(0), *b = machine_new(0);

	for (unsigned int i = 0; i < ROWS; i++) {
		uint64_t value = rows[i].guest;

		IN_GUEST(b, rows)[i].guest = rows[i].vmm;
		IN_GUEST(b, rows)[i].vmm = value;
	}
	machine_start64(a, round_trip_guest);
	machine_start64(b, round_trip_guest);
	CHECK_EQ(run_to_sync(a), 1);
	CHECK_EQ(run_to_sync(b), 1);
	CHECK_EQ(run_to_sync(a), 2);
	CHECK_EQ(run_to_sync(b), 2);
	for (unsigned int i = 0; i < ROWS; i++) {
		set_msr(a, rows[i].index, rows[i].vmm);
		set_msr(b, rows[i].index, rows[i].guest);
	}
	run_to_done(a);
	run_to_done(b);
}

static GUEST void swapgs_guest(void)
{
	uint64_t base;

	wrmsr(MSR_GS_BASE, 0x1111000);
	wrmsr(MSR_KERNEL_GS_BASE, 0xffff888000222000);
	asm volatile("swapgs");
	GUEST_EQ(rdmsr(MSR_GS_BASE), 0xffff888000222000);
	GUEST_EQ(rdmsr(MSR_KERNEL_GS_BASE), 0x1111000);
	guest_sync(1);
	asm volatile("swapgs");
	GUEST_EQ(rdmsr(MSR_GS_BASE), 0x1111000);
	GUEST_EQ(rdmsr(MSR_KERNEL_GS_BASE), 0xffff888000222000);
	write_cr4(read_cr4() | CR4_FSGSBASE);
	asm volatile("wrfsbase %0" : : "r"(0x7fff00001000));
	asm volatile("rdgsbase %0" : "=r"(base));
	GUEST_EQ(base, 0x1111000);
	GUEST_EQ(rdmsr(MSR_FS_BASE), 0x7fff00001000);
	write_cr4(read_cr4() & ~CR4_FSGSBASE);
	asm volatile(TRY("rdgsbase %0") : "=r"(base) : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

static void swapgs(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	if (!OFFERED(7, 0, EBX, 0))
		test_skip("no FSGSBASE");
	machine_start64(vcpu, swapgs_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(get_sregs(vcpu).gs.base, 0xffff888000222000);
	CHECK_EQ(get_msr(vcpu, MSR_KERNEL_GS_BASE), 0x1111000);
	run_to_done(vcpu);
	CHECK_EQ(get_sregs(vcpu).fs.base, 0x7fff00001000);
}

static GUEST void faults_guest(void)
{
	/* Not SYSENTER_ESP and _EIP: a KVM that sees the write makes the address canonical. */
	static uint32_t addresses[] GUEST_DATA = {
		MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE, MSR_LSTAR, MSR_CSTAR,
	};
	unsigned int i;

	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		uint64_t before = rdmsr(addresses[i]);

		wrmsr_try(addresses[i], NONCANONICAL);
		EXPECT_TRAP(GP_VECTOR, 0);
		GUEST_EQ(rdmsr(addresses[i]), before);
	}
	wrmsr_try(MSR_PAT, 0x0202020202020202);		/* a reserved type */
	EXPECT_TRAP(GP_VECTOR, 0);
	wrmsr_try(0xdeadbeef, 0);
	EXPECT_TRAP(GP_VECTOR, 0);
	rdmsr_try(0xdeadbeef);
	EXPECT_TRAP(GP_VECTOR, 0);
	rdmsr_try(0x480);				/* IA32_VMX_BASIC: no VMX for guests */
	EXPECT_TRAP(GP_VECTOR, 0);
	wrmsr_try(MSR_APIC_BASE, 1);
	EXPECT_TRAP(GP_VECTOR, 0);
}

static void faults(void)
{
	machine_run64(L2_IRQCHIP, faults_guest);
}

static GUEST void filter_guest(void)
{
	wrmsr(MSR_FS_BASE, 0x1000);
	guest_sync(1);					/* the filter is set */
	rdmsr_try(MSR_FS_BASE);
	EXPECT_TRAP(GP_VECTOR, 0);
	wrmsr_try(MSR_FS_BASE, 0x2000);
	EXPECT_TRAP(GP_VECTOR, 0);
	GUEST_EQ(rdmsr(MSR_GS_BASE), 0);
	guest_sync(2);					/* and taken away */
	GUEST_EQ(rdmsr(MSR_FS_BASE), 0x1000);
	wrmsr(MSR_FS_BASE, 0x3000);
	guest_sync(3);					/* to user space now */
	GUEST_EQ(rdmsr(MSR_FS_BASE), 0x4444);
	wrmsr(MSR_FS_BASE, 0x5555);
	wrmsr_try(MSR_FS_BASE, 0x6666);
	EXPECT_TRAP(GP_VECTOR, 0);
}

static void set_filter(struct l2_vcpu *vcpu, int on)
{
	static uint8_t bitmap[1] = { 0xfe };		/* FS_BASE is not allowed */
	struct kvm_msr_filter filter = {
		.flags = KVM_MSR_FILTER_DEFAULT_ALLOW,
		.ranges[0] = {
			.flags = KVM_MSR_FILTER_READ | KVM_MSR_FILTER_WRITE,
			.base = MSR_FS_BASE, .nmsrs = on ? 1 : 0, .bitmap = bitmap,
		},
	};

	IOCTL(vcpu->l2->vm_fd, KVM_X86_SET_MSR_FILTER, &filter);
}

static void filter(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_enable_cap cap = {
		.cap = KVM_CAP_X86_USER_SPACE_MSR, .args[0] = KVM_MSR_EXIT_REASON_FILTER,
	};

	machine_start64(vcpu, filter_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	set_filter(vcpu, 1);
	CHECK_EQ(run_to_sync(vcpu), 2);
	set_filter(vcpu, 0);
	CHECK_EQ(run_to_sync(vcpu), 3);
	set_filter(vcpu, 1);
	IOCTL(vcpu->l2->vm_fd, KVM_ENABLE_CAP, &cap);
	run_to_exit(vcpu, KVM_EXIT_X86_RDMSR);
	CHECK_EQ(vcpu->run->msr.index, MSR_FS_BASE);
	vcpu->run->msr.data = 0x4444;
	vcpu->run->msr.error = 0;
	run_to_exit(vcpu, KVM_EXIT_X86_WRMSR);
	CHECK_EQ(vcpu->run->msr.data, 0x5555);
	vcpu->run->msr.error = 0;
	run_to_exit(vcpu, KVM_EXIT_X86_WRMSR);
	CHECK_EQ(vcpu->run->msr.data, 0x6666);
	vcpu->run->msr.error = 1;
	run_to_done(vcpu);
	CHECK_EQ(get_msr(vcpu, MSR_FS_BASE), 0x3000);
}

static uint64_t sysenter_rsp GUEST_DATA;
static uint64_t sysenter_cs GUEST_DATA;

static GUEST __attribute__((naked)) void sysenter_entry(void)
{
	asm volatile("mov %%rsp, %0; mov %%cs, %1; sysexitq" : "=m"(sysenter_rsp),
		     "=m"(sysenter_cs));
}

static GUEST void sysenter_user(void)
{
	asm volatile("leaq 1f(%%rip), %%rdx; mov %%rsp, %%rcx; sysenter; 1:" : : :
		     "rcx", "rdx", "memory");
}

static GUEST void sysenter_guest(void)
{
	/* SYSENTER takes code and stack from its selector on, SYSEXIT 64-bit ones at + 32 */
	volatile uint64_t *gdt = (uint64_t *)GUEST_GDT, *at = gdt + SEL_FREE / 8;

	at[0] = gdt[SEL_CODE64 / 8];
	at[1] = gdt[SEL_DATA / 8];
	at[4] = gdt[SEL_USER_CODE64 / 8];
	at[5] = gdt[SEL_USER_DATA / 8];
	wrmsr(MSR_SYSENTER_CS, SEL_FREE);
	wrmsr(MSR_SYSENTER_ESP, GUEST_STACK0);
	wrmsr(MSR_SYSENTER_EIP, (uintptr_t)sysenter_entry);
	user_call(sysenter_user);
	GUEST_EQ(sysenter_rsp, GUEST_STACK0);
	GUEST_EQ(sysenter_cs & 0xffff, SEL_FREE);
	EXPECT_NO_TRAP();
}

static void sysenter(void)
{
	machine_run64(0, sysenter_guest);
}

const struct test msrs_tests[] = {
	{ "msrs/round-trip", "written by the guest and by the VMM, read by both", round_trip },
	{ "msrs/two-guests", "two guests in turn keep their own", two_guests },
	{ "msrs/swapgs", "SWAPGS, WRFSBASE, RDGSBASE", swapgs },
	{ "msrs/sysenter", "SYSENTER and SYSEXIT", sysenter },
	{ "msrs/faults", "addresses, reserved values and unknown MSRs are #GP", faults },
	{ "msrs/filter", "KVM_X86_SET_MSR_FILTER: #GP, and exits to user space", filter },
	{ }
};
