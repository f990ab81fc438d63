/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a backend needs of kvm.ko that no header package holds. Declared here
 * once, and nowhere else.
 *
 * The symbol versions that kvm_crcs lists change with these types and pin
 * them: the kernel refuses to load the module where they differ. Beside that
 * the build compares each struct below, field by field, with the BTF of the
 * kvm.ko it is for (see Documentation/private-types.rst).
 */
#ifndef HV_EVMCS_KVM_PRIVATE_H
#define HV_EVMCS_KVM_PRIVATE_H

#include <linux/kvm_host.h>
#include <linux/tracepoint.h>
#include <asm/perf_event.h>

struct kvm_caps {
	bool has_tsc_control;
	u32 max_guest_tsc_khz;
	u8 tsc_scaling_ratio_frac_bits;
	u64 max_tsc_scaling_ratio;
	u64 default_tsc_scaling_ratio;
	bool has_bus_lock_exit;
	bool has_notify_vmexit;
	u32 supported_vm_types;
	u64 supported_mce_cap;
	u64 supported_xcr0;
	u64 supported_xss;
	u64 supported_perf_cap;
	u64 supported_quirks;
	u64 inapplicable_quirks;
};

struct kvm_host_values {
	u8 maxphyaddr;
	u64 efer;
	u64 xcr0;
	u64 xss;
	u64 arch_capabilities;
};

struct kvm_pmu_ops {
	struct kvm_pmc *(*rdpmc_ecx_to_pmc)(struct kvm_vcpu *vcpu, unsigned int idx, u64 *mask);
	struct kvm_pmc *(*msr_idx_to_pmc)(struct kvm_vcpu *vcpu, u32 msr);
	int (*check_rdpmc_early)(struct kvm_vcpu *vcpu, unsigned int idx);
	bool (*is_valid_msr)(struct kvm_vcpu *vcpu, u32 msr);
	int (*get_msr)(struct kvm_vcpu *vcpu, struct msr_data *msr_info);
	int (*set_msr)(struct kvm_vcpu *vcpu, struct msr_data *msr_info);
	void (*refresh)(struct kvm_vcpu *vcpu);
	void (*init)(struct kvm_vcpu *vcpu);
	void (*reset)(struct kvm_vcpu *vcpu);
	void (*deliver_pmi)(struct kvm_vcpu *vcpu);
	void (*cleanup)(struct kvm_vcpu *vcpu);
	const u64 EVENTSEL_EVENT;
	const int MAX_NR_GP_COUNTERS;
	const int MIN_NR_GP_COUNTERS;
};

struct kvm_timer {
	struct hrtimer timer;
	s64 period;
	ktime_t target_expiration;
	u32 timer_mode;
	u32 timer_mode_mask;
	u64 tscdeadline;
	u64 expired_tscdeadline;
	u32 timer_advance_ns;
	atomic_t pending;
	bool hv_timer_in_use;
};

struct kvm_io_device {
	const struct kvm_io_device_ops *ops;
};

struct kvm_lapic {
	unsigned long base_address;
	struct kvm_io_device dev;
	struct kvm_timer lapic_timer;
	u32 divide_count;
	struct kvm_vcpu *vcpu;
	bool apicv_active;
	bool sw_enabled;
	bool irr_pending;
	bool lvt0_in_nmi_mode;
	s16 isr_count;
	int highest_isr_cache;
	void *regs;
	gpa_t vapic_addr;
	struct gfn_to_hva_cache vapic_cache;
	unsigned long pending_events;
	unsigned int sipi_vector;
	int nr_lvt_entries;
};

/* Bits of kvm_vcpu_arch.governed_features that this backend grants. */
enum kvm_governed_features {
	KVM_GOVERNED_X86_FEATURE_GBPAGES,
	KVM_GOVERNED_X86_FEATURE_XSAVES,
	KVM_GOVERNED_X86_FEATURE_VMX,
	KVM_GOVERNED_X86_FEATURE_NRIPS,
	KVM_GOVERNED_X86_FEATURE_TSCRATEMSR,
	KVM_GOVERNED_X86_FEATURE_V_VMSAVE_VMLOAD,
	KVM_GOVERNED_X86_FEATURE_LBRV,
	KVM_GOVERNED_X86_FEATURE_PAUSEFILTER,
	KVM_GOVERNED_X86_FEATURE_PFTHRESHOLD,
	KVM_GOVERNED_X86_FEATURE_VGIF,
	KVM_GOVERNED_X86_FEATURE_VNMI,
	KVM_GOVERNED_X86_FEATURE_LAM,
};

enum x86_intercept_stage {
	X86_ICTP_NONE = 0,
	X86_ICPT_PRE_EXCEPT,
	X86_ICPT_POST_EXCEPT,
	X86_ICPT_POST_MEMACCESS,
};

/* Return codes of the MSR hooks beside 0 and 1 (1: #GP unless user space steps in). */
#define KVM_MSR_RET_UNSUPPORTED	2

/* Kinds of access whose addresses carry no tag (get_untagged_addr hook). */
#define X86EMUL_F_FETCH		BIT(1)
#define X86EMUL_F_IMPLICIT	BIT(2)
#define X86EMUL_F_INVLPG	BIT(3)

/* Return codes of the emulator hooks. */
#define X86EMUL_CONTINUE	0
#define X86EMUL_UNHANDLEABLE	1

enum kvm_msr_access {
	MSR_TYPE_R = BIT(0),
	MSR_TYPE_W = BIT(1),
	MSR_TYPE_RW = MSR_TYPE_R | MSR_TYPE_W,
};

extern struct kvm_caps kvm_caps;
extern struct kvm_host_values kvm_host;
extern u32 kvm_cpu_caps[];
extern struct x86_pmu_capability kvm_pmu_cap;
extern bool enable_pmu;
extern bool enable_vmware_backdoor;
DECLARE_STATIC_KEY_FALSE(kvm_has_noapic_vcpu);

void kvm_set_cpu_caps(void);
void kvm_update_cpuid_runtime(struct kvm_vcpu *vcpu);
struct kvm_cpuid_entry2 *kvm_find_cpuid_entry_index(struct kvm_vcpu *vcpu, u32 function,
						    u32 index);
void kvm_mmu_set_ept_masks(bool has_ad_bits, bool has_exec_only);
void kvm_mmu_set_me_spte_mask(u64 me_value, u64 me_mask);
void kvm_apic_update_ppr(struct kvm_vcpu *vcpu);
void kvm_wait_lapic_expire(struct kvm_vcpu *vcpu);
void kvm_deliver_exception_payload(struct kvm_vcpu *vcpu, struct kvm_queued_exception *ex);
int handle_ud(struct kvm_vcpu *vcpu);
fastpath_t handle_fastpath_set_msr_irqoff(struct kvm_vcpu *vcpu);
fastpath_t handle_fastpath_hlt(struct kvm_vcpu *vcpu);
void kvm_load_guest_xsave_state(struct kvm_vcpu *vcpu);
void kvm_load_host_xsave_state(struct kvm_vcpu *vcpu);
int kvm_spec_ctrl_test_value(u64 value);
bool kvm_msr_allowed(struct kvm_vcpu *vcpu, u32 index, u32 type);

DECLARE_TRACE(kvm_entry, TP_PROTO(struct kvm_vcpu *vcpu, bool force_immediate_exit),
	      TP_ARGS(vcpu, force_immediate_exit));
DECLARE_TRACE(kvm_exit, TP_PROTO(struct kvm_vcpu *vcpu, u32 isa), TP_ARGS(vcpu, isa));
DECLARE_TRACE(kvm_page_fault,
	      TP_PROTO(struct kvm_vcpu *vcpu, u64 fault_address, u64 error_code),
	      TP_ARGS(vcpu, fault_address, error_code));
DECLARE_TRACE(kvm_fast_mmio, TP_PROTO(u64 gpa), TP_ARGS(gpa));
DECLARE_TRACE(kvm_inj_virq, TP_PROTO(unsigned int vector, bool soft, bool reinjected),
	      TP_ARGS(vector, soft, reinjected));
DECLARE_TRACE(kvm_cr, TP_PROTO(unsigned int rw, unsigned int cr, unsigned long val),
	      TP_ARGS(rw, cr, val));

/* Second argument of trace_kvm_exit(): how the exit reason is to be decoded. */
#define KVM_ISA_VMX	1

#endif /* HV_EVMCS_KVM_PRIVATE_H */
