// SPDX-License-Identifier: GPL-2.0
/*
 * control.c - control registers
 */
#include "test.h"

static inline void write_cr0_try(uint64_t value)
{
	asm volatile(TRY("mov %0, %%cr0") : : "r"(value) : "r11", "memory");
}

static inline void write_cr3_try(uint64_t value)
{
	asm volatile(TRY("mov %0, %%cr3") : : "r"(value) : "r11", "memory");
}

static inline void write_cr4_try(uint64_t value)
{
	asm volatile(TRY("mov %0, %%cr4") : : "r"(value) : "r11", "memory");
}

static inline void write_cr8_try(uint64_t value)
{
	asm volatile(TRY("mov %0, %%cr8") : : "r"(value) : "r11", "memory");
}

static inline void invlpg(uintptr_t address)
{
	asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

static GUEST void cr0_guest(void)
{
	const uint64_t base = CR0_PE | CR0_PG | CR0_ET;
	static uint64_t values[] GUEST_DATA = {
		0, CR0_TS, CR0_MP, CR0_EM, CR0_NE, CR0_WP, CR0_AM, CR0_CD, CR0_CD | CR0_NW,
		CR0_TS | CR0_MP | CR0_EM | CR0_NE | CR0_WP | CR0_AM,
	};
	unsigned int i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		write_cr0(base | values[i]);
		GUEST_EQ(read_cr0(), base | values[i]);
		guest_sync(base | values[i]);
	}
	write_cr0(base | CR0_NE | CR0_WP);
	/* ET is fixed to 1; reserved bits of the low half are ignored by CPUs, and by KVM. */
	write_cr0((base & ~CR0_ET) | CR0_NE);
	GUEST_EQ(read_cr0(), base | CR0_NE);

	write_cr0_try((base & ~CR0_PE) | CR0_NE);
	EXPECT_TRAP(GP_VECTOR, 0);
	write_cr0_try(base | CR0_NE | CR0_NW);
	EXPECT_TRAP(GP_VECTOR, 0);
	write_cr0_try(base | CR0_NE | 1ULL << 32);
	EXPECT_TRAP(GP_VECTOR, 0);
	write_cr0_try((base & ~CR0_PG) | CR0_NE);	/* no way out of 64-bit code */
	EXPECT_TRAP(GP_VECTOR, 0);
	GUEST_EQ(read_cr0(), base | CR0_NE);
}

static void cr0(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	unsigned int i;

	machine_start64(vcpu, cr0_guest);
	for (i = 0; i < 10; i++) {
		uint32_t value = run_to_sync(vcpu);

		CHECK_EQ(get_sregs(vcpu).cr0, value);
	}
	run_to_done(vcpu);
}

static GUEST void cr0_vmm_guest(void)
{
	guest_sync(1);
	GUEST_EQ(read_cr0(), CR0_PE | CR0_PG | CR0_ET | CR0_TS | CR0_AM);
	guest_sync(2);
	GUEST_EQ(read_cr0(), CR0_PE | CR0_PG | CR0_ET | CR0_NE | CR0_CD);
	GUEST_EQ(read_cr4(), CR4_PAE | CR4_TSD | CR4_MCE | CR4_PGE);
}

static void vmm_writes(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_sregs sregs;

	machine_start64(vcpu, cr0_vmm_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	sregs = get_sregs(vcpu);
	sregs.cr0 = CR0_PE | CR0_PG | CR0_ET | CR0_TS | CR0_AM;
	set_sregs(vcpu, sregs);
	CHECK_EQ(run_to_sync(vcpu), 2);
	sregs.cr0 = CR0_PE | CR0_PG | CR0_ET | CR0_NE | CR0_CD;
	sregs.cr4 = CR4_PAE | CR4_TSD | CR4_MCE | CR4_PGE;
	set_sregs(vcpu, sregs);
	run_to_done(vcpu);
	CHECK_EQ(get_sregs(vcpu).cr0, sregs.cr0);
	CHECK_EQ(get_sregs(vcpu).cr4, sregs.cr4);
}

static GUEST void lmsw_guest(void)
{
	const uint64_t base = CR0_PE | CR0_PG | CR0_ET | CR0_NE | CR0_WP;
	uint16_t low;

	write_cr0(base);
	asm volatile("lmsw %w0" : : "r"(0xf));
	GUEST_EQ(read_cr0(), base | CR0_TS | CR0_MP | CR0_EM);
	guest_sync(1);
	asm volatile("clts");
	GUEST_EQ(read_cr0(), base | CR0_MP | CR0_EM);
	guest_sync(2);
	asm volatile("lmsw %w0" : : "r"(0));		/* PE stays */
	GUEST_EQ(read_cr0(), base);
	asm volatile("smsw %w0" : "=r"(low));
	GUEST_EQ(low, base & 0xffff);
}

static void lmsw(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start64(vcpu, lmsw_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(get_sregs(vcpu).cr0 & 0xf, CR0_PE | CR0_MP | CR0_EM | CR0_TS);
	CHECK_EQ(run_to_sync(vcpu), 2);
	CHECK_EQ(get_sregs(vcpu).cr0 & 0xf, CR0_PE | CR0_MP | CR0_EM);
	run_to_done(vcpu);
	CHECK_EQ(get_sregs(vcpu).cr0 & 0xf, CR0_PE);
}

#define PAGE	(GUEST_SCRATCH + 0x4000)

static GUEST void wp_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (PAGE >> 12), cr0 = read_cr0();

	*pte &= ~(uint64_t)PTE_WRITE;
	invlpg(PAGE);
	asm volatile(TRY("movq $1, (%0)") : : "r"((uint64_t)PAGE) : "r11", "memory");
	EXPECT_TRAP(PF_VECTOR, PF_PRESENT | PF_WRITE);
	write_cr0(cr0 & ~CR0_WP);
	asm volatile(TRY("movq $2, (%0)") : : "r"((uint64_t)PAGE) : "r11", "memory");
	EXPECT_NO_TRAP();
	write_cr0(cr0);
	asm volatile(TRY("movq $3, (%0)") : : "r"((uint64_t)PAGE) : "r11", "memory");
	EXPECT_TRAP(PF_VECTOR, PF_PRESENT | PF_WRITE);
	GUEST_EQ(read8(PAGE), 2);
}

static void wp(void)
{
	machine_run64(0, wp_guest);
}

static uint64_t cr4_allowed GUEST_DATA;

static GUEST void cr4_guest(void)
{
	const uint64_t base = read_cr4();
	int bit;

	for (bit = 0; bit < 64; bit++) {
		uint64_t value = base | 1ULL << bit;

		if (base >> bit & 1)
			continue;
		/* SMAP, SMEP and PCIDE would need more than the bit: below and in other tests. */
		if (cr4_allowed >> bit & 1) {
			write_cr4(value);
			GUEST_EQ(read_cr4(), value);
			guest_sync(bit);
			write_cr4(base);
		} else {
			write_cr4_try(value);
			EXPECT_TRAP(GP_VECTOR, 0);
		}
		GUEST_EQ(read_cr4(), base);
	}
	write_cr4_try(base & ~CR4_PAE);		/* not in IA-32e mode */
	EXPECT_TRAP(GP_VECTOR, 0);
	GUEST_EQ(read_cr4(), base);
}

/* CR4 as CPUID says: each bit that exists is set and seen by the VMM, each other one is #GP. */
static void cr4(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	const uint64_t base = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT;
	uint64_t allowed = CR4_TSD | CR4_DE | CR4_PSE | CR4_MCE | CR4_PGE | CR4_PCE;
	int reason;

	allowed |= OFFERED(1, 0, EDX, 1) ? CR4_VME | CR4_PVI : 0;
	allowed |= OFFERED(1, 0, ECX, 26) ? CR4_OSXSAVE : 0;
	allowed |= OFFERED(1, 0, ECX, 17) ? CR4_PCIDE : 0;
	allowed |= OFFERED(7, 0, EBX, 0) ? CR4_FSGSBASE : 0;
	allowed |= OFFERED(7, 0, ECX, 2) ? CR4_UMIP : 0;
	allowed |= OFFERED(7, 0, ECX, 3) ? CR4_PKE : 0;
	/* The guest's pages are user pages: with SMEP or SMAP it would fault. */
	if (OFFERED(7, 0, EBX, 7) || OFFERED(7, 0, EBX, 20)) {
		uint64_t *entries = guest_pointer(vcpu, GUEST_TABLES,
						  GUEST_TABLES_END - GUEST_TABLES);

		entries[0] &= ~(uint64_t)PTE_USER;
		allowed |= OFFERED(7, 0, EBX, 7) ? CR4_SMEP : 0;
		allowed |= OFFERED(7, 0, EBX, 20) ? CR4_SMAP : 0;
	}
	IN_GUEST(vcpu, cr4_allowed) = allowed;
	machine_start64(vcpu, cr4_guest);
	for (;;) {
		uint32_t bit;

		reason = run(vcpu);
		if (reason == KVM_EXIT_IO && vcpu->run->io.port == PORT_DONE)
			break;
		CHECK_EQ(reason, KVM_EXIT_IO);
		CHECK_EQ(vcpu->run->io.port, PORT_SYNC);
		memcpy(&bit, (char *)vcpu->run + vcpu->run->io.data_offset, sizeof(bit));
		CHECK_EQ(get_sregs(vcpu).cr4, base | 1ULL << bit);
	}
	CHECK_EQ(get_sregs(vcpu).cr4, base);
}

static GUEST void cr4_cpuid_guest(void)
{
	uint32_t out[4];

	cpuid(1, 0, out);
	GUEST_EQ(out[2] >> 27 & 1, 0);
	write_cr4(read_cr4() | CR4_OSXSAVE);
	cpuid(1, 0, out);
	GUEST_EQ(out[2] >> 27 & 1, 1);
	write_cr4(read_cr4() & ~CR4_OSXSAVE);
	cpuid(1, 0, out);
	GUEST_EQ(out[2] >> 27 & 1, 0);
}

static void cr4_cpuid(void)
{
	if (!OFFERED(1, 0, ECX, 26))
		test_skip("no XSAVE");
	machine_run64(0, cr4_cpuid_guest);
}

static GUEST void tsd_user(void)
{
	asm volatile(TRY("rdtsc") : : : "r11", "rax", "rdx", "memory");
}

static GUEST void tsd_guest(void)
{
	user_call(tsd_user);
	EXPECT_NO_TRAP();
	write_cr4(read_cr4() | CR4_TSD);
	user_call(tsd_user);
	EXPECT_TRAP(GP_VECTOR, 0);
	rdtsc();			/* CPL 0 may */
}

static void tsd(void)
{
	machine_run64(0, tsd_guest);
}

static GUEST void user_instructions(void)
{
	uint64_t value = 0;

	asm volatile(TRY("mov %%cr0, %0") : "=r"(value) : : "r11", "memory");
	asm volatile(TRY("mov %0, %%cr3") : : "r"(value) : "r11", "memory");
	asm volatile(TRY("mov %%cr8, %0") : "=r"(value) : : "r11", "memory");
	asm volatile(TRY("clts") : : : "r11", "memory");
	asm volatile(TRY("lmsw %w0") : : "r"(value) : "r11", "memory");
	asm volatile(TRY("hlt") : : : "r11", "memory");
	asm volatile(TRY("mov %%dr7, %0") : "=r"(value) : : "r11", "memory");
	asm volatile(TRY("wrmsr") : : "c"(MSR_FS_BASE) : "r11", "rax", "rdx", "memory");
	asm volatile(TRY("invlpg (%0)") : : "r"(value) : "r11", "memory");
	asm volatile(TRY("cli") : : : "r11", "memory");
	asm volatile(TRY("inb $0x80, %%al") : : : "r11", "rax", "memory");
}

static GUEST void user_guest(void)
{
	unsigned int i;

	user_call(user_instructions);
	GUEST_EQ(trap_count, 11);
	for (i = 0; i < 11; i++) {
		GUEST_EQ(trap_log[i].vector, GP_VECTOR);
		GUEST_EQ(trap_log[i].error, 0);
		GUEST_EQ(trap_log[i].cs, SEL_USER_CODE64 | 3);
	}
}

static void user(void)
{
	machine_run64(0, user_guest);
}

static GUEST void cr3_guest(void)
{
	const uint64_t second = GUEST_SCRATCH + 0x10000;
	unsigned int i;

	/* A copy of the PML4 in which the second 512 GiB are the first */
	for (i = 0; i < 512; i++)
		((uint64_t *)second)[i] = ((uint64_t *)GUEST_PML4)[i];
	((uint64_t *)second)[1] = ((uint64_t *)second)[0];
	write8(PAGE, 0xabcd);

	asm volatile(TRY("mov (%0), %%rax") : : "r"(0x8000000000 + PAGE) : "r11", "rax", "memory");
	EXPECT_TRAP(PF_VECTOR, 0);
	GUEST_EQ(trap_log[0].cr2, 0x8000000000 + PAGE);
	write_cr3(second);
	GUEST_EQ(read_cr3(), second);
	guest_sync(1);
	GUEST_EQ(read8(0x8000000000 + PAGE), 0xabcd);
	write_cr3_try(GUEST_PML4 | 1ULL << 60);
	EXPECT_TRAP(GP_VECTOR, 0);
	write_cr3(GUEST_PML4 | 0x18);			/* PWT and PCD are kept */
	GUEST_EQ(read_cr3(), GUEST_PML4 | 0x18);
	asm volatile(TRY("mov (%0), %%rax") : : "r"(0x8000000000 + PAGE) : "r11", "rax", "memory");
	EXPECT_TRAP(PF_VECTOR, 0);
	/* The test sets the second table. */
	guest_sync(2);
	GUEST_EQ(read8(0x8000000000 + PAGE), 0xabcd);
	GUEST_EQ(read_cr3(), second);
}

static void cr3(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_sregs sregs;

	machine_start64(vcpu, cr3_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(get_sregs(vcpu).cr3, GUEST_SCRATCH + 0x10000);
	CHECK_EQ(run_to_sync(vcpu), 2);
	sregs = get_sregs(vcpu);
	CHECK_EQ(sregs.cr3, GUEST_PML4 | 0x18);
	sregs.cr3 = GUEST_SCRATCH + 0x10000;
	set_sregs(vcpu, sregs);
	run_to_done(vcpu);
}

static GUEST void smep_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (PAGE >> 12);
	const struct trap_record *trap;

	*(volatile uint16_t *)PAGE = 0xe3ff;		/* jmp *%rbx */
	*pte |= PTE_USER;
	invlpg(PAGE);
	write_cr4(read_cr4() | CR4_SMEP);
	asm volatile(TRY("leaq 771f(%%rip), %%rbx\n\tjmp *%0") : : "r"((uint64_t)PAGE) :
		     "r11", "rbx", "memory");
	trap = trap_take();
	GUEST_EQ(trap->vector, PF_VECTOR);
	GUEST_EQ(trap->error, PF_PRESENT | PF_FETCH);
	GUEST_EQ(trap->rip, PAGE);
	read8(PAGE);
	write_cr4(read_cr4() & ~CR4_SMEP);
	asm volatile(TRY("leaq 771f(%%rip), %%rbx\n\tjmp *%0") : : "r"((uint64_t)PAGE) :
		     "r11", "rbx", "memory");
	EXPECT_NO_TRAP();
}

/* A guest whose pages belong to the supervisor, but for PAGE */
static void supervisor_pages(void (*function)(void))
{
	struct l2_vcpu *vcpu = machine_new(0);
	uint64_t i;

	for (i = 0; i < GUEST_RAM; i += 4096)
		*guest_pte(vcpu, i) &= ~(uint64_t)PTE_USER;
	machine_start64(vcpu, function);
	run_to_done(vcpu);
}

static void smep(void)
{
	if (!OFFERED(7, 0, EBX, 7))
		test_skip("no SMEP");
	supervisor_pages(smep_guest);
}

static GUEST void smap_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (PAGE >> 12), value;

	*pte |= PTE_USER;
	invlpg(PAGE);
	write_cr4(read_cr4() | CR4_SMAP);
	asm volatile(TRY("mov (%1), %0") : "=r"(value) : "r"((uint64_t)PAGE) : "r11", "memory");
	EXPECT_TRAP(PF_VECTOR, PF_PRESENT);
	asm volatile("stac");
	asm volatile(TRY("mov (%1), %0") : "=r"(value) : "r"((uint64_t)PAGE) : "r11", "memory");
	EXPECT_NO_TRAP();
	asm volatile("clac");
	write_cr4(read_cr4() & ~CR4_SMAP);
	asm volatile(TRY("mov (%1), %0") : "=r"(value) : "r"((uint64_t)PAGE) : "r11", "memory");
	EXPECT_NO_TRAP();
}

static void smap(void)
{
	if (!OFFERED(7, 0, EBX, 20))
		test_skip("no SMAP");
	supervisor_pages(smap_guest);
}

static inline void wrpkru(uint32_t value)
{
	asm volatile(".byte 0x0f, 0x01, 0xef" : : "a"(value), "c"(0), "d"(0) : "memory");
}

static inline uint32_t rdpkru(void)
{
	uint32_t value, high;

	asm volatile(".byte 0x0f, 0x01, 0xee" : "=a"(value), "=d"(high) : "c"(0) : "memory");
	return value;
}

static GUEST void pku_user_read(void)
{
	uint64_t value;

	asm volatile(TRY("mov (%1), %0") : "=r"(value) : "r"((uint64_t)PAGE) : "r11", "memory");
}

static GUEST void pku_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (PAGE >> 12);

	*pte |= 5ULL << 59;
	invlpg(PAGE);
	write_cr4(read_cr4() | CR4_PKE);
	wrpkru(1 << 10);
	guest_sync(1);
	GUEST_EQ(rdpkru(), 1 << 10);
	user_call(pku_user_read);
	EXPECT_TRAP(PF_VECTOR, PF_PRESENT | PF_PKEY | PF_USER);
	wrpkru(2 << 10);
	user_call(pku_user_read);
	EXPECT_NO_TRAP();
}

/* Guest pages are user pages, so protection keys hold for CPL 0 too. */
static void pku(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	if (!OFFERED(7, 0, ECX, 3))
		test_skip("no PKU");
	machine_start64(vcpu, pku_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	run_to_done(vcpu);
}

static GUEST void cr8_guest(void)
{
	unsigned int i;

	for (i = 0; i < 16; i++) {
		write_cr8(i);
		GUEST_EQ(read_cr8(), i);
		guest_sync(i);
		GUEST_EQ(read_cr8(), 15 - i);		/* the test set it */
	}
	write_cr8_try(16);
	EXPECT_TRAP(GP_VECTOR, 0);
	write_cr8_try(1ULL << 32);
	EXPECT_TRAP(GP_VECTOR, 0);
	GUEST_EQ(read_cr8(), 0);
}

/* With the local APIC in the kernel; the VMM sets it through KVM_SET_SREGS. */
static void cr8(void)
{
	struct l2_vcpu *vcpu = machine_new(L2_IRQCHIP);
	struct kvm_sregs sregs;
	unsigned int i;

	machine_start64(vcpu, cr8_guest);
	for (i = 0; i < 16; i++) {
		CHECK_EQ(run_to_sync(vcpu), i);
		sregs = get_sregs(vcpu);
		CHECK_EQ(sregs.cr8, i);
		CHECK_EQ(vcpu->run->cr8, i);
		sregs.cr8 = 15 - i;
		set_sregs(vcpu, sregs);
	}
	run_to_done(vcpu);
}

const struct test control_tests[] = {
	{ "control/cr0", "CR0 reads as written, to guest and VMM; #GP for bad values", cr0 },
	{ "control/cr0-cr4-vmm", "CR0 and CR4 set by the VMM", vmm_writes },
	{ "control/lmsw-clts", "LMSW, SMSW, CLTS", lmsw },
	{ "control/wp", "CR0.WP", wp },
	{ "control/cr3", "CR3 set by guest and VMM takes effect", cr3 },
	{ "control/cr4", "each bit of CR4 that CPUID gives works, others are #GP (VMXE too)", cr4 },
	{ "control/cr4-cpuid", "CPUID shows CR4.OSXSAVE", cr4_cpuid },
	{ "control/tsd", "CR4.TSD forbids RDTSC at CPL 3", tsd },
	{ "control/cpl3", "privileged instructions at CPL 3 are #GP(0)", user },
	{ "control/smep", "CR4.SMEP", smep },
	{ "control/smap", "CR4.SMAP", smap },
	{ "control/pku", "CR4.PKE and PKRU", pku },
	{ "control/cr8", "CR8 reads as written, to guest and VMM; 16 is #GP", cr8 },
	{ }
};
