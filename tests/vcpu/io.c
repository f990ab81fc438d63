// SPDX-License-Identifier: GPL-2.0
/*
 * io.c - port I/O, MMIO and CPUID
 */
#include <stdlib.h>

#include "test.h"

#define PORT	0x3f0
#define BUFFER	(GUEST_SCRATCH + 0x5f80)	/* ends in the next page */

static GUEST void ports_guest(void)
{
	uint64_t rax;

	asm volatile("outb %%al, %1" : : "a"(0x11), "Nd"((uint16_t)PORT));
	asm volatile("outw %%ax, %1" : : "a"(0x2222), "Nd"((uint16_t)PORT));
	asm volatile("outl %%eax, %1" : : "a"(0x33333333), "Nd"((uint16_t)PORT));
	asm volatile("outb %%al, $0x42" : : "a"(0x44));
	/* IN changes no more of RAX than it reads, but 32 bits clear the high half. */
	rax = 0x1122334455667788;
	asm volatile("inb %1, %%al" : "+a"(rax) : "Nd"((uint16_t)PORT));
	GUEST_EQ(rax, 0x11223344556677a1);
	asm volatile("inw %1, %%ax" : "+a"(rax) : "Nd"((uint16_t)PORT));
	GUEST_EQ(rax, 0x112233445566b2b1);
	asm volatile("inl %1, %%eax" : "+a"(rax) : "Nd"((uint16_t)PORT));
	GUEST_EQ(rax, 0xc4c3c2c1);
	asm volatile("inb $0x43, %%al" : "+a"(rax));
	GUEST_EQ(rax, 0xc4c3c2d1);
}

static void *io_data(struct l2_vcpu *vcpu)
{
	return (char *)vcpu->run + vcpu->run->io.data_offset;
}

static void ports(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, ports_guest);
	run_to_io(vcpu, PORT, KVM_EXIT_IO_OUT, 1);
	CHECK_EQ(*(uint8_t *)io_data(vcpu), 0x11);
	run_to_io(vcpu, PORT, KVM_EXIT_IO_OUT, 2);
	CHECK_EQ(*(uint16_t *)io_data(vcpu), 0x2222);
	run_to_io(vcpu, PORT, KVM_EXIT_IO_OUT, 4);
	CHECK_EQ(*(uint32_t *)io_data(vcpu), 0x33333333);
	run_to_io(vcpu, 0x42, KVM_EXIT_IO_OUT, 1);
	CHECK_EQ(*(uint8_t *)io_data(vcpu), 0x44);
	run_to_io(vcpu, PORT, KVM_EXIT_IO_IN, 1);
	*(uint8_t *)io_data(vcpu) = 0xa1;
	run_to_io(vcpu, PORT, KVM_EXIT_IO_IN, 2);
	*(uint16_t *)io_data(vcpu) = 0xb2b1;
	run_to_io(vcpu, PORT, KVM_EXIT_IO_IN, 4);
	*(uint32_t *)io_data(vcpu) = 0xc4c3c2c1;
	run_to_io(vcpu, 0x43, KVM_EXIT_IO_IN, 1);
	*(uint8_t *)io_data(vcpu) = 0xd1;
	run_to_done(vcpu);
}


static GUEST void string_guest(void)
{
	uint64_t rsi, rdi, rcx, i;

	for (i = 0; i < 256; i++)
		*(volatile uint8_t *)(BUFFER + i) = i;
	rsi = BUFFER;
	rcx = 256;
	asm volatile("rep outsb" : "+S"(rsi), "+c"(rcx) : "d"(PORT) : "memory");
	GUEST_EQ(rsi, BUFFER + 256);
	GUEST_EQ(rcx, 0);
	rsi = BUFFER;
	rcx = 64;
	asm volatile("rep outsl" : "+S"(rsi), "+c"(rcx) : "d"(PORT) : "memory");
	GUEST_EQ(rsi, BUFFER + 256);
	rsi = BUFFER + 255;			/* downwards */
	rcx = 4;
	asm volatile("std; rep outsb; cld" : "+S"(rsi), "+c"(rcx) : "d"(PORT) : "memory");
	GUEST_EQ(rsi, BUFFER + 251);
	rdi = BUFFER;
	rcx = 256;
	asm volatile("rep insb" : "+D"(rdi), "+c"(rcx) : "d"(PORT) : "memory");
	GUEST_EQ(rdi, BUFFER + 256);
	GUEST_EQ(rcx, 0);
	for (i = 0; i < 256; i++)
		GUEST_EQ(*(volatile uint8_t *)(BUFFER + i), 255 - i);
	rdi = BUFFER + 1;
	rcx = 100;
	asm volatile("rep insw" : "+D"(rdi), "+c"(rcx) : "d"(PORT) : "memory");
	GUEST_EQ(rdi, BUFFER + 201);
	for (i = 0; i < 100; i++)
		GUEST_EQ(*(volatile uint16_t *)(BUFFER + 1 + 2 * i), 1000 + i);
	rcx = 0;				/* nothing happens */
	asm volatile("rep insb" : "+D"(rdi), "+c"(rcx) : "d"(PORT) : "memory");
}

/* Take a REP OUTS in as many pieces as KVM makes of it, @total bytes in units of @size. */
static void take_outs(struct l2_vcpu *vcpu, unsigned int size, unsigned int total, int first,
		      int step)
{
	unsigned int n = 0, i;

	while (n < total) {
		run_to_io(vcpu, PORT, KVM_EXIT_IO_OUT, size);
		for (i = 0; i < size * vcpu->run->io.count; i++, n++)
			CHECK_EQ(((uint8_t *)io_data(vcpu))[i], (uint8_t)(first + step * (int)n));
	}
	CHECK_EQ(n, total);
}

static void string(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	unsigned int n, i;

	machine_start64(vcpu, string_guest);
	take_outs(vcpu, 1, 256, 0, 1);
	take_outs(vcpu, 4, 256, 0, 1);
	take_outs(vcpu, 1, 4, 255, -1);
	for (n = 0; n < 256;) {
		run_to_io(vcpu, PORT, KVM_EXIT_IO_IN, 1);
		for (i = 0; i < vcpu->run->io.count; i++, n++)
			((uint8_t *)io_data(vcpu))[i] = 255 - n;
	}
	for (n = 0; n < 100;) {
		run_to_io(vcpu, PORT, KVM_EXIT_IO_IN, 2);
		for (i = 0; i < vcpu->run->io.count; i++, n++)
			((uint16_t *)io_data(vcpu))[i] = 1000 + n;
	}
	run_to_done(vcpu);
}

static GUEST void mmio_guest(void)
{
	uint64_t rax, rcx, rdi, rsi;

	*(volatile uint8_t *)(GUEST_MMIO + 1) = 0x11;
	*(volatile uint16_t *)(GUEST_MMIO + 2) = 0x2222;
	*(volatile uint32_t *)(GUEST_MMIO + 4) = 0x33333333;
	*(volatile uint64_t *)(GUEST_MMIO + 8) = 0x4444444444444444;
	GUEST_EQ(*(volatile uint8_t *)(GUEST_MMIO + 1), 0xa1);
	GUEST_EQ(*(volatile uint16_t *)(GUEST_MMIO + 2), 0xb2b2);
	GUEST_EQ(*(volatile uint32_t *)(GUEST_MMIO + 4), 0xc3c3c3c3);
	GUEST_EQ(*(volatile uint64_t *)(GUEST_MMIO + 8), 0xd4d4d4d4d4d4d4d4);
	asm volatile("movsbq (%1), %0" : "=r"(rax) : "r"((uint64_t)GUEST_MMIO));
	GUEST_EQ(rax, 0xfffffffffffffff0);
	asm volatile("movzwl (%1), %k0" : "=r"(rax) : "r"((uint64_t)GUEST_MMIO));
	GUEST_EQ(rax, 0xfff1);
	rax = 5;
	asm volatile("addl %k0, (%1)" : : "r"(rax), "r"((uint64_t)GUEST_MMIO) : "memory");
	asm volatile("xchgl %k0, (%1)" : "+r"(rax) : "r"((uint64_t)GUEST_MMIO) : "memory");
	GUEST_EQ(rax, 0x77);
	/* Strings: memory to memory, one end of it a device */
	rsi = BUFFER;
	rdi = GUEST_MMIO;
	rcx = 3;
	*(volatile uint32_t *)BUFFER = 0x01020304;
	*(volatile uint32_t *)(BUFFER + 4) = 0x11121314;
	*(volatile uint32_t *)(BUFFER + 8) = 0x21222324;
	asm volatile("rep movsl" : "+S"(rsi), "+D"(rdi), "+c"(rcx) : : "memory");
	GUEST_EQ(rcx, 0);
	GUEST_EQ(rdi, GUEST_MMIO + 12);
	/* Over the end of a page of memory into MMIO space, and between two such pages */
	*(volatile uint32_t *)(GUEST_MMIO + 0x1ffe) = 0xeeffaabb;
}

static void mmio_write(struct l2_vcpu *vcpu, uint64_t gpa, unsigned int size, uint64_t value)
{
	uint64_t got = 0;

	run_to_exit(vcpu, KVM_EXIT_MMIO);
	CHECK_EQ(vcpu->run->mmio.is_write, 1);
	CHECK_EQ(vcpu->run->mmio.phys_addr, gpa);
	CHECK_EQ(vcpu->run->mmio.len, size);
	memcpy(&got, vcpu->run->mmio.data, size);
	CHECK_EQ(got, value);
}

static void mmio_read(struct l2_vcpu *vcpu, uint64_t gpa, unsigned int size, uint64_t value)
{
	run_to_exit(vcpu, KVM_EXIT_MMIO);
	CHECK_EQ(vcpu->run->mmio.is_write, 0);
	CHECK_EQ(vcpu->run->mmio.phys_addr, gpa);
	CHECK_EQ(vcpu->run->mmio.len, size);
	memcpy(vcpu->run->mmio.data, &value, size);
}

static void mmio(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, mmio_guest);
	mmio_write(vcpu, GUEST_MMIO + 1, 1, 0x11);
	mmio_write(vcpu, GUEST_MMIO + 2, 2, 0x2222);
	mmio_write(vcpu, GUEST_MMIO + 4, 4, 0x33333333);
	mmio_write(vcpu, GUEST_MMIO + 8, 8, 0x4444444444444444);
	mmio_read(vcpu, GUEST_MMIO + 1, 1, 0xa1);
	mmio_read(vcpu, GUEST_MMIO + 2, 2, 0xb2b2);
	mmio_read(vcpu, GUEST_MMIO + 4, 4, 0xc3c3c3c3);
	mmio_read(vcpu, GUEST_MMIO + 8, 8, 0xd4d4d4d4d4d4d4d4);
	mmio_read(vcpu, GUEST_MMIO, 1, 0xf0);
	mmio_read(vcpu, GUEST_MMIO, 2, 0xfff1);
	mmio_read(vcpu, GUEST_MMIO, 4, 0x70);
	mmio_write(vcpu, GUEST_MMIO, 4, 0x75);
	mmio_read(vcpu, GUEST_MMIO, 4, 0x77);
	mmio_write(vcpu, GUEST_MMIO, 4, 5);
	mmio_write(vcpu, GUEST_MMIO, 4, 0x01020304);
	mmio_write(vcpu, GUEST_MMIO + 4, 4, 0x11121314);
	mmio_write(vcpu, GUEST_MMIO + 8, 4, 0x21222324);
	mmio_write(vcpu, GUEST_MMIO + 0x1ffe, 2, 0xaabb);
	mmio_write(vcpu, GUEST_MMIO + 0x2000, 2, 0xeeff);
	run_to_done(vcpu);
}

static uint32_t cpuid_leaf GUEST_DATA;
static uint32_t cpuid_out[4] GUEST_DATA;

static GUEST void cpuid_guest(void)
{
	for (;;) {
		uint64_t rax = 0xffffffff00000000 | cpuid_leaf, rbx = ~0ULL, rcx = ~0ULL << 32,
			 rdx = ~0ULL;

		asm volatile("cpuid" : "+a"(rax), "+b"(rbx), "+c"(rcx), "+d"(rdx));
		/* The high halves become 0. */
		GUEST_EQ((rax | rbx | rcx | rdx) >> 32, 0);
		cpuid_out[0] = rax;
		cpuid_out[1] = rbx;
		cpuid_out[2] = rcx;
		cpuid_out[3] = rdx;
		guest_sync(0);
	}
}

/* Leaves that the VMM made up, and one it did not */
static void cpuid_leaves(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_cpuid2 *cpuid;
	uint32_t *out;

	cpuid = calloc(1, sizeof(*cpuid) + 3 * sizeof(cpuid->entries[0]));
	CHECK(cpuid);
	cpuid->nent = 3;
	cpuid->entries[0] = (struct kvm_cpuid_entry2){ .function = 0, .eax = 7, .ebx = 0x756e6547,
		.ecx = 0x6c65746e, .edx = 0x49656e69 };
	cpuid->entries[1] = (struct kvm_cpuid_entry2){ .function = 1,
		.eax = cpuid_offered(1, 0, EAX), .edx = cpuid_offered(1, 0, EDX) };
	cpuid->entries[2] = (struct kvm_cpuid_entry2){ .function = 0x80000001,
		.edx = cpuid_offered(0x80000001, 0, EDX) };
	IOCTL(vcpu->fd, KVM_SET_CPUID2, cpuid);
	machine_start64(vcpu, cpuid_guest);
	out = IN_GUEST(vcpu, cpuid_out);
	run_to_sync(vcpu);
	CHECK_EQ(out[0], 7);
	CHECK_EQ(out[1], 0x756e6547);
	CHECK_EQ(out[2], 0x6c65746e);
	CHECK_EQ(out[3], 0x49656e69);
	IN_GUEST(vcpu, cpuid_leaf) = 1;
	run_to_sync(vcpu);
	CHECK_EQ(out[0], cpuid_offered(1, 0, EAX));
	CHECK_EQ(out[3] & ~(1u << 9), cpuid_offered(1, 0, EDX) & ~(1u << 9));	/* APIC: base */
	IN_GUEST(vcpu, cpuid_leaf) = 3;			/* in range, not there: zeros */
	run_to_sync(vcpu);
	CHECK_EQ(out[0] | out[1] | out[2] | out[3], 0);
	IN_GUEST(vcpu, cpuid_leaf) = 0x80000001;
	run_to_sync(vcpu);
	CHECK_EQ(out[3], cpuid_offered(0x80000001, 0, EDX));
}

const struct test io_tests[] = {
	{ "io/ports", "IN and OUT of 8, 16 and 32 bits", ports },
	{ "io/strings", "REP INS and OUTS, over a page boundary and downwards", string },
	{ "io/mmio", "reads and writes of 1 to 8 bytes, read-modify-write, strings, two pages",
	  mmio },
	{ "io/cpuid", "CPUID as KVM_SET_CPUID2 says", cpuid_leaves },
	{ }
};
