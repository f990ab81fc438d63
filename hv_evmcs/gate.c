// SPDX-License-Identifier: GPL-2.0
/*
 * KVM_REQ_MCLOCK_INPROGRESS holds vCPUs, too, but any kvm_end_pvclock_update() ends that. This
 * gate is opened by who closed it, and vCPUs sleep in front of it.
 */
#include <linux/kvm_host.h>
#include <linux/smp.h>
#include <linux/wait.h>

#include "gate.h"

unsigned int gate_turn;

static DECLARE_WAIT_QUEUE_HEAD(queue);

/* The interrupt alone does it: whoever was in a guest has left it. */
static void leave_guest(void *data)
{
}

/**
 * gate_close - no vCPU enters from now on
 *
 * A vCPU has mode IN_GUEST_MODE, with a full barrier after it, when it looks at the gate with
 * interrupts off. So either it finds the gate closed, or gate_drain() finds that mode.
 *
 * Process context; one closes and opens at a time.
 */
void gate_close(void)
{
	WRITE_ONCE(gate_turn, gate_turn + 1);
	smp_mb(); /* pairs with the one in kvm.ko's vcpu_enter_guest() */
}

/**
 * gate_drain - wait until these CPUs are in no guest
 * @cpus: where a vCPU was seen that was not OUTSIDE_GUEST_MODE, after gate_close()
 */
void gate_drain(const struct cpumask *cpus)
{
	on_each_cpu_mask(cpus, leave_guest, NULL, true);
}

/**
 * gate_open - vCPUs may enter
 *
 * What was written before is seen by those that find the gate open.
 */
void gate_open(void)
{
	/* Pairs with clock_may_enter() and clock_wait(). */
	smp_store_release(&gate_turn, gate_turn + 1);
	wake_up_all(&queue);
}

/**
 * gate_wait - sleep until the gate is open, or a signal is pending
 * @vcpu: loaded, with kvm->srcu held as in kvm.ko's vcpu_run(), which handles the signal
 */
void gate_wait(struct kvm_vcpu *vcpu)
	__must_hold(&vcpu->kvm->srcu)
{
	kvm_vcpu_srcu_read_unlock(vcpu);
	wait_event_interruptible(queue, !gate_is_closed());
	kvm_vcpu_srcu_read_lock(vcpu);
}

/**
 * gate_wait_open - sleep until the gate is open; it may be closed again on return
 */
void gate_wait_open(void)
{
	wait_event(queue, !gate_is_closed());
}
