// SPDX-License-Identifier: GPL-2.0
/*
 * segments.c - segment and descriptor-table registers, as the guest and as the VMM see them
 */
#include "machine32.h"
#include "test.h"

/* segments_code.S */
extern const char segments_limits[], segments_beyond_limit[], segments_below_expand_down[],
	segments_null_selector[], segments_read_only[], segments_read_exec_only[],
	segments_absent[], segments_absent_ss[], segments_code_ss[], segments_null_ss[],
	segments_empty[], segments_beyond_gdt[];

static void limits(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	unsigned int i = 0;

	machine_start32(vcpu, segments_limits, PAGING_OFF);
	run_to_done(vcpu);
	trap32_check(vcpu, i++, GP_VECTOR, 0, segments_beyond_limit);
	trap32_check(vcpu, i++, GP_VECTOR, 0, segments_below_expand_down);
	trap32_check(vcpu, i++, GP_VECTOR, 0, segments_null_selector);
	trap32_check(vcpu, i++, GP_VECTOR, 0, segments_read_only);
	trap32_check(vcpu, i++, GP_VECTOR, 0, segments_read_exec_only);
	trap32_check(vcpu, i++, NP_VECTOR, SEL_ABSENT, segments_absent);
	trap32_check(vcpu, i++, SS_VECTOR, SEL_ABSENT, segments_absent_ss);
	trap32_check(vcpu, i++, GP_VECTOR, SEL_CODE32, segments_code_ss);
	trap32_check(vcpu, i++, GP_VECTOR, 0, segments_null_ss);
	trap32_check(vcpu, i++, GP_VECTOR, 0xff8, segments_empty);
	trap32_check(vcpu, i++, GP_VECTOR, 0x1000, segments_beyond_gdt);
	CHECK_EQ(IN_GUEST(vcpu, trap32_count), i);
}

/* SS is used by the handler's frame too, so #SS is looked at from 64-bit code: exceptions.c. */

static int same_segment(const struct kvm_segment *a, const struct kvm_segment *b)
{
	return a->base == b->base && a->limit == b->limit && a->selector == b->selector &&
	       a->type == b->type && a->present == b->present && a->dpl == b->dpl &&
	       a->db == b->db && a->s == b->s && a->l == b->l && a->g == b->g &&
	       a->avl == b->avl && a->unusable == b->unusable;
}

static void check_segment(const char *name, const struct kvm_segment *got,
			  const struct kvm_segment *want)
{
	if (!same_segment(got, want))
		test_fail("%s: %x:%llx+%x type %x s %u dpl %u p %u l %u db %u g %u avl %u un %u",
			  name, got->selector, (unsigned long long)got->base, got->limit,
			  got->type, got->s, got->dpl, got->present, got->l, got->db, got->g,
			  got->avl, got->unusable);
}

#define CHECK_SEGMENT(a, b, segment)	check_segment(#segment, &(a).segment, &(b).segment)

static void check_sregs(const struct kvm_sregs *got, const struct kvm_sregs *want)
{
	CHECK_SEGMENT(*got, *want, cs);
	CHECK_SEGMENT(*got, *want, ds);
	CHECK_SEGMENT(*got, *want, es);
	CHECK_SEGMENT(*got, *want, fs);
	CHECK_SEGMENT(*got, *want, gs);
	CHECK_SEGMENT(*got, *want, ss);
	CHECK_SEGMENT(*got, *want, tr);
	CHECK_SEGMENT(*got, *want, ldt);
	CHECK_EQ(got->gdt.base, want->gdt.base);
	CHECK_EQ(got->gdt.limit, want->gdt.limit);
	CHECK_EQ(got->idt.base, want->idt.base);
	CHECK_EQ(got->idt.limit, want->idt.limit);
	CHECK_EQ(got->cr0, want->cr0);
	CHECK_EQ(got->cr2, want->cr2);
	CHECK_EQ(got->cr3, want->cr3);
	CHECK_EQ(got->cr4, want->cr4);
	CHECK_EQ(got->cr8, want->cr8);
	CHECK_EQ(got->efer, want->efer);
}

static GUEST void nothing_guest(void)
{
}

static void set_get(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_sregs want, got;

	machine_start64(vcpu, nothing_guest);
	want = get_sregs(vcpu);
	want.ds = (struct kvm_segment){
		.base = 0x12345, .limit = 0xfffff, .selector = 0x2b, .type = 0x5, .present = 1,
		.dpl = 3, .s = 1, .avl = 1,
	};
	/* KVM marks every segment as accessed. */
	want.es = (struct kvm_segment){ .selector = 3, .type = 1, .limit = 0xffff, .unusable = 1 };
	want.fs.base = 0xffff888012345678;
	want.gs.base = 0x00007fff12345678;
	want.gs.limit = 0xabcde;
	want.gs.g = 0;
	want.ldt = (struct kvm_segment){
		.base = 0xffffffff81000000, .limit = 0xfff, .selector = SEL_LDT, .type = 2,
		.present = 1,
	};
	want.tr.base = 0xffffffff82003000;
	want.tr.limit = 0x2067;
	want.gdt = (struct kvm_dtable){ .base = 0xffffffff83001000, .limit = 0x7f };
	want.idt = (struct kvm_dtable){ .base = 0xffffffff84002000, .limit = 0xfff };
	want.cr2 = 0xdeadbeefcafe;
	want.cr8 = 5;
	set_sregs(vcpu, want);
	got = get_sregs(vcpu);
	check_sregs(&got, &want);

	/* And once more after the vCPU was in the guest. */
	machine_start64(vcpu, nothing_guest);
	want = get_sregs(vcpu);
	want.fs.base = 0xffff888012345678;
	want.gs.base = 0x00007fff12345678;
	want.cr2 = 0xdeadbeefcafe;
	want.cr8 = 5;
	want.es = (struct kvm_segment){ .selector = 3, .unusable = 1 };
	vcpu->run->cr8 = 5;	/* without an APIC in the kernel KVM_RUN takes it here */
	set_sregs(vcpu, want);
	run_to_done(vcpu);
	got = get_sregs(vcpu);
	/* An exit leaves the rest of an unusable register undefined: SDM 3C, 28.3.2. */
	CHECK_EQ(got.es.selector, 3);
	CHECK_EQ(got.es.unusable, 1);
	want.es = got.es;
	check_sregs(&got, &want);
}

struct table {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static struct table set_gdtr GUEST_DATA = { 0x3ff, GUEST_GDT };
static struct table set_idtr GUEST_DATA = { 0x7ff, GUEST_IDT };

static GUEST void guest_writes_guest(void)
{
	asm volatile("lgdt %0" : : "m"(set_gdtr));
	asm volatile("lidt %0" : : "m"(set_idtr));
	asm volatile("lldt %w0" : : "r"(SEL_LDT));
	*(volatile uint8_t *)(GUEST_GDT + SEL_TSS + 16 + 5) = 0x89;	/* vCPU 1's TSS */
	asm volatile("ltr %w0" : : "r"(SEL_TSS + 16));
	asm volatile("mov %0, %%ds" : : "r"(SEL_USER_DATA));
	asm volatile("mov %0, %%es" : : "r"(0));
	asm volatile("mov %0, %%fs" : : "r"(SEL_SMALL));
	wrmsr(MSR_GS_BASE, 0xffff800000001000);
}

static void guest_writes(void)
{
	struct l2_vcpu *vcpu = machine_run64(0, guest_writes_guest);
	struct kvm_sregs sregs = get_sregs(vcpu);
	const struct kvm_segment ds = {
		.limit = 0xffffffff, .selector = SEL_USER_DATA, .type = 3, .present = 1, .dpl = 3,
		.db = 1, .s = 1, .g = 1,
	};
	const struct kvm_segment fs = {
		.base = GUEST_SCRATCH, .limit = 0xfff, .selector = SEL_SMALL, .type = 3,
		.present = 1, .db = 1, .s = 1,
	};
	const struct kvm_segment ldt = {
		.base = GUEST_GDT + 0x800, .limit = 0x7ff, .selector = SEL_LDT, .type = 2,
		.present = 1,
	};
	const struct kvm_segment tr = {
		.base = GUEST_TSS + 256, .limit = 0x67, .selector = SEL_TSS + 16, .type = 11,
		.present = 1,
	};

	CHECK_EQ(sregs.gdt.base, GUEST_GDT);
	CHECK_EQ(sregs.gdt.limit, 0x3ff);
	CHECK_EQ(sregs.idt.base, GUEST_IDT);
	CHECK_EQ(sregs.idt.limit, 0x7ff);
	CHECK(same_segment(&sregs.ds, &ds));
	CHECK(same_segment(&sregs.fs, &fs));
	CHECK(same_segment(&sregs.ldt, &ldt));
	CHECK(same_segment(&sregs.tr, &tr));
	CHECK_EQ(sregs.es.selector, 0);
	CHECK_EQ(sregs.es.unusable, 1);
	CHECK_EQ(sregs.gs.base, 0xffff800000001000);
	/* LTR marked the descriptor busy. */
	CHECK_EQ(*(uint8_t *)guest_pointer(vcpu, GUEST_GDT + SEL_TSS + 16 + 5, 1), 0x8b);
}

static GUEST void vmm_writes_guest(void)
{
	struct table table = { 0 };
	uint16_t selector = 0;
	uint64_t base;

	guest_sync(1);
	asm volatile("sgdt %0" : "=m"(table));
	GUEST_EQ(table.base, 0xffff888000001000);
	GUEST_EQ(table.limit, 0x7f);
	asm volatile("sidt %0" : "=m"(table));
	GUEST_EQ(table.base, 0xffff888000002000);
	GUEST_EQ(table.limit, 0x1ff);
	asm volatile("sldt %0" : "=m"(selector));
	GUEST_EQ(selector, SEL_LDT);
	asm volatile("str %0" : "=m"(selector));
	GUEST_EQ(selector, SEL_TSS + 32);
	asm volatile("mov %%ds, %0" : "=m"(selector));
	GUEST_EQ(selector, SEL_USER_DATA | 3);
	asm volatile("mov %%gs, %0" : "=m"(selector));
	GUEST_EQ(selector, SEL_SMALL);
	asm volatile("mov %%gs:0, %0" : "=r"(base));
	GUEST_EQ(base, 0x1122334455667788);
	GUEST_EQ(rdmsr(MSR_FS_BASE), 0x7ffffffff000);
	GUEST_EQ(rdmsr(MSR_GS_BASE), GUEST_SCRATCH + 0x100);
}

static void vmm_writes(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_sregs sregs;

	*(uint64_t *)guest_pointer(vcpu, GUEST_SCRATCH + 0x100, 8) = 0x1122334455667788;
	machine_start64(vcpu, vmm_writes_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	sregs = get_sregs(vcpu);
	sregs.gdt = (struct kvm_dtable){ .base = 0xffff888000001000, .limit = 0x7f };
	sregs.idt = (struct kvm_dtable){ .base = 0xffff888000002000, .limit = 0x1ff };
	sregs.ldt = (struct kvm_segment){
		.base = GUEST_GDT + 0x800, .limit = 0x7ff, .selector = SEL_LDT, .type = 2,
		.present = 1,
	};
	sregs.tr.selector = SEL_TSS + 32;
	sregs.ds.selector = SEL_USER_DATA | 3;
	sregs.ds.dpl = 3;
	sregs.fs.base = 0x7ffffffff000;
	sregs.gs.selector = SEL_SMALL;
	sregs.gs.base = GUEST_SCRATCH + 0x100;
	set_sregs(vcpu, sregs);
	run_to_done(vcpu);
}

const struct test segments_tests[] = {
	{ "segments/limits", "limits, types and null selectors in 32-bit code", limits },
	{ "segments/set-get", "KVM_GET_SREGS gives what KVM_SET_SREGS set", set_get },
	{ "segments/guest-writes", "LGDT, LIDT, LLDT, LTR, MOV to Sreg, seen by the VMM",
	  guest_writes },
	{ "segments/vmm-writes", "the same set by the VMM, seen by the guest", vmm_writes },
	{ }
};
