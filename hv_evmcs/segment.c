// SPDX-License-Identifier: GPL-2.0
/*
 * Segment and descriptor-table registers, and addresses made with them. Hooks of
 * kvm.ko: the vCPU is loaded.
 */
#include <linux/kvm_host.h>
#include <asm/page_types.h>
#include <asm/processor-flags.h>

#include "regs.h"
#include "segment.h"

#define SEG_TYPE		GENMASK(3, 0)
#define SEG_S		BIT(4)
#define SEG_DPL_SHIFT	5
#define SEG_P		BIT(7)
#define SEG_AVL		BIT(12)
#define SEG_L		BIT(13)
#define SEG_DB		BIT(14)
#define SEG_G		BIT(15)
#define SEG_UNUSABLE	BIT(16)

#define FLAG(ar, bit)	(!!((ar) & (bit)))

/* The four fields of each register, in the order of VCPU_SREG_*. */
#define FOR_EACH_SEGMENT(S)							\
	S(VCPU_SREG_ES, es) S(VCPU_SREG_CS, cs) S(VCPU_SREG_SS, ss) S(VCPU_SREG_DS, ds) \
	S(VCPU_SREG_FS, fs) S(VCPU_SREG_GS, gs) S(VCPU_SREG_TR, tr) S(VCPU_SREG_LDTR, ldtr)

struct segment_fields {
	u16 selector;
	u32 limit;
	u32 ar;
	u64 base;
};

static void fields_read(struct hv_enlightened_vmcs *evmcs, int seg, struct segment_fields *f)
{
	switch (seg) {
#define GET(SEG, s)								\
	case SEG:								\
		f->selector = evmcs_read16(evmcs, guest_##s##_selector);	\
		f->limit = evmcs_read32(evmcs, guest_##s##_limit);		\
		f->ar = evmcs_read32(evmcs, guest_##s##_ar_bytes);		\
		f->base = evmcs_read64(evmcs, guest_##s##_base);		\
		break;
	FOR_EACH_SEGMENT(GET)
#undef GET
	}
}

static void fields_write(struct hv_enlightened_vmcs *evmcs, int seg,
			 const struct segment_fields *f)
{
	switch (seg) {
#define SET(SEG, s)								\
	case SEG:								\
		evmcs_write16(evmcs, guest_##s##_selector, f->selector);	\
		evmcs_write32(evmcs, guest_##s##_limit, f->limit);		\
		evmcs_write32(evmcs, guest_##s##_ar_bytes, f->ar);		\
		evmcs_write64(evmcs, guest_##s##_base, f->base);		\
		break;
	FOR_EACH_SEGMENT(SET)
#undef SET
	}
}

/**
 * segment_get - read a segment register
 * @vcpu: the vCPU
 * @var: filled in
 * @seg: VCPU_SREG_*
 *
 * A usable segment is always present to VMX, so "present" mends VMMs that drop
 * "unusable" when they save and restore.
 */
void segment_get(struct kvm_vcpu *vcpu, struct kvm_segment *var, int seg)
{
	struct segment_fields f = { };

	fields_read(vcpu_evmcs_page(vcpu), seg, &f);
	var->base = f.base;
	var->limit = f.limit;
	var->selector = f.selector;
	var->type = f.ar & SEG_TYPE;
	var->s = FLAG(f.ar, SEG_S);
	var->dpl = f.ar >> SEG_DPL_SHIFT & 3;
	var->avl = FLAG(f.ar, SEG_AVL);
	var->l = FLAG(f.ar, SEG_L);
	var->db = FLAG(f.ar, SEG_DB);
	var->g = FLAG(f.ar, SEG_G);
	var->unusable = FLAG(f.ar, SEG_UNUSABLE);
	var->present = !var->unusable;
}

/**
 * segment_set - write a segment register
 * @vcpu: the vCPU
 * @var: the register; its type is given the accessed bit
 * @seg: VCPU_SREG_*
 *
 * The CPU resets segments with "accessed" set, and unrestricted guests may not
 * run without (SDM 3C, 27.3.1.2); some VMMs leave it out.
 */
void segment_set(struct kvm_vcpu *vcpu, struct kvm_segment *var, int seg)
{
	struct segment_fields f;

	if (seg != VCPU_SREG_LDTR)
		var->type |= 1;
	f.base = var->base;
	f.limit = var->limit;
	f.selector = var->selector;
	f.ar = (var->type & SEG_TYPE) | (var->s & 1 ? SEG_S : 0) |
	       (var->dpl & 3) << SEG_DPL_SHIFT | (var->present & 1 ? SEG_P : 0) |
	       (var->avl & 1 ? SEG_AVL : 0) | (var->l & 1 ? SEG_L : 0) |
	       (var->db & 1 ? SEG_DB : 0) | (var->g & 1 ? SEG_G : 0) |
	       (var->unusable || !var->present ? SEG_UNUSABLE : 0);
	fields_write(vcpu_evmcs_page(vcpu), seg, &f);
}

/**
 * segment_get_base - base of a segment register
 * @vcpu: the vCPU
 * @seg: VCPU_SREG_*
 *
 * Return: a linear address.
 */
u64 segment_get_base(struct kvm_vcpu *vcpu, int seg)
{
	struct segment_fields f = { };

	fields_read(vcpu_evmcs_page(vcpu), seg, &f);
	return f.base;
}

/**
 * segment_get_cpl - the guest's current privilege level
 * @vcpu: the vCPU
 *
 * Return: 0 to 3.
 */
int segment_get_cpl(struct kvm_vcpu *vcpu)
{
	return guest_cpl(vcpu);
}

/**
 * segment_get_cs_db_l - default operand size and 64-bit flag of CS
 * @vcpu: the vCPU
 * @db: CS.D
 * @l: CS.L
 */
void segment_get_cs_db_l(struct kvm_vcpu *vcpu, int *db, int *l)
{
	u32 ar = evmcs_read32(vcpu_evmcs_page(vcpu), guest_cs_ar_bytes);

	*db = FLAG(ar, SEG_DB);
	*l = FLAG(ar, SEG_L);
}

/**
 * segment_get_idt - read IDTR
 * @vcpu: the vCPU
 * @dt: filled in
 */
void segment_get_idt(struct kvm_vcpu *vcpu, struct desc_ptr *dt)
{
	dt->size = evmcs_read32(vcpu_evmcs_page(vcpu), guest_idtr_limit);
	dt->address = evmcs_read64(vcpu_evmcs_page(vcpu), guest_idtr_base);
}

/**
 * segment_set_idt - write IDTR
 * @vcpu: the vCPU
 * @dt: the new value
 */
void segment_set_idt(struct kvm_vcpu *vcpu, struct desc_ptr *dt)
{
	evmcs_write32(vcpu_evmcs_page(vcpu), guest_idtr_limit, dt->size);
	evmcs_write64(vcpu_evmcs_page(vcpu), guest_idtr_base, dt->address);
}

/**
 * segment_get_gdt - read GDTR
 * @vcpu: the vCPU
 * @dt: filled in
 */
void segment_get_gdt(struct kvm_vcpu *vcpu, struct desc_ptr *dt)
{
	dt->size = evmcs_read32(vcpu_evmcs_page(vcpu), guest_gdtr_limit);
	dt->address = evmcs_read64(vcpu_evmcs_page(vcpu), guest_gdtr_base);
}

/**
 * segment_set_gdt - write GDTR
 * @vcpu: the vCPU
 * @dt: the new value
 */
void segment_set_gdt(struct kvm_vcpu *vcpu, struct desc_ptr *dt)
{
	evmcs_write32(vcpu_evmcs_page(vcpu), guest_gdtr_limit, dt->size);
	evmcs_write64(vcpu_evmcs_page(vcpu), guest_gdtr_base, dt->address);
}

/**
 * segment_reset - segment and descriptor-table registers after RESET or INIT
 * @vcpu: the vCPU
 *
 * SDM 3A, table 10-1.
 */
void segment_reset(struct kvm_vcpu *vcpu)
{
	struct hv_enlightened_vmcs *evmcs = vcpu_evmcs_page(vcpu);
	const struct segment_fields code = { .selector = 0xf000, .base = 0xffff0000,
					     .limit = 0xffff, .ar = 0x9b };
	const struct segment_fields data = { .limit = 0xffff, .ar = 0x93 };
	const struct segment_fields tr = { .limit = 0xffff, .ar = 0x8b };
	const struct segment_fields ldtr = { .limit = 0xffff, .ar = 0x82 };

	fields_write(evmcs, VCPU_SREG_CS, &code);
	fields_write(evmcs, VCPU_SREG_DS, &data);
	fields_write(evmcs, VCPU_SREG_ES, &data);
	fields_write(evmcs, VCPU_SREG_FS, &data);
	fields_write(evmcs, VCPU_SREG_GS, &data);
	fields_write(evmcs, VCPU_SREG_SS, &data);
	fields_write(evmcs, VCPU_SREG_TR, &tr);
	fields_write(evmcs, VCPU_SREG_LDTR, &ldtr);
	evmcs_write64(evmcs, guest_gdtr_base, 0);
	evmcs_write32(evmcs, guest_gdtr_limit, 0xffff);
	evmcs_write64(evmcs, guest_idtr_base, 0);
	evmcs_write32(evmcs, guest_idtr_limit, 0xffff);
}

/**
 * segment_untag - remove the tag of linear-address masking from an address
 * @vcpu: the vCPU
 * @gva: the address
 * @flags: X86EMUL_F_* of the access
 *
 * Intel's LAM (SDM 1, chapter on linear-address masking): data accesses in 64-bit
 * mode ignore bits 62:48 or 62:57, as CR3 or CR4 say for that half of the address
 * space. Bit 63 is checked as it is.
 *
 * Return: the address without its tag.
 */
gva_t segment_untag(struct kvm_vcpu *vcpu, gva_t gva, unsigned int flags)
{
	unsigned long cr3;
	int top;

	if ((flags & (X86EMUL_F_FETCH | X86EMUL_F_IMPLICIT | X86EMUL_F_INVLPG)) ||
	    !guest_64bit_mode(vcpu))
		return gva;
	if (gva & BIT_ULL(63)) {
		if (!(guest_cr4(vcpu) & X86_CR4_LAM_SUP))
			return gva;
		top = guest_cr4(vcpu) & X86_CR4_LA57 ? 56 : 47;
	} else {
		cr3 = guest_cr3(vcpu);
		if (!test_bit(KVM_GOVERNED_X86_FEATURE_LAM,
			      vcpu->arch.governed_features.enabled) ||
		    !(cr3 & (X86_CR3_LAM_U57 | X86_CR3_LAM_U48)))
			return gva;
		top = cr3 & X86_CR3_LAM_U57 ? 56 : 47;
	}
	return (sign_extend64(gva, top) & ~BIT_ULL(63)) | (gva & BIT_ULL(63));
}
