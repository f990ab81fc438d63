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

#include <clocksource/hyperv_timer.h>
#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kvm_host.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <asm/mshyperv.h>
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
#define REFERENCE_ERROR_NS	(2 * REFERENCE_NS)	/* of a difference; so as not to be ahead */

/* Longest time for which a guest is held after the event. */
#define LONGEST_HOLD_NS		(10 * NSEC_PER_MSEC)
#define LONGEST_HOLD		nsecs_to_jiffies(LONGEST_HOLD_NS)

/* One moment, on two clocks. */
struct moment {
	u64 tsc;
	u64 reference;
};

/* All VMs but those that are going, whose vCPUs may be gone. */
static DEFINE_MUTEX(vms_lock);
static LIST_HEAD(vms);
static bool page_trusted = true;	/* under vms_lock */

static struct moment before;		/* of the event that runs */
static unsigned long opened;		/* the gate, last; in jiffies */

static struct {
	typeof(hv_reenlightenment_subscribe) *subscribe;
	typeof(hv_reenlightenment_unsubscribe) *unsubscribe;
	typeof(hv_reenlightenment_take_over) *take_over;
	typeof(hv_reenlightenment_give_back) *give_back;
} api;

/*
 * By the page both are of one instant. While the TSC is emulated the page has the old frequency, as
 * the TSC. The counter's MSR is an exit, after which we may not be the next to run.
 */
static struct moment moment_now(void)
{
	struct moment moment;
	unsigned long flags;
	u64 tsc;

	if (READ_ONCE(page_trusted) &&
	    hv_read_tsc_page_tsc(hv_get_tsc_page(), &moment.tsc, &moment.reference))
		return moment;
	local_irq_save(flags);
	tsc = rdtsc_ordered();
	rdmsrl(HV_X64_MSR_TIME_REF_COUNT, moment.reference);
	moment.tsc = tsc + (rdtsc_ordered() - tsc) / 2;
	local_irq_restore(flags);
	return moment;
}

/* What the master clock shows at the moment before, on CLOCK_MONOTONIC_RAW since boot. */
static u64 master_ns(const struct kvm_arch *ka)
{
	s64 cycles = before.tsc - ka->master_cycle_now;

	/* A vCPU may have set it just after that moment. */
	if (cycles < 0)
		return ka->master_kernel_ns;
	return ka->master_kernel_ns + mul_u64_u64_div_u64(cycles, NSEC_PER_MSEC, tsc_khz);
}

static u64 kvmclock_ns(struct kvm_vcpu *vcpu, u64 host_tsc)
{
	const struct pvclock_vcpu_time_info *clock = &vcpu->arch.hv_clock;
	u64 tsc = kvm_read_l1_tsc(vcpu, host_tsc);

	return tsc < clock->tsc_timestamp ? clock->system_time : __pvclock_read_cycles(clock, tsc);
}

/*
 * What the VM's kvmclock showed last, at most. It goes by the frequency in kHz, and has strayed
 * from the machine's clock, which it is about to be set to. A vCPU may be writing its own while
 * we read: that must not hold it for ever.
 */
static u64 highest_ns(struct kvm *kvm, u64 limit)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;
	u64 ns = 0;

	kvm_for_each_vcpu(i, vcpu, kvm)
		ns = max(ns, kvmclock_ns(vcpu, before.tsc));
	return min(ns, limit);
}

/* A vCPU that is not in its guest may set the clock at any time, also during the event. */
static void note_clock(struct kvm *kvm)
{
	struct vm_clock *clock = &to_vm(kvm)->clock;
	struct kvm_arch *ka = &kvm->arch;

	raw_spin_lock_irq(&ka->tsc_write_lock);
	clock->had_master = ka->use_master_clock;
	clock->master_ns = master_ns(ka);
	raw_spin_unlock_irq(&ka->tsc_write_lock);
	clock->floor_ns = highest_ns(kvm, clock->master_ns + ka->kvmclock_offset + LONGEST_HOLD_NS);
}

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

static void prepare(struct hv_reenlightenment_subscriber *s)
{
	static struct cpumask cpus;
	struct vm_evmcs *vm;

	mutex_lock(&vms_lock);
	gate_close();
	cpumask_clear(&cpus);
	list_for_each_entry(vm, &vms, clock.link)
		add_guest_cpus(&vm->kvm, &cpus);
	gate_drain(&cpus);
	before = moment_now();
	list_for_each_entry(vm, &vms, clock.link)
		note_clock(&vm->kvm);
	mutex_unlock(&vms_lock);
}

/* Rounded up: kvm.ko computes the guest's frequency back from the ratio, and cuts off. */
static u64 scaling_ratio(struct kvm_vcpu *vcpu)
{
	unsigned int bits = kvm_caps.tsc_scaling_ratio_frac_bits;
	u64 ratio;

	if (!kvm_caps.has_tsc_control)
		return kvm_caps.default_tsc_scaling_ratio;
	ratio = mul_u64_u64_div_u64(1ull << bits, vcpu->arch.virtual_tsc_khz, tsc_khz);
	if (mul_u64_u64_shr(tsc_khz, ratio, bits) < vcpu->arch.virtual_tsc_khz)
		ratio++;
	return ratio;
}

/* Only kvm.ko's idea of it: each vCPU takes it into its VMCS itself. */
static void move_tsc(struct kvm_vcpu *vcpu, const struct moment *after)
{
	struct kvm_arch *ka = &vcpu->kvm->arch;
	bool matched = vcpu->arch.this_tsc_generation == ka->cur_tsc_generation;
	u64 tsc = kvm_read_l1_tsc(vcpu, before.tsc);
	u64 ratio = scaling_ratio(vcpu);

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
	/* Else kvm.ko finds the TSC running backwards when a CPU comes online. */
	if (vcpu->arch.last_host_tsc)
		vcpu->arch.last_host_tsc = after->tsc;
}

static void move_clocks(struct kvm *kvm, const struct moment *after)
{
	struct vm_clock *clock = &to_vm(kvm)->clock;
	struct kvm_arch *ka = &kvm->arch;
	struct kvm_vcpu *vcpu;
	unsigned long i;

	raw_spin_lock_irq(&ka->tsc_write_lock);
	write_seqcount_begin(&ka->pvclock_sc);
	kvm_for_each_vcpu(i, vcpu, kvm)
		move_tsc(vcpu, after);
	if (clock->had_master) {
		ka->master_kernel_ns = clock->master_ns - REFERENCE_ERROR_NS +
				       (after->reference - before.reference) * REFERENCE_NS;
		ka->master_cycle_now = after->tsc;
	}
	write_seqcount_end(&ka->pvclock_sc);
	raw_spin_unlock_irq(&ka->tsc_write_lock);
}

/* ns = ((ticks << shift) * mul) >> 32, with mul between 2^31 and 2^32; asm/pvclock-abi.h. */
static void set_pvclock_rate(struct pvclock_vcpu_time_info *clock, u64 hz)
{
	unsigned int up = 0, down = 0;

	while (hz << up <= NSEC_PER_SEC)
		up++;
	while (hz >> down > 2 * NSEC_PER_SEC)
		down++;
	clock->tsc_shift = up - down;
	clock->tsc_to_system_mul = mul_u64_u64_div_u64(NSEC_PER_SEC << 32, 1ull << down, hz << up);
}

static u64 guest_hz(struct kvm_vcpu *vcpu)
{
	return mul_u64_u64_shr(tsc_khz, vcpu->arch.l1_tsc_scaling_ratio,
			       kvm_caps.tsc_scaling_ratio_frac_bits) * MSEC_PER_SEC;
}

/*
 * In place of a vCPU that may not run for a while, but whose pvclock the others read: its TSC has
 * another frequency now. Without the vCPU the page cannot be found again if kvm.ko has lost it.
 */
static void write_pvclock(struct kvm_vcpu *vcpu)
{
	struct gfn_to_pfn_cache *page = &vcpu->arch.pv_time;
	const struct kvm_arch *ka = &vcpu->kvm->arch;
	struct pvclock_vcpu_time_info *clock;
	unsigned long flags;

	read_lock_irqsave(&page->lock, flags);
	if (page->active && page->valid && page->khva) {
		clock = page->khva;
		clock->version = (clock->version + 1) | 1;
		smp_wmb();	/* readers see an odd version, or nothing that has changed */
		clock->tsc_timestamp = kvm_read_l1_tsc(vcpu, ka->master_cycle_now);
		clock->system_time = ka->master_kernel_ns + ka->kvmclock_offset;
		set_pvclock_rate(clock, guest_hz(vcpu));
		smp_wmb();	/* ... and all of it with an even one */
		clock->version++;
	}
	read_unlock_irqrestore(&page->lock, flags);
}

static void move_vm(struct kvm *kvm, const struct moment *after)
{
	struct kvm_vcpu *vcpu;
	unsigned long i;

	move_clocks(kvm, after);
	if (to_vm(kvm)->clock.had_master)
		kvm_for_each_vcpu(i, vcpu, kvm)
			write_pvclock(vcpu);
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
		move_vm(&vm->kvm, &after);
	mutex_unlock(&vms_lock);
	opened = jiffies;
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

/*
 * A guest reads the pvclocks of all its vCPUs (its vDSO that of the first one), and a vCPU in
 * kvm.ko may just now be writing one from values of before the change, or of both times. It writes
 * another before it enters. One that is asleep or in user space has nothing to write.
 */
static bool others_ready(struct kvm_vcpu *vcpu, unsigned int turn)
{
	struct vm_clock *clock = &to_vm(vcpu->kvm)->clock;
	struct kvm_vcpu *other;
	unsigned long i;

	if (READ_ONCE(clock->ready) == turn)
		return true;
	kvm_for_each_vcpu(i, other, vcpu->kvm)
		if (READ_ONCE(to_evmcs_vcpu(other)->clock.ready) != turn &&
		    READ_ONCE(other->wants_to_run) && !READ_ONCE(other->stat.generic.blocking) &&
		    time_before(jiffies, opened + LONGEST_HOLD))
			return false;
	WRITE_ONCE(clock->ready, turn);
	return true;
}

/* The gate is open: of two attempts to enter the first sends the vCPU back for its pvclock. */
static bool may_enter(struct kvm_vcpu *vcpu, unsigned int turn)
{
	struct vcpu_clock *clock = &to_evmcs_vcpu(vcpu)->clock;

	clock->early = false;
	if (clock->updating != turn) {
		if (kvm_caps.has_tsc_control)
			msr_write_tsc_multiplier(vcpu);
		msr_write_tsc_offset(vcpu);
		kvm_make_request(KVM_REQ_CLOCK_UPDATE, vcpu);
		clock->updating = turn;
		return false;
	}
	WRITE_ONCE(clock->ready, turn);
	clock->early = is_behind(vcpu) || !others_ready(vcpu, turn);
	return !clock->early;
}

/**
 * clock_before_entry - may the vCPU enter?
 * @vcpu: the vCPU; interrupts off
 *
 * After each change of the TSC a vCPU goes back to kvm.ko once, for its pvclock, and then again
 * until the clocks of all vCPUs are ready and show no less than before.
 *
 * Return: false if it has to go back; see clock_wait().
 */
bool clock_before_entry(struct kvm_vcpu *vcpu)
{
	struct vcpu_clock *clock = &to_evmcs_vcpu(vcpu)->clock;
	unsigned int turn = smp_load_acquire(&gate_turn); /* pairs with gate_open() */

	if (likely(clock->entered == turn))
		return true;
	if (turn & 1 || !may_enter(vcpu, turn))
		return false;
	clock->entered = turn;
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
