// SPDX-License-Identifier: GPL-2.0
/*
 * A vector of our own for the interrupt, while the KVM backend wants it so. Else the vector is
 * the kernel's (HYPERV_REENLIGHTENMENT_VECTOR), whose handler waits 100 ms and then knows one
 * callback, kvm.ko's.
 *
 * The control MSR has other writers, which know nothing of us:
 *   - kvm.ko, when a backend comes and when it goes; ours calls us after the one and before the
 *     other.
 *   - hv_cpu_die(): from a CPU that goes offline it moves the target to another one, where our
 *     vector means nothing. So when the CPU that has our interrupt begins to go offline, no
 *     interrupt is asked for; the kernel moves it to another CPU, and then the control follows.
 *   - hv_resume(), after hibernation: it puts the kernel's vector back. Ours follows before
 *     interrupts are on again.
 * Interrupts that come in between are lost, but the host's status stays: it is looked at
 * whenever the control was written.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpu.h>
#include <linux/cpuhotplug.h>
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/reboot.h>
#include <asm/hw_irq.h>
#include <asm/irqdomain.h>

#include "control.h"
#include "event.h"
#include "hv_reenlightenment.h"
#include "knobs.h"
#include "task.h"
#include "vector.h"

/* The kernel's handler deals with an event 100 ms after the interrupt; if it came at all. */
#define KERNELS_EVENT_MS	300

static DEFINE_MUTEX(take_over_lock);
static unsigned int irq;	/* 0 if there is none: events are the kernel's */
/* The control names our vector. Changes, as the control does, with CPU hotplug held off. */
static bool armed;
static int online_state, dead_state;

/**
 * vector_is_ours - are events for us to deal with?
 *
 * Return: false if the kernel's own handler does that.
 */
bool vector_is_ours(void)
{
	return READ_ONCE(irq);
}

static irqreturn_t interrupt(int number, void *data)
{
	event_interrupt();
	event_look();
	return IRQ_HANDLED;
}

static unsigned int irq_cpu(void)
{
	return cpumask_first(irq_data_get_effective_affinity_mask(irq_get_irq_data(irq)));
}

/* Tells the host where the interrupt is now. */
static void tell_host(void)
{
	control_arm(irqd_cfg(irq_get_irq_data(irq))->vector, irq_cpu());
	event_look();
}

/* CPU hotplug is held off. */
static void arm(void)
{
	task_run_on(irq_cpu());
	tell_host();
}

/* On a CPU that begins to go offline. */
static int cpu_goes(unsigned int cpu)
{
	if (armed && irq_cpu() == cpu)
		control_disarm();
	return 0;
}

/* On a CPU that is online; or that stays, since something else kept it from going. */
static int cpu_came(unsigned int cpu)
{
	if (armed && irq_cpu() == cpu)
		arm();
	return 0;
}

/* A CPU is offline; the kernel has moved the interrupts that it had. */
static int cpu_gone(unsigned int cpu)
{
	if (armed)
		arm();
	return 0;
}

/**
 * vector_resume - the kernel comes back from hibernation, and has put its vector into the control
 *
 * Interrupt and task have come to this CPU when the others went. User tasks are frozen: nobody is
 * just taking over, giving back, or moving CPUs. Interrupts off, on the only CPU that is online.
 */
void vector_resume(void)
{
	knob_resume();
	if (armed)
		tell_host();
}

/* The kernel that kexec starts knows nothing of our vector. */
static int reboot_event(struct notifier_block *block, unsigned long event, void *data)
{
	mutex_lock(&take_over_lock);
	cpus_read_lock();
	if (armed) {
		armed = false;
		control_disarm();
	}
	cpus_read_unlock();
	mutex_unlock(&take_over_lock);
	return NOTIFY_DONE;
}

static struct notifier_block reboot_block = { .notifier_call = reboot_event };

/* An event that has begun is the kernel's handler's, which has a callback of kvm.ko's to call. */
static void await_kernels_event(void)
{
	int i;

	for (i = 0; i < KERNELS_EVENT_MS / 20 && control_armed() && control_in_progress(); i++)
		msleep(20);
}

static int irq_create(void)
{
	struct irq_alloc_info info = {};
	int number, r;

	number = __irq_domain_alloc_irqs(x86_vector_domain, -1, 1, NUMA_NO_NODE, &info, false,
					 NULL);
	if (number < 0)
		return number;
	/* The vector domain leaves this to those on top of it; what comes to a LAPIC is an edge. */
	irq_set_handler(number, handle_edge_irq);
	/* Where it goes is for us to know: not for the user to change. */
	r = request_irq(number, interrupt, IRQF_NOBALANCING | IRQF_NO_SUSPEND | IRQF_NO_THREAD,
			KBUILD_MODNAME, NULL);
	if (r) {
		irq_dispose_mapping(number);
		return r;
	}
	WRITE_ONCE(irq, number);
	return 0;
}

/**
 * hv_reenlightenment_take_over - the interrupt is to come to us, and events to run in phases
 *
 * For the KVM backend, when kvm.ko has given it to the kernel's handler. Best before there is a VM:
 * an interrupt that is just on its way to the kernel's handler is that one's. Process context, not
 * from a callback.
 *
 * Return: 0; -EBUSY if it is ours already; another errno if there is no vector left, and the
 * kernel's handler keeps the interrupt.
 */
int hv_reenlightenment_take_over(void)
{
	int r = -EBUSY;

	mutex_lock(&take_over_lock);
	if (irq)
		goto out;
	await_kernels_event();
	r = irq_create();
	if (r)
		goto out;
	cpus_read_lock();
	control_save();
	armed = true;
	arm();
	cpus_read_unlock();
	pr_info("interrupt taken over from the kernel's own handler\n");
out:
	mutex_unlock(&take_over_lock);
	return r;
}
EXPORT_SYMBOL_GPL(hv_reenlightenment_take_over);

/**
 * hv_reenlightenment_give_back - undo hv_reenlightenment_take_over()
 *
 * Before kvm.ko takes the interrupt from the kernel's handler, and when there is no VM left. An
 * event that is running, or whose interrupt was lost in the change, has ended when this returns.
 * Process context, not from a callback.
 */
void hv_reenlightenment_give_back(void)
{
	unsigned int number;

	mutex_lock(&take_over_lock);
	if (irq) {
		cpus_read_lock();
		armed = false;
		control_restore();
		cpus_read_unlock();
		/* What was announced on our vector is still ours. */
		event_look();
		event_flush();
		number = irq;
		WRITE_ONCE(irq, 0);
		free_irq(number, NULL);
		irq_dispose_mapping(number);
		pr_info("interrupt given back to the kernel's own handler\n");
	}
	mutex_unlock(&take_over_lock);
}
EXPORT_SYMBOL_GPL(hv_reenlightenment_give_back);

/**
 * vector_init - be ready for hv_reenlightenment_take_over()
 *
 * Return: 0 or an errno, with nothing left behind.
 */
int vector_init(void)
{
	int r;

	dead_state = cpuhp_setup_state_nocalls(CPUHP_BP_PREPARE_DYN, "hv_reenlightenment:dead",
					       NULL, cpu_gone);
	if (dead_state < 0)
		return dead_state;
	online_state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "hv_reenlightenment:online",
						 cpu_came, cpu_goes);
	if (online_state < 0) {
		cpuhp_remove_state_nocalls(dead_state);
		return online_state;
	}
	r = register_reboot_notifier(&reboot_block);
	if (r) {
		cpuhp_remove_state_nocalls(online_state);
		cpuhp_remove_state_nocalls(dead_state);
	}
	return r;
}

/**
 * vector_exit - undo vector_init(); the interrupt is the kernel's
 */
void vector_exit(void)
{
	unregister_reboot_notifier(&reboot_block);
	cpuhp_remove_state_nocalls(online_state);
	cpuhp_remove_state_nocalls(dead_state);
}
