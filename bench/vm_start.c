// SPDX-License-Identifier: GPL-2.0
/*
 * vm_start.c - what it costs to start a guest
 */
#include <errno.h>
#include <string.h>

#include "l2.h"
#include "l2_bench.h"
#include "tsc.h"
#include "vm_start.h"

#define RAM_SIZE	0x10000
#define CODE_GPA	0x1000

static const unsigned char out_0xf4[] = { 0xe6, 0xf4 };

/* From nothing to the first exit to user space. */
static int start(struct l2 *l2)
{
	struct l2_vcpu *vcpu;
	int err = l2_add_memory(l2, 0, RAM_SIZE);

	if (!err)
		err = l2_load(l2, CODE_GPA, out_0xf4, sizeof(out_0xf4));
	if (!err)
		err = l2_add_vcpu(l2, &vcpu);
	if (!err)
		err = l2_set_real_mode(vcpu, CODE_GPA, CODE_GPA);
	if (err)
		return err;
	do
		err = l2_run(vcpu);
	while (err == -EINTR);
	if (err < 0)
		return err;
	return err == KVM_EXIT_IO && vcpu->run->io.port == 0xf4 ? 0 : -EIO;
}

static int vm_start_batch(struct bench_run *run, uint64_t count, struct bench_sample *sample)
{
	uint64_t before, i;

	before = tsc_read();
	for (i = 0; i < count; i++) {
		struct l2 *l2;
		int err = l2_bench_create(run, &l2, L2_IRQCHIP);

		if (err)
			return err;
		err = start(l2);
		l2_destroy(l2);
		if (err)
			return bench_fail(run, err, "the guest does not start: %s", strerror(-err));
	}
	sample->inside = tsc_read() - before;
	return 0;
}

const struct bench_ops here_vm_start = { .batch = vm_start_batch };
