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
 * gate_close - no vCPU enters, and none is in its guest any more
 *
 * A vCPU looks at the gate with interrupts off. If it did so before the gate was closed, the
 * interrupt that is sent afterwards finds it in its guest, or makes it leave at once.
 *
 * Process context; one closes and opens at a time.
 */
void gate_close(void)
{
	WRITE_ONCE(gate_turn, gate_turn + 1);
	on_each_cpu(leave_guest, NULL, true);
}

/**
 * gate_open - vCPUs may enter
 *
 * What was written before is seen by those that find the gate open.
 */
void gate_open(void)
{
	/* Pairs with clock_before_entry(). */
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
