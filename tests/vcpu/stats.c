// SPDX-License-Identifier: GPL-2.0
/*
 * stats.c - the statistics that KVM leaves to a backend to count
 */
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#define VECTOR	0x51
#define LONG	10000000	/* ticks of the TSC, in which the host's timer interrupts */

/* KVM_GET_STATS_FD: a vCPU's statistic, by its name */
static uint64_t statistic(struct l2_vcpu *vcpu, const char *name)
{
	int fd = IOCTL(vcpu->fd, KVM_GET_STATS_FD, NULL);
	struct kvm_stats_header header;
	struct kvm_stats_desc *desc;
	uint64_t value = 0;
	size_t size;
	uint32_t i;

	CHECK_EQ(pread(fd, &header, sizeof(header), 0), sizeof(header));
	size = sizeof(*desc) + header.name_size;
	desc = malloc(size);
	CHECK(desc);
	for (i = 0; i < header.num_desc; i++) {
		CHECK_EQ(pread(fd, desc, size, header.desc_offset + i * size), size);
		if (!strcmp(desc->name, name))
			break;
	}
	if (i == header.num_desc)
		test_fail("no statistic %s", name);
	CHECK_EQ(pread(fd, &value, sizeof(value), header.data_offset + desc->offset), sizeof(value));
	free(desc);
	close(fd);
	return value;
}

static GUEST void events_guest(void)
{
	asm volatile(TRY("ud2") : : : "r11", "memory");	/* what a handler needs is in memory now */
	EXPECT_TRAP(UD_VECTOR, 0);
	guest_sync(1);
	guest_sync(2);
	guest_sync(3);
	guest_sync(4);			/* and two NMIs */
	GUEST_EQ(trap_count, 2);
	guest_sync(5);
	sti();				/* and an interrupt */
	guest_sync(6);
	cli();
	GUEST_EQ(trap_count, 3);
}

static void events(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_interrupt irq = { .irq = VECTOR };
	uint64_t before, windows;

	machine_start64(vcpu, events_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	before = statistic(vcpu, "io_exits");
	CHECK_EQ(run_to_sync(vcpu), 2);
	CHECK_EQ(run_to_sync(vcpu), 3);
	CHECK_EQ(statistic(vcpu, "io_exits") - before, 2);

	before = statistic(vcpu, "nmi_injections");
	windows = statistic(vcpu, "nmi_window_exits");
	CHECK_EQ(run_to_sync(vcpu), 4);
	IOCTL(vcpu->fd, KVM_NMI, NULL);
	IOCTL(vcpu->fd, KVM_NMI, NULL);		/* waits for the end of the first */
	CHECK_EQ(run_to_sync(vcpu), 5);
	CHECK_EQ(statistic(vcpu, "nmi_injections") - before, 2);
	CHECK_EQ(statistic(vcpu, "nmi_window_exits") - windows, 1);

	before = statistic(vcpu, "irq_injections");
	windows = statistic(vcpu, "irq_window_exits");
	vcpu->run->request_interrupt_window = 1;
	run_to_exit(vcpu, KVM_EXIT_IRQ_WINDOW_OPEN);
	CHECK_EQ(statistic(vcpu, "irq_window_exits") - windows, 1);
	CHECK_EQ(statistic(vcpu, "irq_injections") - before, 0);
	vcpu->run->request_interrupt_window = 0;
	IOCTL(vcpu->fd, KVM_INTERRUPT, &irq);
	CHECK_EQ(run_to_sync(vcpu), 6);
	CHECK_EQ(statistic(vcpu, "irq_injections") - before, 1);
	run_to_done(vcpu);
}

static GUEST void host_guest(void)
{
	uint64_t begin;

	guest_sync(1);
	begin = rdtsc();
	while (rdtsc() - begin < LONG)
		;
	guest_sync(2);
}

static void host(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	uint64_t interrupts, reloads;

	machine_start64(vcpu, host_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	interrupts = statistic(vcpu, "irq_exits");
	reloads = statistic(vcpu, "host_state_reload");
	CHECK_EQ(run_to_sync(vcpu), 2);
	CHECK(statistic(vcpu, "irq_exits") > interrupts);
	CHECK(statistic(vcpu, "host_state_reload") > reloads);
	run_to_done(vcpu);
}

const struct test stats_tests[] = {
	{ "stats/events", "exits for I/O and for windows, injected NMIs and interrupts", events },
	{ "stats/host", "interrupts of the host, returns to its own state", host },
	{ }
};
