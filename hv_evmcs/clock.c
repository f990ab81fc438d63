// SPDX-License-Identifier: GPL-2.0
/*
 * The clocks of VMs when the TSC of the machine changes, and when the reference TSC page cannot be
 * trusted; see hv_reenlightenment.h.
 *
 * Both are turns of the gate: all guests are held, their VMs' clocks are changed, and each vCPU
 * goes back to kvm.ko for its own before it enters again.
 *
 * hv_reenlightenment is used while it is there, and needs not be: a host that announces no changes
 * has no use for it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kmod.h>
#include <linux/kvm_host.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <asm/tsc.h>

#include "clock.h"
#include "gate.h"
#include "hv_reenlightenment.h"
#include "kvm_private.h"
#include "kvmclock.h"
#include "line.h"
#include "moment.h"
#include "timers.h"
#include "vcpu.h"

MODULE_SOFTDEP("pre: hv_reenlightenment");

/* Longest time for which a vCPU waits for the others after the gate is open. */
#define LONGEST_WAIT	msecs_to_jiffies(10)

/* All VMs with vCPUs, but those that are going, whose vCPUs may be gone. */
static DEFINE_MUTEX(vms_lock);
static LIST_HEAD(vms);
static bool page_trusted = true;	/* under vms_lock */
static bool page_fell;			/* during the event that runs; under vms_lock */

static struct moment before;		/* of the event that runs */
static unsigned long opened;		/* the gate, last; in jiffies */

static DEFINE_MUTEX(api_lock);
static struct {
	typeof(hv_reenlightenment_subscribe) *subscribe;	/* NULL: we have not subscribed */
	typeof(hv_reenlightenment_unsubscribe) *unsubscribe;
	typeof(hv_reenlightenment_take_over) *take_over;
	typeof(hv_reenlightenment_give_back) *give_back;
} api;

static void add_guest_cpus(struct kvm *kvm, struct cpumask *cpus)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;
	int cpu;

	kvm_for_each_vcpu(i, vcpu, kvm) {
		if (READ_ONCE(vcpu->mode) == OUTSIDE_GUEST_MODE)
			continue;
		cpu = READ_ONCE(vcpu->cpu);
		if (cpu >= 0)
			cpumask_set_cpu(cpu, cpus);
	}
}

/* No vCPU is in its guest when this returns, nor enters before let_guests_in(). */
static void hold_guests(void)
{
	static struct cpumask cpus;	/* under vms_lock */
	struct vm_evmcs *vm;

	gate_close();
	cpumask_clear(&cpus);
	list_for_each_entry(vm, &vms, clock.link)
		add_guest_cpus(&vm->kvm, &cpus);
	gate_drain(&cpus);
}

static void let_guests_in(void)
{
	WRITE_ONCE(opened, jiffies);
	gate_open();
}

static void prepare(struct hv_reenlightenment_subscriber *s)
{
	struct vm_evmcs *vm;

	mutex_lock(&vms_lock);
	hold_guests();
	before = moment_now(page_trusted);
	list_for_each_entry(vm, &vms, clock.link)
		kvmclock_note(&vm->kvm, &before);
	mutex_unlock(&vms_lock);
}

static void finish(struct hv_reenlightenment_subscriber *s)
{
	struct change change;
	struct moment after;
	struct vm_evmcs *vm;

	mutex_lock(&vms_lock);
	after = moment_now(page_trusted);
	change = moment_change(&before, &after);
	if (!kvm_caps.has_tsc_control)
		kvm_caps.max_guest_tsc_khz = tsc_khz;
	list_for_each_entry(vm, &vms, clock.link) {
		kvmclock_move(&vm->kvm, &change);
		if (page_fell)
			kvmclock_leave_master(&vm->kvm, &after);
	}
	page_fell = false;
	let_guests_in();
	mutex_unlock(&vms_lock);
}

static void leave_master_clocks(void)
{
	struct vm_evmcs *vm;
	struct moment now;

	hold_guests();
	now = moment_now(false);
	list_for_each_entry(vm, &vms, clock.link)
		kvmclock_leave_master(&vm->kvm, &now);
	let_guests_in();
}

static void hear_page_trusted(struct hv_reenlightenment_subscriber *s, bool trusted)
{
	mutex_lock(&vms_lock);
	page_trusted = trusted;
	/* During an event the phase finish sees to it. */
	if (!trusted && gate_is_closed())
		page_fell = true;
	else if (!trusted)
		leave_master_clocks();
	mutex_unlock(&vms_lock);
}

static void hear_page_leaves(struct hv_reenlightenment_subscriber *s)
{
	struct vm_evmcs *vm;

	mutex_lock(&vms_lock);
	hold_guests();
	list_for_each_entry(vm, &vms, clock.link)
		kvmclock_note_master(&vm->kvm);
	mutex_unlock(&vms_lock);
}

static void hear_page_left(struct hv_reenlightenment_subscriber *s, bool left)
{
	struct vm_evmcs *vm;

	mutex_lock(&vms_lock);
	if (left) {
		page_trusted = false;
		list_for_each_entry(vm, &vms, clock.link)
			kvmclock_leave_noted_master(&vm->kvm);
	}
	let_guests_in();
	mutex_unlock(&vms_lock);
}

static struct hv_reenlightenment_subscriber subscriber = {
	.name = KBUILD_MODNAME,
	.prepare = prepare,
	.finish = finish,
	.page_trusted = hear_page_trusted,
	.page_leaves = hear_page_leaves,
	.page_left = hear_page_left,
};

static bool get_api(void)
{
	api.subscribe = symbol_get(hv_reenlightenment_subscribe);
	if (!api.subscribe)
		return false;
	/* It stays now, with all it has. */
	api.unsubscribe = symbol_get(hv_reenlightenment_unsubscribe);
	api.take_over = symbol_get(hv_reenlightenment_take_over);
	api.give_back = symbol_get(hv_reenlightenment_give_back);
	return true;
}

/* If it is there, and was not before. Without our own announcements kvm.ko hears of the changes. */
static void connect(void)
{
	int r;

	mutex_lock(&api_lock);
	if (!api.subscribe && get_api()) {
		api.subscribe(&subscriber);
		/* Else kvm.ko has a frequency of its own for each CPU, out of our reach. */
		r = boot_cpu_has(X86_FEATURE_CONSTANT_TSC) ? api.take_over() : -EOPNOTSUPP;
		if (r)
			pr_notice("changes of the TSC frequency are left to kvm.ko (error %d)\n",
				  r);
	}
	mutex_unlock(&api_lock);
}

static void disconnect(void)
{
	mutex_lock(&api_lock);
	if (api.subscribe) {
		api.give_back();
		api.unsubscribe(&subscriber);
		symbol_put(hv_reenlightenment_give_back);
		symbol_put(hv_reenlightenment_take_over);
		symbol_put(hv_reenlightenment_unsubscribe);
		symbol_put(hv_reenlightenment_subscribe);
		api.subscribe = NULL;
	}
	mutex_unlock(&api_lock);
}

static int module_event(struct notifier_block *block, unsigned long event, void *data)
{
	const struct module *module = data;

	if (event == MODULE_STATE_LIVE && !strcmp(module->name, "hv_reenlightenment"))
		connect();
	return NOTIFY_DONE;
}

static struct notifier_block module_block = { .notifier_call = module_event };

/**
 * clock_module_init - hear of changes of the TSC from now on, if the host announces them
 *
 * After kvm_x86_vendor_init(), in which kvm.ko gives the announcements to the kernel's handler,
 * and before there is a VM. Where hv_reenlightenment comes later it is used from then on; it stays
 * as long as we do.
 *
 * Return: 0 or an errno, with nothing left behind.
 */
int clock_module_init(void)
{
	int r = register_module_notifier(&module_block);

	if (r)
		return r;
	request_module("hv_reenlightenment");
	connect();
	if (!api.subscribe)
		pr_notice("no hv_reenlightenment: changes of the TSC frequency are left to kvm.ko\n");
	return 0;
}

/**
 * clock_module_exit - undo clock_module_init(); there is no VM any more
 */
void clock_module_exit(void)
{
	unregister_module_notifier(&module_block);
	disconnect();
}

/**
 * clock_vm_init - a VM is born
 * @kvm: the VM, not yet set up by kvm.ko
 */
void clock_vm_init(struct kvm *kvm)
{
	INIT_LIST_HEAD(&to_vm(kvm)->clock.link);
	kvmclock_vm_init(kvm);
	line_vm_init(kvm);
}

/**
 * clock_vm_destroy - a VM is going; its vCPUs are not looked at any more
 * @kvm: the VM
 */
void clock_vm_destroy(struct kvm *kvm)
{
	mutex_lock(&vms_lock);
	list_del_init(&to_vm(kvm)->clock.link);
	mutex_unlock(&vms_lock);
}

/**
 * clock_hold_tsc - keep the machine's TSC from changing until clock_release_tsc()
 *
 * So that what kvm.ko makes of it is of one time. Sleeps while an event runs.
 */
void clock_hold_tsc(void)
{
	for (;;) {
		gate_wait_open();
		mutex_lock(&vms_lock);
		if (!gate_is_closed())
			return;
		mutex_unlock(&vms_lock);
	}
}

/**
 * clock_release_tsc - it may change again
 */
void clock_release_tsc(void)
{
	mutex_unlock(&vms_lock);
}

/**
 * clock_vcpu_create - a VM gets a vCPU; with the first one it has clocks
 * @vcpu: the vCPU, not yet in the VM, nor its TSC set
 *
 * Sleeps while an event runs.
 */
void clock_vcpu_create(struct kvm_vcpu *vcpu)
{
	struct kvm *kvm = vcpu->kvm;

	clock_hold_tsc();
	if (list_empty(&to_vm(kvm)->clock.link)) {
		if (!page_trusted)
			kvm->arch.backwards_tsc_observed = true;
		kvmclock_first_vcpu(kvm);
		list_add(&to_vm(kvm)->clock.link, &vms);
	}
	clock_release_tsc();
}

/**
 * clock_vcpu_free - a vCPU is going
 * @vcpu: the vCPU
 *
 * kvm.ko frees it before it takes it from the VM. With the VM alive, it was not yet in it.
 */
void clock_vcpu_free(struct kvm_vcpu *vcpu)
{
	if (!refcount_read(&vcpu->kvm->users_count))
		clock_vm_destroy(vcpu->kvm);
}

/* It has its clock, or none to write: asleep, or in user space. */
static bool is_ready(struct kvm_vcpu *vcpu, unsigned int turn)
{
	return READ_ONCE(to_evmcs_vcpu(vcpu)->clock.ready) == turn ||
	       !READ_ONCE(vcpu->wants_to_run) || READ_ONCE(vcpu->stat.generic.blocking);
}

static bool all_ready(struct kvm *kvm, unsigned int turn)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	if (time_after(jiffies, READ_ONCE(opened) + LONGEST_WAIT))
		return true;
	kvm_for_each_vcpu(i, vcpu, kvm)
		if (!is_ready(vcpu, turn))
			return false;
	return true;
}

/*
 * A vCPU in kvm.ko may just have written its clock from values of before the change, or of both
 * times. Nobody is in the midst of that any more, unless it was waited for in vain. Those that run
 * have written it again since; for the others this is done now. False if it has to go on later.
 */
static bool settle(struct kvm_vcpu *vcpu, unsigned int turn)
{
	struct kvm *kvm = vcpu->kvm;
	struct kvm_vcpu *other;
	unsigned long i;

	kvm_for_each_vcpu(i, other, kvm) {
		struct vcpu_clock *clock = &to_evmcs_vcpu(other)->clock;
		bool ready = is_ready(other, turn);

		if (READ_ONCE(clock->ready) == turn || READ_ONCE(clock->written) == turn)
			continue;
		if (line_ring_full(vcpu))
			return false;
		line_write_for(other, ready);
		if (ready)
			WRITE_ONCE(clock->written, turn);
	}
	smp_store_release(&to_vm(kvm)->clock.settled, turn); /* pairs with clock_wait() */
	return true;
}

/**
 * clock_wait - an entry was called off: do what is to be done before the next try
 * @vcpu: in its own task, loaded, kvm->srcu held
 *
 * Called again and again, with kvm.ko dealing with requests between, until clock_may_enter() and
 * line_holds() agree.
 */
void clock_wait(struct kvm_vcpu *vcpu)
{
	struct vcpu_clock *clock = &to_evmcs_vcpu(vcpu)->clock;
	unsigned int turn = smp_load_acquire(&gate_turn); /* pairs with gate_open() */
	struct kvm *kvm = vcpu->kvm;

	clock->called_off++;
	if (turn & 1) {
		gate_wait(vcpu);
		return;
	}
	if (clock->entered == turn) {
		line_mend(vcpu);
		return;
	}
	if (clock->updating != turn) {
		kvmclock_update_vcpu(vcpu);
		clock->updating = turn;
		return;
	}
	WRITE_ONCE(clock->ready, turn);
	if (smp_load_acquire(&to_vm(kvm)->clock.settled) != turn) { /* pairs with settle() */
		if (!all_ready(kvm, turn)) {
			usleep_range(20, 100);
			return;
		}
		if (!settle(vcpu, turn))
			return;
	}
	/* By each of us: one that was waited for in vain may have written it last. */
	kvmclock_renew_tsc_page(kvm);
	kvm_make_request(KVM_REQ_CLOCK_UPDATE, vcpu);
	timers_set_again(vcpu);
	clock->entered = turn;
}
