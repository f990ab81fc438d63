// SPDX-License-Identifier: GPL-2.0
/*
 * state.c - all state of a running guest, taken out of one VM and put into another
 */
#include <stdlib.h>

#include "test.h"

#define MAX_MSRS	1024

struct state {
	struct kvm_regs regs;
	struct kvm_sregs sregs;
	struct kvm_xsave *xsave;
	struct kvm_xcrs xcrs;
	struct kvm_debugregs debugregs;
	struct kvm_vcpu_events events;
	struct kvm_lapic_state lapic;
	struct kvm_mp_state mp_state;
	struct kvm_msr_entry msrs[MAX_MSRS];
	unsigned int nr_msrs;
	void *memory;
};

static struct kvm_msr_list *msr_list(void)
{
	struct kvm_msr_list *list = calloc(1, sizeof(*list) + MAX_MSRS * sizeof(list->indices[0]));

	CHECK(list);
	list->nmsrs = MAX_MSRS;
	IOCTL(kvm_descriptor(), KVM_GET_MSR_INDEX_LIST, list);
	return list;
}

struct one_msr {
	struct kvm_msrs head;
	struct kvm_msr_entry entry;
};

static void take_msrs(struct l2_vcpu *vcpu, struct state *state)
{
	struct kvm_msr_list *list = msr_list();
	unsigned int i;

	for (i = 0; i < list->nmsrs; i++) {
		struct one_msr msr = { .head.nmsrs = 1, .entry.index = list->indices[i] };

		/* Of the list, some exist with features only that this vCPU does not have. */
		if (IOCTL(vcpu->fd, KVM_GET_MSRS, &msr) == 1)
			state->msrs[state->nr_msrs++] = msr.entry;
	}
	free(list);
}

static void take(struct l2_vcpu *vcpu, struct state *state)
{
	int size = cap(vcpu->l2->vm_fd, KVM_CAP_XSAVE2);

	*state = (struct state){ .xsave = calloc(1, size > 4096 ? size : 4096) };
	state->memory = malloc(GUEST_RAM);
	CHECK(state->xsave && state->memory);
	IOCTL(vcpu->fd, KVM_GET_MP_STATE, &state->mp_state);
	IOCTL(vcpu->fd, KVM_GET_REGS, &state->regs);
	IOCTL(vcpu->fd, KVM_GET_SREGS, &state->sregs);
	IOCTL(vcpu->fd, KVM_GET_XSAVE2, state->xsave);
	if (OFFERED(1, 0, ECX, 26))
		IOCTL(vcpu->fd, KVM_GET_XCRS, &state->xcrs);
	IOCTL(vcpu->fd, KVM_GET_DEBUGREGS, &state->debugregs);
	IOCTL(vcpu->fd, KVM_GET_LAPIC, &state->lapic);
	take_msrs(vcpu, state);
	IOCTL(vcpu->fd, KVM_GET_VCPU_EVENTS, &state->events);
	memcpy(state->memory, guest_pointer(vcpu, 0, GUEST_RAM), GUEST_RAM);
}

static void put(struct l2_vcpu *vcpu, struct state *state)
{
	unsigned int i;

	memcpy(guest_pointer(vcpu, 0, GUEST_RAM), state->memory, GUEST_RAM);
	IOCTL(vcpu->fd, KVM_SET_SREGS, &state->sregs);
	IOCTL(vcpu->fd, KVM_SET_REGS, &state->regs);
	for (i = 0; i < state->nr_msrs; i++)
		set_msr(vcpu, state->msrs[i].index, state->msrs[i].data);
	if (OFFERED(1, 0, ECX, 26))
		IOCTL(vcpu->fd, KVM_SET_XCRS, &state->xcrs);
	IOCTL(vcpu->fd, KVM_SET_XSAVE, state->xsave);
	IOCTL(vcpu->fd, KVM_SET_DEBUGREGS, &state->debugregs);
	IOCTL(vcpu->fd, KVM_SET_LAPIC, &state->lapic);
	IOCTL(vcpu->fd, KVM_SET_VCPU_EVENTS, &state->events);
	IOCTL(vcpu->fd, KVM_SET_MP_STATE, &state->mp_state);
	free(state->xsave);
	free(state->memory);
}

/* Finish the OUT at which the guest stands; then nothing of it is in KVM. */
static void complete_io(struct l2_vcpu *vcpu)
{
	vcpu->run->immediate_exit = 1;
	CHECK_EQ(l2_run(vcpu), -EINTR);
	vcpu->run->immediate_exit = 0;
}

/* Return: a vCPU of a new VM that goes on where this one, whose VM ends, stands. */
static struct l2_vcpu *move(struct l2_vcpu *vcpu)
{
	struct state state;

	complete_io(vcpu);
	take(vcpu, &state);
	l2_destroy(vcpu->l2);
	vcpu = machine_bare(L2_IRQCHIP);
	put(vcpu, &state);
	return vcpu;
}

#define VECTOR	0x51

static inline uint64_t read_dr0(void)
{
	uint64_t value;

	asm volatile("mov %%dr0, %0" : "=r"(value) : : "memory");
	return value;
}

static GUEST void moved_guest(void)
{
	uint64_t xmm, tsc, r15 = 0x123456789abcdef;

	apic_write(APIC_SPIV, 0x1ff);
	trap_eoi = 1;
	write_cr8(4);
	wrmsr(MSR_EFER, EFER_LME | EFER_LMA | EFER_SCE | EFER_NX);
	wrmsr(MSR_LSTAR, 0xffffffff81000000);
	wrmsr(MSR_STAR, 0x0023001000000000);
	wrmsr(MSR_FS_BASE, 0xffff888000001000);
	wrmsr(MSR_KERNEL_GS_BASE, 0xffff888000002000);
	wrmsr(MSR_SYSENTER_EIP, 0xffffffff82000000);
	wrmsr(MSR_PAT, 0x0007040600070401);
	asm volatile("mov %0, %%dr0" : : "r"(0x4321UL));
	asm volatile("movq %0, %%xmm7" : : "r"(0xfedcba9876543210));
	write_cr4(read_cr4() | CR4_PGE | CR4_TSD);
	apic_write(APIC_ICR, 0x40000 | VECTOR);		/* pending, interrupts are off */
	apic_write(APIC_ICR, 0x40000 | 0x31);		/* held back by TPR as well */
	tsc = rdtsc();

	asm volatile("mov %0, %%r15; outl %%eax, %1; mov %%r15, %0" : "+r"(r15) :
		     "Nd"((uint16_t)PORT_SYNC), "a"(1) : "r15", "memory");
	GUEST_EQ(r15, 0x123456789abcdef);
	GUEST_EQ(read_cr8(), 4);
	GUEST_EQ(apic_read(APIC_TPR), 0x40);
	GUEST_EQ(rdmsr(MSR_EFER), EFER_LME | EFER_LMA | EFER_SCE | EFER_NX);
	GUEST_EQ(rdmsr(MSR_LSTAR), 0xffffffff81000000);
	GUEST_EQ(rdmsr(MSR_STAR), 0x0023001000000000);
	GUEST_EQ(rdmsr(MSR_FS_BASE), 0xffff888000001000);
	GUEST_EQ(rdmsr(MSR_KERNEL_GS_BASE), 0xffff888000002000);
	GUEST_EQ(rdmsr(MSR_SYSENTER_EIP), 0xffffffff82000000);
	GUEST_EQ(rdmsr(MSR_PAT), 0x0007040600070401);
	GUEST_EQ(read_dr0(), 0x4321);
	asm volatile("movq %%xmm7, %0" : "=r"(xmm));
	GUEST_EQ(xmm, 0xfedcba9876543210);
	GUEST_EQ(read_cr4() & (CR4_PGE | CR4_TSD), CR4_PGE | CR4_TSD);
	GUEST_EQ(rdtsc() > tsc, 1);
	GUEST_EQ(trap_count, 0);
	sti_nop_cli();
	GUEST_EQ(trap_take()->vector, VECTOR);
	write_cr8(0);
	sti_nop_cli();
	GUEST_EQ(trap_take()->vector, 0x31);
}

static void moved(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);

	machine_start64(vcpu, moved_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	vcpu = move(vcpu);
	run_to_done(vcpu);
}

static GUEST void nmi_hook(struct trap_frame *frame)
{
	if (frame->vector == NMI_VECTOR && trap_count == 1)
		guest_sync(2);		/* it goes on in another VM */
}

static GUEST void nmi_guest(void)
{
	trap_hook = nmi_hook;
	asm volatile("movq $1f, trap_at; outl %%eax, %0; 1: nop" : :
		     "Nd"((uint16_t)PORT_SYNC), "a"(1) : "memory");
	GUEST_EQ(trap_count, 2);
	GUEST_EQ(trap_log[0].rip, trap_at);
	GUEST_EQ(trap_log[1].vector, NMI_VECTOR);
	GUEST_EQ(trap_log[1].rip, trap_at);
}

/* Inside an NMI handler, another NMI pending: both facts move. */
static void nmi(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);

	machine_start64(vcpu, nmi_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	IOCTL(vcpu->fd, KVM_NMI, NULL);
	CHECK_EQ(run_to_sync(vcpu), 2);
	IOCTL(vcpu->fd, KVM_NMI, NULL);
	vcpu = move(vcpu);
	CHECK_EQ(get_events(vcpu).nmi.masked, 1);
	CHECK(get_events(vcpu).nmi.pending);
	run_to_done(vcpu);
}

static GUEST void often_guest(void)
{
	uint64_t i, sum = 0;

	for (i = 0; i < 10; i++) {
		sum += i;
		guest_sync(i);
	}
	GUEST_EQ(sum, 45);
}

static void often(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);
	unsigned int i;

	machine_start64(vcpu, often_guest);
	for (i = 0; i < 10; i++) {
		CHECK_EQ(run_to_sync(vcpu), i);
		vcpu = move(vcpu);
	}
	run_to_done(vcpu);
}

const struct test state_tests[] = {
	{ "state/moved", "registers, MSRs, APIC, pending interrupts go on in a new VM", moved },
	{ "state/nmi", "a blocked NMI goes along", nmi },
	{ "state/often", "ten moves in a row", often },
	{ }
};
