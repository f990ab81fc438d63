// SPDX-License-Identifier: GPL-2.0
/*
 * smm.c - system-management mode
 */
#include "test.h"

/* smm_code.S */
extern const char smm_handler[], smm_handler_end[];

#define SMBASE		0x30000			/* after RESET */
#define SMRAM		0x180000		/* where these tests move it, if they do */
#define PORT_APM	0xb2
#define MSR_SMBASE	0x9e

/* In SMM memory is the second address space, here with the same pages. */
static struct l2_vcpu *machine_smm(uint32_t smbase)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);
	struct kvm_userspace_memory_region region = {
		.slot = 1 << 16, .memory_size = GUEST_RAM,
		.userspace_addr = (uintptr_t)guest_pointer(vcpu, 0, GUEST_RAM),
	};

	if (!cap(vcpu->l2->vm_fd, KVM_CAP_X86_SMM))
		test_skip("KVM is built without SMM");
	IOCTL(vcpu->l2->vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
	memcpy(guest_pointer(vcpu, smbase + 0x8000, 256), smm_handler,
	       smm_handler_end - smm_handler);
	if (smbase != SMBASE)
		set_msr(vcpu, MSR_SMBASE, smbase);
	return vcpu;
}

static GUEST void entry_guest(void)
{
	uint64_t rbx = 0x1122334455667788, r15 = 0x99aabbccddeeff00;

	write_cr8(3);
	wrmsr(MSR_FS_BASE, 0xffff888012345678);
	wrmsr(MSR_KERNEL_GS_BASE, 0x7fff12345678);
	asm volatile("mov %1, %%r15; outl %%eax, %2; nop; mov %%r15, %1" : "+b"(rbx), "+d"(r15) :
		     "Nd"((uint16_t)PORT_SYNC), "a"(1) : "r15", "memory");
	GUEST_EQ(rbx, 0x1122334455667788);
	GUEST_EQ(r15, 0x99aabbccddeeff00);
	GUEST_EQ(read_cr8(), 3);
	GUEST_EQ(rdmsr(MSR_FS_BASE), 0xffff888012345678);
	GUEST_EQ(rdmsr(MSR_KERNEL_GS_BASE), 0x7fff12345678);
	GUEST_EQ(rdmsr(MSR_EFER), EFER_LME | EFER_LMA);
	outb(PORT_APM, 0x5a);			/* the VMM answers with an SMI */
	guest_sync(4);
	asm volatile(TRY("rsm") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

/* One SMI: the handler's two stops, and what the VMM sees at the first. */
static void in_handler(struct l2_vcpu *vcpu, uint32_t smbase)
{
	struct kvm_sregs sregs;

	CHECK_EQ(run_to_sync(vcpu) & (CR0_PE | CR0_PG), 0);
	CHECK_EQ(get_events(vcpu).smi.smm, 1);
	CHECK_EQ(vcpu->run->flags & KVM_RUN_X86_SMM, KVM_RUN_X86_SMM);
	sregs = get_sregs(vcpu);
	CHECK_EQ(sregs.cs.base, smbase);
	CHECK_EQ(sregs.efer, 0);
	CHECK_EQ(sregs.cr4, 0);
	CHECK_EQ(sregs.ds.limit, 0xffffffff);
	CHECK_EQ(run_to_sync(vcpu), smbase >> 4 & 0xffff);
}

static void entry_at(uint32_t smbase)
{
	struct l2_vcpu *vcpu = machine_smm(smbase);
	struct kvm_sregs before, after;

	machine_start64(vcpu, entry_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	before = get_sregs(vcpu);
	IOCTL(vcpu->fd, KVM_SMI, NULL);
	in_handler(vcpu, smbase);
	run_to_io(vcpu, PORT_APM, KVM_EXIT_IO_OUT, 1);
	after = get_sregs(vcpu);
	CHECK_EQ(get_events(vcpu).smi.smm, 0);
	CHECK_EQ(vcpu->run->flags & KVM_RUN_X86_SMM, 0);
	CHECK_EQ(after.cr0, before.cr0);
	CHECK_EQ(after.cr3, before.cr3);
	CHECK_EQ(after.cr4, before.cr4);
	CHECK_EQ(after.efer, before.efer);
	CHECK_EQ(after.cs.l, 1);
	CHECK_EQ(after.tr.base, before.tr.base);
	CHECK_EQ(after.gdt.base, before.gdt.base);
	CHECK_EQ(after.idt.limit, before.idt.limit);
	IOCTL(vcpu->fd, KVM_SMI, NULL);
	in_handler(vcpu, smbase);
	CHECK_EQ(run_to_sync(vcpu), 4);
	run_to_done(vcpu);
}

static void entry(void)
{
	entry_at(SMBASE);
}

static void moved(void)
{
	entry_at(SMRAM);
}

static GUEST void blocked_guest(void)
{
	guest_sync(1);
	GUEST_EQ(trap_count, 1);
	GUEST_EQ(trap_log[0].vector, NMI_VECTOR);
}

/* A guest of blocked_guest() in the handler, before its first stop */
static struct l2_vcpu *machine_in_handler(void)
{
	struct l2_vcpu *vcpu = machine_smm(SMBASE);

	machine_start64(vcpu, blocked_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	IOCTL(vcpu->fd, KVM_SMI, NULL);
	run_to_sync(vcpu);
	CHECK_EQ(get_events(vcpu).smi.smm, 1);
	return vcpu;
}

/* In SMM a second SMI and an NMI wait for RSM. */
static void blocked(void)
{
	struct l2_vcpu *vcpu = machine_in_handler();

	IOCTL(vcpu->fd, KVM_NMI, NULL);
	IOCTL(vcpu->fd, KVM_SMI, NULL);
	CHECK_EQ(run_to_sync(vcpu), SMBASE >> 4);
	in_handler(vcpu, SMBASE);
	run_to_done(vcpu);
}

/* INIT waits for RSM; then the vCPU, which is the boot processor, begins at the reset vector. */
static void init(void)
{
	struct l2_vcpu *vcpu = machine_in_handler();
	struct kvm_vcpu_events events = get_events(vcpu);

	events.flags |= KVM_VCPUEVENT_VALID_SMM;
	events.smi.latched_init = 1;
	set_events(vcpu, events);
	CHECK_EQ(run_to_sync(vcpu), SMBASE >> 4);
	CHECK_EQ(get_events(vcpu).smi.latched_init, 1);
	CHECK(run(vcpu) != KVM_EXIT_IO);		/* no code there */
	CHECK_EQ(get_events(vcpu).smi.smm, 0);
	CHECK_EQ(get_sregs(vcpu).cs.base, 0xffff0000);
	CHECK_EQ(get_regs(vcpu).rip, 0xfff0);
	CHECK_EQ(get_sregs(vcpu).efer, 0);
}

static void shutdown(void)
{
	struct l2_vcpu *vcpu = machine_in_handler();
	struct kvm_sregs sregs = get_sregs(vcpu);
	struct kvm_regs regs = get_regs(vcpu);

	memcpy(guest_pointer(vcpu, SMBASE + 0x8100, 2), "\x0f\x0b", 2);	/* UD2 */
	regs.rip = 0x8100;
	set_regs(vcpu, regs);
	sregs.idt.limit = 0;
	set_sregs(vcpu, sregs);
	run_to_exit(vcpu, KVM_EXIT_SHUTDOWN);
}

const struct test smm_tests[] = {
	{ "smm/entry", "KVM_SMI, also as the answer to port 0xb2; RSM restores all", entry },
	{ "smm/moved", "the same with another SMBASE", moved },
	{ "smm/blocked", "a second SMI and an NMI wait for RSM", blocked },
	{ "smm/init", "INIT waits for RSM", init },
	{ "smm/shutdown", "a triple fault in SMM", shutdown },
	{ }
};
