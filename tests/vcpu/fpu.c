// SPDX-License-Identifier: GPL-2.0
/*
 * fpu.c - x87, SSE and extended state: whose is in the registers
 */
#include <stdlib.h>

#include "test.h"

#define AREA	(GUEST_SCRATCH + 0x8000)	/* an XSAVE area of up to 4 pages */

static inline uint64_t xgetbv(void)
{
	uint32_t low, high;

	asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0) : "memory");
	return (uint64_t)high << 32 | low;
}

static inline void xsetbv_try(uint32_t index, uint64_t value)
{
	asm volatile(TRY("xsetbv") : : "c"(index), "a"((uint32_t)value),
		     "d"((uint32_t)(value >> 32)) : "r11", "memory");
}

static GUEST void sse_guest(void)
{
	uint64_t value;
	uint16_t word;
	uint32_t mxcsr = 0x1f80 | 0x6000;

	asm volatile("movq %0, %%xmm0; movq %0, %%xmm15" : : "r"(0x1122334455667788));
	asm volatile("fninit; fld1; fldpi");
	asm volatile("ldmxcsr %0" : : "m"(mxcsr));
	guest_sync(1);
	asm volatile("movq %%xmm0, %0" : "=r"(value));
	GUEST_EQ(value, 0x1122334455667788);
	asm volatile("movq %%xmm15, %0" : "=r"(value));
	GUEST_EQ(value, 0x1122334455667788);
	asm volatile("stmxcsr %0" : "=m"(mxcsr));
	GUEST_EQ(mxcsr, 0x7f80);
	asm volatile("fnstsw %0" : "=m"(word));
	GUEST_EQ(word >> 11 & 7, 6);			/* two on the stack */
	guest_sync(2);					/* the VMM sets XMM0 and FCW */
	asm volatile("movq %%xmm0, %0" : "=r"(value));
	GUEST_EQ(value, 0xaabbccddeeff0011);
	asm volatile("fnstcw %0" : "=m"(word));
	GUEST_EQ(word, 0x27f);
}

/* The host uses the registers in between, as any program does. */
static void sse(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_fpu fpu;
	uint64_t low;

	machine_start64(vcpu, sse_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	asm volatile("pxor %xmm0, %xmm0; pxor %xmm15, %xmm15; fninit");
	IOCTL(vcpu->fd, KVM_GET_FPU, &fpu);
	memcpy(&low, fpu.xmm[0], 8);
	CHECK_EQ(low, 0x1122334455667788);
	CHECK_EQ(run_to_sync(vcpu), 2);
	low = 0xaabbccddeeff0011;
	memcpy(fpu.xmm[0], &low, 8);
	fpu.fcw = 0x27f;
	IOCTL(vcpu->fd, KVM_SET_FPU, &fpu);
	run_to_done(vcpu);
	asm volatile("movq %%xmm0, %0" : "=r"(low));
	CHECK_EQ(low, 0);
}

static uint64_t offered_xcr0 GUEST_DATA;

static GUEST void xcr0_guest(void)
{
	const uint64_t all = offered_xcr0;
	unsigned int bit;

	asm volatile(TRY("xgetbv") : : "c"(0) : "r11", "rax", "rdx", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	xsetbv_try(0, 1);
	EXPECT_TRAP(UD_VECTOR, 0);
	write_cr4(read_cr4() | CR4_OSXSAVE);
	GUEST_EQ(xgetbv(), 1);
	xsetbv_try(0, all);
	EXPECT_NO_TRAP();
	GUEST_EQ(xgetbv(), all);
	guest_sync(1);
	GUEST_EQ(xgetbv(), all);
	xsetbv_try(0, all & ~1ULL);			/* x87 is not to be left out */
	EXPECT_TRAP(GP_VECTOR, 0);
	xsetbv_try(0, 5);				/* AVX without SSE */
	EXPECT_TRAP(GP_VECTOR, 0);
	xsetbv_try(1, 1);
	EXPECT_TRAP(GP_VECTOR, 0);
	for (bit = 0; bit < 64; bit++) {
		if (all >> bit & 1)
			continue;
		xsetbv_try(0, all | 1ULL << bit);
		EXPECT_TRAP(GP_VECTOR, 0);
	}
	GUEST_EQ(xgetbv(), all);
	xsetbv_try(0, 3);
	EXPECT_NO_TRAP();
	guest_sync(2);
	GUEST_EQ(xgetbv(), 1);				/* the test set it */
	asm volatile(TRY("vzeroall") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

static uint64_t get_xcr0(struct l2_vcpu *vcpu)
{
	struct kvm_xcrs xcrs;

	IOCTL(vcpu->fd, KVM_GET_XCRS, &xcrs);
	CHECK_EQ(xcrs.nr_xcrs, 1);
	return xcrs.xcrs[0].value;
}

static void xsave_offered(void)
{
	if (!OFFERED(1, 0, ECX, 26))
		test_skip("no XSAVE");
}

static void xcr0(void)
{
	struct kvm_xcrs xcrs = { .nr_xcrs = 1, .xcrs[0].value = 1 };
	struct l2_vcpu *vcpu;

	xsave_offered();
	vcpu = machine_new(0);
	IN_GUEST(vcpu, offered_xcr0) = cpuid_offered(0xd, 0, EAX);
	machine_start64(vcpu, xcr0_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(get_xcr0(vcpu), cpuid_offered(0xd, 0, EAX));
	CHECK_EQ(run_to_sync(vcpu), 2);
	CHECK_EQ(get_xcr0(vcpu), 3);
	IOCTL(vcpu->fd, KVM_SET_XCRS, &xcrs);
	run_to_done(vcpu);
}

static GUEST void avx_guest(void)
{
	static uint64_t in[4] GUEST_DATA = { 0x1111, 0x2222, 0x3333, 0x4444 };
	static uint64_t out[4] GUEST_DATA;
	unsigned int i;

	write_cr4(read_cr4() | CR4_OSXSAVE);
	xsetbv_try(0, 7);
	EXPECT_NO_TRAP();
	asm volatile("vmovdqu %0, %%ymm9" : : "m"(in));
	guest_sync(1);
	asm volatile("vmovdqu %%ymm9, %0" : "=m"(out));
	for (i = 0; i < 4; i++)
		GUEST_EQ(out[i], in[i]);
	/* Without AVX in XCR0 the VMM still sees the upper halves. */
	xsetbv_try(0, 3);
	guest_sync(2);
	xsetbv_try(0, 7);
	asm volatile("vmovdqu %%ymm9, %0" : "=m"(out));
	for (i = 0; i < 4; i++)
		GUEST_EQ(out[i], in[i]);
}

/* KVM_GET_XSAVE2: the upper half of YMM9 */
static uint64_t ymm9_high(struct l2_vcpu *vcpu)
{
	int size = cap(vcpu->l2->vm_fd, KVM_CAP_XSAVE2);
	struct kvm_xsave *xsave;
	uint64_t value;

	if (size < (int)sizeof(*xsave))
		size = sizeof(*xsave);
	xsave = calloc(1, size);
	CHECK(xsave);
	IOCTL(vcpu->fd, KVM_GET_XSAVE2, xsave);
	memcpy(&value, (char *)xsave + cpuid_offered(0xd, 2, EBX) + 9 * 16, sizeof(value));
	free(xsave);
	return value;
}

static void avx(void)
{
	struct l2_vcpu *vcpu;
	uint64_t ymm[4] = { 5, 6, 7, 8 };

	xsave_offered();
	if (!OFFERED(1, 0, ECX, 28))
		test_skip("no AVX");
	vcpu = machine_new(0);
	machine_start64(vcpu, avx_guest);
	asm volatile("vmovdqu %0, %%ymm9" : : "m"(ymm));
	CHECK_EQ(run_to_sync(vcpu), 1);
	asm volatile("vmovdqu %%ymm9, %0" : "=m"(ymm));
	CHECK(ymm[0] == 5 && ymm[3] == 8);
	CHECK_EQ(ymm9_high(vcpu), 0x3333);
	CHECK_EQ(run_to_sync(vcpu), 2);
	asm volatile("vmovdqu %%ymm9, %0" : "=m"(ymm));
	CHECK(ymm[0] == 5 && ymm[3] == 8);
	CHECK_EQ(ymm9_high(vcpu), 0x3333);
	run_to_done(vcpu);
}

static inline void xsave(uint64_t mask)
{
	asm volatile("xsave (%0)" : : "r"((uint64_t)AREA), "a"((uint32_t)mask),
		     "d"((uint32_t)(mask >> 32)) : "memory");
}

static inline void xrstor_try(uint64_t mask)
{
	asm volatile(TRY("xrstor (%0)") : : "r"((uint64_t)AREA), "a"((uint32_t)mask),
		     "d"((uint32_t)(mask >> 32)) : "r11", "memory");
}

static GUEST void xsave_guest(void)
{
	uint64_t value = 0x77;

	asm volatile(TRY("xsave (%0)") : : "r"((uint64_t)AREA), "a"(3), "d"(0) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	write_cr4(read_cr4() | CR4_OSXSAVE);
	xsetbv_try(0, 3);
	asm volatile("movq %0, %%xmm3" : : "r"(value));
	xsave(3);
	asm volatile("pxor %xmm3, %xmm3");
	xrstor_try(3);
	EXPECT_NO_TRAP();
	asm volatile("movq %%xmm3, %0" : "=r"(value));
	GUEST_EQ(value, 0x77);
	write8(AREA + 512, 1ULL << 60);		/* a component that is not there */
	xrstor_try(3);
	EXPECT_TRAP(GP_VECTOR, 0);
}

static void xsave_xrstor(void)
{
	xsave_offered();
	machine_run64(0, xsave_guest);
}

static GUEST void xsaves_guest(void)
{
	uint64_t value = 0x99;

	write_cr4(read_cr4() | CR4_OSXSAVE);
	xsetbv_try(0, 3);
	GUEST_EQ(rdmsr(MSR_XSS), 0);
	wrmsr_try(MSR_XSS, 1ULL << 8);			/* nothing is supported */
	EXPECT_TRAP(GP_VECTOR, 0);
	wrmsr(MSR_XSS, 0);
	asm volatile("movq %0, %%xmm3" : : "r"(value));
	asm volatile(TRY("xsaves (%0)") : : "r"((uint64_t)AREA), "a"(3), "d"(0) : "r11", "memory");
	EXPECT_NO_TRAP();
	asm volatile("pxor %xmm3, %xmm3");
	asm volatile(TRY("xrstors (%0)") : : "r"((uint64_t)AREA), "a"(3), "d"(0) :
		     "r11", "memory");
	EXPECT_NO_TRAP();
	asm volatile("movq %%xmm3, %0" : "=r"(value));
	GUEST_EQ(value, 0x99);
}

static void xsaves(void)
{
	xsave_offered();
	if (!OFFERED(0xd, 1, EAX, 3))
		test_skip("no XSAVES");
	machine_run64(0, xsaves_guest);
}

static GUEST void no_xsaves_guest(void)
{
	write_cr4(read_cr4() | CR4_OSXSAVE);
	asm volatile(TRY("xsaves (%0)") : : "r"((uint64_t)AREA), "a"(3), "d"(0) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

/* A guest whose CPUID has no XSAVES; the CPU has it. */
static void no_xsaves(void)
{
	struct l2_vcpu *vcpu;

	xsave_offered();
	if (!OFFERED(0xd, 1, EAX, 3))
		test_skip("no XSAVES");
	vcpu = machine_new(0);
	machine_without(vcpu, 0xd, 1, EAX, 1u << 3);
	machine_start64(vcpu, no_xsaves_guest);
	run_to_done(vcpu);
}

static GUEST void no_xsave_guest(void)
{
	asm volatile(TRY("mov %0, %%cr4") : : "r"(read_cr4() | CR4_OSXSAVE) : "r11", "memory");
	EXPECT_TRAP(GP_VECTOR, 0);
	xsetbv_try(0, 1);
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("xsave (%0)") : : "r"((uint64_t)AREA), "a"(3), "d"(0) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vzeroall") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

/* A guest whose CPUID has no XSAVE */
static void no_xsave(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_without(vcpu, 1, 0, ECX, 1u << 26 | 1u << 28);
	machine_start64(vcpu, no_xsave_guest);
	run_to_done(vcpu);
}

const struct test fpu_tests[] = {
	{ "fpu/sse", "x87 and SSE state is the guest's own, and KVM_GET/SET_FPU", sse },
	{ "fpu/no-xsave", "without XSAVE in CPUID: CR4.OSXSAVE is #GP, the rest #UD", no_xsave },
	{ "fpu/xcr0", "XSETBV, XGETBV, KVM_GET/SET_XCRS; what XCR0 may hold", xcr0 },
	{ "fpu/avx", "AVX state of guest and VMM do not mix", avx },
	{ "fpu/xsave", "XSAVE and XRSTOR", xsave_xrstor },
	{ "fpu/xsaves", "XSAVES, XRSTORS and IA32_XSS", xsaves },
	{ "fpu/no-xsaves", "without XSAVES in CPUID: #UD, though the CPU has it", no_xsaves },
	{ }
};
