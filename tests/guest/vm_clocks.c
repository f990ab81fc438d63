// SPDX-License-Identifier: GPL-2.0
/*
 * vm_clocks - do the clocks of a VM go on as L1's do?
 *
 * The program says `ready`. To each line `read` it answers `read CLOCK TSC APART`: by how many ns the
 * VM's clock, and the TSC of its first vCPU, are ahead of L1's clock since then, and how many ns
 * lie between the TSCs of its vCPUs, at most. To `add` it gives the VM one more vCPU, and says so.
 * KVM_SET_CLOCK, as at `stop` and `cont` of a VMM, has kvm.ko set the VM's clocks anew.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest.h"

#define READINGS	20

extern const char ports_code[], ports_code_end[];

/* What all clocks show, one read after the other. */
struct reading {
	int64_t l1_ns;
	int64_t clock_ns;
	uint64_t tsc;
};

static int64_t clock_of(struct l2 *l2)
{
	struct kvm_clock_data data = { 0 };

	IOCTL(l2->vm_fd, KVM_GET_CLOCK, &data);
	return data.clock;
}

/* What was read most quickly: whoever reads may have to wait for its turn in between. */
static struct reading read_clocks(struct l2 *l2)
{
	int64_t least_ns = INT64_MAX, ns;
	struct reading best = { 0 }, now;
	unsigned int i;

	for (i = 0; i < READINGS; i++) {
		now.l1_ns = l1_now_ns();
		now.clock_ns = clock_of(l2);
		now.tsc = guest_read_msr(&l2->vcpus[0], MSR_TSC);
		ns = l1_now_ns() - now.l1_ns;
		if (ns < least_ns) {
			least_ns = ns;
			best = now;
		}
	}
	return best;
}

static int64_t ns_of(struct l2_vcpu *vcpu, int64_t cycles)
{
	return (__int128)cycles * 1000000 / IOCTL(vcpu->fd, KVM_GET_TSC_KHZ, NULL);
}

/* The same here; one is read after the other. */
static int64_t pair_apart_ns(struct l2_vcpu *one, struct l2_vcpu *other)
{
	int64_t least = INT64_MAX, apart;
	unsigned int i;
	uint64_t tsc;

	for (i = 0; i < READINGS; i++) {
		tsc = guest_read_msr(other, MSR_TSC);
		apart = llabs(ns_of(one, tsc - guest_read_msr(one, MSR_TSC)));
		if (apart < least)
			least = apart;
	}
	return least;
}

static int64_t apart_ns(struct l2 *l2)
{
	int64_t most = 0, apart;
	unsigned int i;

	for (i = 1; i < l2->nr_vcpus; i++) {
		apart = pair_apart_ns(&l2->vcpus[0], &l2->vcpus[i]);
		if (apart > most)
			most = apart;
	}
	return most;
}

static void run(struct l2_vcpu *vcpu)
{
	char text[120];

	must(l2_set_real_mode(vcpu, GUEST_CODE, GUEST_STACK), "the state of the vCPU");
	must(l2_run(vcpu), "KVM_RUN");
	if (vcpu->run->exit_reason == KVM_EXIT_IO)
		return;
	l2_explain(vcpu, text, sizeof(text));
	die("the guest stopped: %s", text);
}

static void set_clocks_anew(struct l2 *l2)
{
	struct kvm_clock_data data = { .clock = clock_of(l2) };
	unsigned int i;

	IOCTL(l2->vm_fd, KVM_SET_CLOCK, &data);
	for (i = 0; i < l2->nr_vcpus; i++)
		run(&l2->vcpus[i]);
}

static void answer_read(struct l2 *l2, const struct reading *first)
{
	struct reading now = read_clocks(l2);
	int64_t ns = now.l1_ns - first->l1_ns;

	printf("read %" PRId64 " %" PRId64 " %" PRId64 "\n", now.clock_ns - first->clock_ns - ns,
	       ns_of(&l2->vcpus[0], now.tsc - first->tsc) - ns, apart_ns(l2));
}

static void answer_add(struct l2 *l2)
{
	struct l2_vcpu *vcpu;

	must(l2_add_vcpu(l2, &vcpu), "one more virtual CPU");
	run(vcpu);
	set_clocks_anew(l2);
	puts("add");
}

int main(void)
{
	struct l2_vcpu *vcpu = guest_new(L2_IRQCHIP, ports_code, ports_code_end);
	struct reading first;
	char line[16];

	run(vcpu);
	first = read_clocks(vcpu->l2);
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		if (!strcmp(line, "read\n"))
			answer_read(vcpu->l2, &first);
		else if (!strcmp(line, "add\n"))
			answer_add(vcpu->l2);
		else
			die("say read or add");
		fflush(stdout);
	}
	l2_destroy(vcpu->l2);
	return EXIT_SUCCESS;
}
