// SPDX-License-Identifier: GPL-2.0
/*
 * The clocks of VMs when the TSC of the machine changes, and when the reference TSC page cannot be
 * trusted; see hv_reenlightenment.h.
 *
 * A change of the TSC: all guests are held. At two moments, before and after the change, the TSC
 * is read together with the partition reference counter, which knows of no change. With them each
 * guest's TSC goes on where it was, at the frequency that the guest knows (without TSC scaling at
 * the machine's), and so does kvm.ko's master clock. Then each vCPU has its pvclock written anew
 * by kvm.ko before it enters.
 *
 * hv_reenlightenment is used if it is there, and needs not be: a host that announces no changes
 * has no use for it.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/kvm_host.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <asm/msr.h>
#include <asm/pvclock.h>
#include <asm/tsc.h>

#include "clock.h"
#include "gate.h"
#include "hv_reenlightenment.h"
#include "kvm_private.h"
#include "msr.h"
#include "vcpu.h"

MODULE_SOFTDEP("pre: hv_reenlightenment");

#define REFERENCE_NS		100	/* unit of the partition reference counter */
#define REFERENCE_PER_MS	10000

/* Longest time for which a guest is held so that its clock does not step back. */
#define LONGEST_HOLD_NS		(10 * NSEC_PER_MSEC)

/* One moment, on two clocks. */
struct moment {
	u64 tsc;
	u64 reference;
};

/* All VMs but those that are going, whose vCPUs may be gone. */
static DEFINE_MUTEX(vms_lock);
static LIST_HEAD(vms);
static bool page_trusted = true;	/* under vms_lock */

/* Of the event that runs. */
static struct moment before;
static u32 khz_before;

static struct {
	typeof(hv_reenlightenment_subscribe) *subscribe;
	typeof(hv_reenlightenment_unsubscribe) *unsubscribe;
	typeof(hv_reenlightenment_take_over) *take_over;
	typeof(hv_reenlightenment_give_back) *give_back;
} api;

static struct moment moment_now(void)
{
	struct moment moment;
	unsigned long flags;

	local_irq_save(flags);
	rdmsrl(HV_X64_MSR_TIME_REF_COUNT, moment.reference);
	moment.tsc = rdtsc();
	local_irq_restore(flags);
	return moment;
}

static void prepare(struct hv_reenlightenment_subscriber *s)
{
	gate_close();
	before = moment_now();
	khz_before = tsc_khz;
}

static u64 master_ns(const struct kvm_arch *ka)
{
	return ka->master_kernel_ns + mul_u64_u64_div_u64(before.tsc - ka->master_cycle_now,
							  NSEC_PER_MSEC, khz_before);
}

static u64 kvmclock_ns(struct kvm_vcpu *vcpu, u64 host_tsc)
{
	return __pvclock_read_cycles(&vcpu->arch.hv_clock, kvm_read_l1_tsc(vcpu, host_tsc));
}

/*
 * What the VM's kvmclock showed last, at most. It goes by the frequency in kHz, and has strayed
 * from the machine's clock, which it is about to be set to. A vCPU may be writing its own while
 * we read: that must not hold it for ever.
 */
static u64 highest_ns(struct kvm *kvm)
{
	struct kvm_arch *ka = &kvm->arch;
	struct kvm_vcpu *vcpu;
	unsigned long i;
	u64 ns = 0;

	kvm_for_each_vcpu(i, vcpu, kvm)
		ns = max(ns, kvmclock_ns(vcpu, before.tsc));
	return min(ns, master_ns(ka) + ka->kvmclock_offset + LONGEST_HOLD_NS);
}

/* Rounded up: kvm.ko computes the guest's frequency back from the ratio, and cuts off. */
static u64 scaling_ratio(struct kvm_vcpu *vcpu)
{
	if (!kvm_caps.has_tsc_control)
		return kvm_caps.default_tsc_scaling_ratio;
	return DIV64_U64_ROUND_UP((u64)vcpu->arch.virtual_tsc_khz <<
				  kvm_caps.tsc_scaling_ratio_frac_bits, tsc_khz);
}

/* Only kvm.ko's idea of it: each vCPU takes it into its VMCS itself. */
static void move_tsc(struct kvm_vcpu *vcpu, const struct moment *after)
{
	struct kvm_arch *ka = &vcpu->kvm->arch;
	bool matched = vcpu->arch.this_tsc_generation == ka->cur_tsc_generation;
	u64 tsc = kvm_read_l1_tsc(vcpu, before.tsc);
	u64 ratio = scaling_ratio(vcpu);

	/* kvm.ko adjusts these at each entry. */
	if (vcpu->arch.tsc_always_catchup)
		return;
	tsc += mul_u64_u64_div_u64(after->reference - before.reference,
				   vcpu->arch.virtual_tsc_khz, REFERENCE_PER_MS);

	vcpu->arch.l1_tsc_scaling_ratio = ratio;
	vcpu->arch.tsc_scaling_ratio = ratio;
	vcpu->arch.l1_tsc_offset = tsc - mul_u64_u64_shr(after->tsc, ratio,
						      kvm_caps.tsc_scaling_ratio_frac_bits);
	vcpu->arch.tsc_offset = vcpu->arch.l1_tsc_offset;
	/* What a vCPU that is added later gets. */
	if (matched)
		ka->cur_tsc_offset = vcpu->arch.l1_tsc_offset;
}

static void move_master_clock(struct kvm_arch *ka, const struct moment *after)
{
	ka->master_kernel_ns = master_ns(ka) +
			       (after->reference - before.reference) * REFERENCE_NS;
	ka->master_cycle_now = after->tsc;
}

static void move_clocks(struct kvm *kvm, const struct moment *after)
{
	struct kvm_arch *ka = &kvm->arch;
	struct kvm_vcpu *vcpu;
	unsigned long i;

	to_vm(kvm)->clock.floor_ns = ka->use_master_clock ? highest_ns(kvm) : 0;
	raw_spin_lock_irq(&ka->tsc_write_lock);
	write_seqcount_begin(&ka->pvclock_sc);
	kvm_for_each_vcpu(i, vcpu, kvm)
		move_tsc(vcpu, after);
	if (ka->use_master_clock)
		move_master_clock(ka, after);
	write_seqcount_end(&ka->pvclock_sc);
	raw_spin_unlock_irq(&ka->tsc_write_lock);
	kvm_make_all_cpus_request(kvm, KVM_REQ_MASTERCLOCK_UPDATE);
}

static void finish(struct hv_reenlightenment_subscriber *s)
{
	struct moment after = moment_now();
	struct vm_evmcs *vm;

	if (!kvm_caps.has_tsc_control)
		kvm_caps.max_guest_tsc_khz = tsc_khz;
	mutex_lock(&vms_lock);
	list_for_each_entry(vm, &vms, clock.link)
		move_clocks(&vm->kvm, &after);
	mutex_unlock(&vms_lock);
	gate_open();
}

/* The TSCs of its vCPUs are no longer alike, and will not be again (see kvm_arch_vcpu_load()). */
static void leave_master_clock(struct kvm *kvm)
{
	WRITE_ONCE(kvm->arch.backwards_tsc_observed, true);
	kvm_make_all_cpus_request(kvm, KVM_REQ_MASTERCLOCK_UPDATE);
}

static void hear_page_trusted(struct hv_reenlightenment_subscriber *s, bool trusted)
{
	struct vm_evmcs *vm;

	mutex_lock(&vms_lock);
	page_trusted = trusted;
	if (!trusted)
		list_for_each_entry(vm, &vms, clock.link)
			leave_master_clock(&vm->kvm);
	mutex_unlock(&vms_lock);
}

static struct hv_reenlightenment_subscriber subscriber = {
	.name = KBUILD_MODNAME,
	.prepare = prepare,
	.finish = finish,
	.page_trusted = hear_page_trusted,
};

/**
 * clock_module_init - hear of changes of the TSC from now on, if the host announces them
 *
 * After kvm_x86_vendor_init(), in which kvm.ko gives the announcements to the kernel's handler,
 * and before there is a VM. Without an announcement of our own kvm.ko hears of them.
 */
void clock_module_init(void)
{
	int r;

	api.subscribe = symbol_request(hv_reenlightenment_subscribe);
	if (!api.subscribe) {
		pr_notice("no hv_reenlightenment: changes of the TSC frequency are left to kvm.ko\n");
		return;
	}
	api.unsubscribe = symbol_get(hv_reenlightenment_unsubscribe);
	api.take_over = symbol_get(hv_reenlightenment_take_over);
	api.give_back = symbol_get(hv_reenlightenment_give_back);

	api.subscribe(&subscriber);
	/* Else kvm.ko has a frequency of its own for each CPU, out of our reach. */
	r = boot_cpu_has(X86_FEATURE_CONSTANT_TSC) ? api.take_over() : -EOPNOTSUPP;
	if (r)
		pr_notice("changes of the TSC frequency are left to kvm.ko (error %d)\n", r);
}

/**
 * clock_module_exit - undo clock_module_init(); there is no VM any more
 */
void clock_module_exit(void)
{
	if (!api.subscribe)
		return;
	api.give_back();
	api.unsubscribe(&subscriber);
	symbol_put(hv_reenlightenment_give_back);
	symbol_put(hv_reenlightenment_take_over);
	symbol_put(hv_reenlightenment_unsubscribe);
	symbol_put(hv_reenlightenment_subscribe);
}

/**
 * clock_vm_init - a VM is born
 * @kvm: the VM, not yet set up by kvm.ko
 */
void clock_vm_init(struct kvm *kvm)
{
	mutex_lock(&vms_lock);
	if (!page_trusted)
		kvm->arch.backwards_tsc_observed = true;
	list_add(&to_vm(kvm)->clock.link, &vms);
	mutex_unlock(&vms_lock);
}

/**
 * clock_vm_forget - a VM is going; its vCPUs are not looked at any more
 * @kvm: the VM
 */
void clock_vm_forget(struct kvm *kvm)
{
	mutex_lock(&vms_lock);
	list_del_init(&to_vm(kvm)->clock.link);
	mutex_unlock(&vms_lock);
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
		clock_vm_forget(vcpu->kvm);
}

/* Is what the guest would see less than what it saw before the change? */
static bool is_behind(struct kvm_vcpu *vcpu)
{
	u64 floor_ns = to_vm(vcpu->kvm)->clock.floor_ns, now;

	if (!vcpu->kvm->arch.use_master_clock)
		return false;
	now = kvmclock_ns(vcpu, rdtsc());
	return now < floor_ns && floor_ns - now < LONGEST_HOLD_NS;
}

/**
 * clock_before_entry - may the vCPU enter?
 * @vcpu: the vCPU; interrupts off
 *
 * After each change of the TSC a vCPU goes back to kvm.ko once, for its pvclock, and then again
 * until its clock has reached what it showed before.
 *
 * Return: false if it has to go back; see clock_wait().
 */
bool clock_before_entry(struct kvm_vcpu *vcpu)
{
	struct vcpu_clock *clock = &to_evmcs_vcpu(vcpu)->clock;
	unsigned int turn = smp_load_acquire(&gate_turn); /* pairs with gate_open() */

	if (likely(clock->turn == turn))
		return true;
	if (turn & 1)
		return false;
	if (clock->turn != turn + 1) {
		if (kvm_caps.has_tsc_control)
			msr_write_tsc_multiplier(vcpu);
		msr_write_tsc_offset(vcpu);
		kvm_make_request(KVM_REQ_CLOCK_UPDATE, vcpu);
		clock->turn = turn + 1;
		return false;
	}
	clock->early = is_behind(vcpu);
	if (clock->early)
		return false;
	clock->turn = turn;
	return true;
}

/**
 * clock_wait - after an entry that was called off: wait until it is worth another try
 * @vcpu: loaded, kvm->srcu held
 */
void clock_wait(struct kvm_vcpu *vcpu)
{
	if (gate_is_closed())
		gate_wait(vcpu);
	else if (to_evmcs_vcpu(vcpu)->clock.early)
		usleep_range(20, 100);
}
