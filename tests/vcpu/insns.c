// SPDX-License-Identifier: GPL-2.0
/*
 * insns.c - single instructions that a hypervisor may have to see to
 */
#include "test.h"

#define PAGE	(GUEST_SCRATCH + 0x4000)
#define OTHER	(GUEST_SCRATCH + 0x6000)

static inline void invlpg(uintptr_t address)
{
	asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

struct invpcid_descriptor {
	uint64_t pcid, address;
};

static inline void invpcid(uint64_t type, uint64_t pcid, uint64_t address)
{
	struct invpcid_descriptor descriptor = { pcid, address };

	asm volatile("invpcid %0, %1" : : "m"(descriptor), "r"(type) : "memory");
}

static inline void invpcid_try(uint64_t type, uint64_t pcid, uint64_t address)
{
	struct invpcid_descriptor descriptor = { pcid, address };

	asm volatile(TRY("invpcid %0, %1") : : "m"(descriptor), "r"(type) : "r11", "memory");
}

static GUEST void invlpg_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (PAGE >> 12);
	uint64_t good = *pte;
	unsigned int i;

	write8(PAGE, 1);
	write8(OTHER, 2);
	for (i = 0; i < 20; i++) {
		GUEST_EQ(read8(PAGE), 1);
		*pte = good ^ PAGE ^ OTHER;
		invlpg(PAGE);
		GUEST_EQ(read8(PAGE), 2);
		*pte = good;
		write_cr3(read_cr3());
		GUEST_EQ(read8(PAGE), 1);
		/* A global page outlives CR3, not a change of CR4.PGE. */
		write_cr4(read_cr4() | CR4_PGE);
		*pte = good | PTE_GLOBAL;
		invlpg(PAGE);
		GUEST_EQ(read8(PAGE), 1);
		*pte = (good ^ PAGE ^ OTHER) | PTE_GLOBAL;
		write_cr4(read_cr4() & ~CR4_PGE);
		GUEST_EQ(read8(PAGE), 2);
		*pte = good;
		invlpg(PAGE);
	}
}

static void invlpg_test(void)
{
	machine_run64(0, invlpg_guest);
}

static GUEST void invpcid_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (PAGE >> 12);
	uint64_t good = *pte;
	unsigned int type;

	write8(PAGE, 1);
	write8(OTHER, 2);
	for (type = 0; type < 4; type++) {
		GUEST_EQ(read8(PAGE), 1);
		*pte = good ^ PAGE ^ OTHER;
		invpcid(type, 0, PAGE);
		GUEST_EQ(read8(PAGE), 2);
		*pte = good;
		invpcid(type, 0, PAGE);
	}
	invpcid_try(4, 0, 0);			/* no such type */
	EXPECT_TRAP(GP_VECTOR, 0);
	invpcid_try(0, 0x1000, 0);		/* reserved bits of the descriptor */
	EXPECT_TRAP(GP_VECTOR, 0);
	invpcid_try(0, 0, NONCANONICAL);
	EXPECT_TRAP(GP_VECTOR, 0);
	invpcid_try(0, 1, 0);			/* a PCID without CR4.PCIDE */
	EXPECT_TRAP(GP_VECTOR, 0);
	/* The descriptor is memory as any other. */
	asm volatile(TRY("invpcid (%0), %1") : : "r"(NONCANONICAL), "r"(2UL) : "r11", "memory");
	EXPECT_TRAP(GP_VECTOR, 0);
}

static GUEST void pcid_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (PAGE >> 12);
	uint64_t good = *pte;

	write8(PAGE, 1);
	write8(OTHER, 2);
	write_cr4(read_cr4() | CR4_PCIDE);
	write_cr3(GUEST_PML4 | 5);
	GUEST_EQ(read_cr3(), GUEST_PML4 | 5);
	GUEST_EQ(read8(PAGE), 1);
	write_cr3(GUEST_PML4 | 6 | 1ULL << 63);
	GUEST_EQ(read_cr3(), GUEST_PML4 | 6);	/* the no-flush bit is not kept */
	guest_sync(GUEST_PML4 | 6);
	*pte = good ^ PAGE ^ OTHER;
	invpcid(1, 5, 0);			/* all of another PCID */
	invpcid(1, 6, 0);
	write_cr3(GUEST_PML4 | 5 | 1ULL << 63);
	GUEST_EQ(read8(PAGE), 2);
	*pte = good;
	invpcid(0, 5, PAGE);
	GUEST_EQ(read8(PAGE), 1);
	*pte = good ^ PAGE ^ OTHER;
	invpcid(2, 0, 0);
	GUEST_EQ(read8(PAGE), 2);
	*pte = good;
	invpcid(3, 0, 0);
	GUEST_EQ(read8(PAGE), 1);
	/* Not to be turned off with a PCID other than 0 loaded - it may; not on, though. */
	write_cr3(GUEST_PML4);
	write_cr4(read_cr4() & ~CR4_PCIDE);
	write_cr3(GUEST_PML4 | 0x18);
	asm volatile(TRY("mov %0, %%cr4") : : "r"(read_cr4() | CR4_PCIDE) : "r11", "memory");
	EXPECT_TRAP(GP_VECTOR, 0);
}

static GUEST void no_invpcid_guest(void)
{
	invpcid_try(2, 0, 0);
	EXPECT_TRAP(UD_VECTOR, 0);
}

static void invpcid_test(void)
{
	machine_run64(0, OFFERED(7, 0, EBX, 10) ? invpcid_guest : no_invpcid_guest);
}

static void pcid(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	if (!OFFERED(1, 0, ECX, 17) || !OFFERED(7, 0, EBX, 10))
		test_skip("no PCID or no INVPCID");
	machine_start64(vcpu, pcid_guest);
	CHECK_EQ(run_to_sync(vcpu), GUEST_PML4 | 6);
	CHECK_EQ(get_sregs(vcpu).cr3, GUEST_PML4 | 6);
	run_to_done(vcpu);
}

static GUEST void cache_guest(void)
{
	write8(PAGE, 0x1234);
	asm volatile(TRY("wbinvd") : : : "r11", "memory");
	EXPECT_NO_TRAP();
	GUEST_EQ(read8(PAGE), 0x1234);
	write8(PAGE, 0x5678);
	asm volatile(TRY("invd") : : : "r11", "memory");	/* must lose nothing here */
	EXPECT_NO_TRAP();
	GUEST_EQ(read8(PAGE), 0x5678);
}

static void cache(void)
{
	machine_run64(0, cache_guest);
}

static GUEST void pause_guest(void)
{
	unsigned int i;

	for (i = 0; i < 20000; i++)
		asm volatile("pause");
}

static void pause_loop(void)
{
	machine_run64(0, pause_guest);
}

static GUEST void monitor_guest(void)
{
	asm volatile(TRY("monitor") : : "a"(PAGE), "c"(0), "d"(0) : "r11", "memory");
	EXPECT_NO_TRAP();
	asm volatile(TRY("mwait") : : "a"(0), "c"(0) : "r11", "memory");
	EXPECT_NO_TRAP();
}

static GUEST void monitor_ud_guest(void)
{
	asm volatile(TRY("monitor") : : "a"(PAGE), "c"(0), "d"(0) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("mwait") : : "a"(0), "c"(0) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

/* KVM makes them NOPs, unless the quirk for that is off and CPUID does not have them. */
static void monitor(void)
{
	struct l2_vcpu *vcpu;
	struct kvm_enable_cap disable = {
		.cap = KVM_CAP_DISABLE_QUIRKS2, .args[0] = KVM_X86_QUIRK_MWAIT_NEVER_UD_FAULTS,
	};

	machine_run64(0, monitor_guest);
	vcpu = machine_new(0);
	IOCTL(vcpu->l2->vm_fd, KVM_ENABLE_CAP, &disable);
	machine_start64(vcpu, monitor_ud_guest);
	run_to_done(vcpu);
}

static GUEST void umip_user(void)
{
	uint8_t table[10];
	uint64_t value;

	asm volatile(TRY("sgdt %0") : "=m"(table) : : "r11", "memory");
	asm volatile(TRY("sidt %0") : "=m"(table) : : "r11", "memory");
	asm volatile(TRY("sldt %0") : "=r"(value) : : "r11", "memory");
	asm volatile(TRY("str %0") : "=r"(value) : : "r11", "memory");
	asm volatile(TRY("smsw %0") : "=r"(value) : : "r11", "memory");
}

static GUEST void umip_guest(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) table = { 0 };
	unsigned int i, traps;
	uint16_t selector = 0;

	user_call(umip_user);
	EXPECT_NO_TRAP();
	write_cr4(read_cr4() | CR4_UMIP);
	user_call(umip_user);
	traps = trap_count;
	trap_count = 0;
	/* All five, or all but SMSW: see umip(). */
	if (traps != 5)
		GUEST_EQ(traps, 4);
	for (i = 0; i < traps; i++) {
		GUEST_EQ(trap_log[i].vector, GP_VECTOR);
		GUEST_EQ(trap_log[i].error, 0);
	}
	/* CPL 0 may, and gets what there is. */
	asm volatile("sgdt %0" : "=m"(table));
	GUEST_EQ(table.base, GUEST_GDT);
	GUEST_EQ(table.limit, 0xfff);
	asm volatile("sidt %0" : "=m"(table));
	GUEST_EQ(table.base, GUEST_IDT);
	asm volatile("str %0" : "=m"(selector));
	GUEST_EQ(selector, SEL_TSS);
	asm volatile("sldt %0" : "=m"(selector));
	GUEST_EQ(selector, 0);
	/* LGDT and LIDT exit as well where KVM emulates it. */
	table.base = GUEST_GDT;
	table.limit = 0x7ff;
	asm volatile("lgdt %0" : : "m"(table));
	table.limit = 0;
	asm volatile("sgdt %0" : "=m"(table));
	GUEST_EQ(table.limit, 0x7ff);
	asm volatile("lldt %w0" : : "r"(SEL_LDT));
	asm volatile("sldt %0" : "=m"(selector));
	GUEST_EQ(selector, SEL_LDT);
	write_cr4(read_cr4() & ~CR4_UMIP);
	user_call(umip_user);
	EXPECT_NO_TRAP();
}

/*
 * Where the CPU has no UMIP, KVM (here or in L0) emulates it with descriptor-table exits. SMSW does
 * not exit, so it works at CPL 3 there, on stock kvm_intel too.
 */
static void umip(void)
{
	if (!OFFERED(7, 0, ECX, 2))
		test_skip("no UMIP");
	machine_run64(0, umip_guest);
}

static GUEST void random_guest(void)
{
	unsigned int i;
	uint8_t ok = 0;
	uint64_t value;

	for (i = 0; i < 100 && !ok; i++)
		asm volatile("rdrand %0; setc %1" : "=r"(value), "=qm"(ok));
	GUEST_EQ(ok, 1);
}

static GUEST void seed_guest(void)
{
	unsigned int i;
	uint8_t ok = 0;
	uint64_t value;

	for (i = 0; i < 1000 && !ok; i++)
		asm volatile("rdseed %0; setc %1" : "=r"(value), "=qm"(ok));
	GUEST_EQ(ok, 1);
}

static GUEST void no_random_guest(void)
{
	asm volatile(TRY("rdrand %%rax") : : : "r11", "rax", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("rdseed %%rax") : : : "r11", "rax", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

static void random_numbers(void)
{
	struct l2_vcpu *vcpu;

	if (!OFFERED(1, 0, ECX, 30) || !OFFERED(7, 0, EBX, 18))
		test_skip("no RDRAND or no RDSEED");
	machine_run64(0, random_guest);
	machine_run64(0, seed_guest);
	vcpu = machine_new(0);
	machine_without(vcpu, 1, 0, ECX, 1u << 30);
	machine_without(vcpu, 7, 0, EBX, 1u << 18);
	machine_start64(vcpu, no_random_guest);
	run_to_done(vcpu);
}

static GUEST void hidden_guest(void)
{
	invpcid_try(2, 0, 0);
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("rdtscp") : : : "r11", "rax", "rcx", "rdx", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
}

static void hidden(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_without(vcpu, 7, 0, EBX, 1u << 10);
	machine_without(vcpu, 7, 0, ECX, 1u << 22);
	machine_without(vcpu, 0x80000001, 0, EDX, 1u << 27);
	machine_start64(vcpu, hidden_guest);
	run_to_done(vcpu);
}

static GUEST void hypercall_guest(void)
{
	uint64_t rax = 0xdead;

	asm volatile("vmcall" : "+a"(rax) : "b"(0), "c"(0), "d"(0), "S"(0));
	GUEST_EQ(rax, -1000);				/* KVM_ENOSYS */
	rax = 9;					/* KVM_HC_CLOCK_PAIRING needs memory */
	asm volatile("vmcall" : "+a"(rax) : "b"(PAGE), "c"(1), "d"(0), "S"(0));
	GUEST_EQ(rax, -95);				/* KVM_EOPNOTSUPP */
	/* AMD's instruction: KVM patches it, once, and it works. */
	rax = 0xdead;
	asm volatile("vmmcall" : "+a"(rax) : "b"(0), "c"(0), "d"(0), "S"(0));
	GUEST_EQ(rax, -1000);
}

static void hypercall(void)
{
	machine_run64(0, hypercall_guest);
}

static GUEST void hypercall_user(void)
{
	uint64_t rax = 0;

	asm volatile("vmcall" : "+a"(rax) : "b"(0), "c"(0), "d"(0), "S"(0));
	GUEST_EQ(rax, -1);				/* KVM_EPERM */
}

static GUEST void hypercall_cpl3_guest(void)
{
	write_cr4(read_cr4());
	user_call(hypercall_user);
}

static void hypercall_cpl3(void)
{
	machine_run64(0, hypercall_cpl3_guest);
}

static GUEST void vmx_guest(void)
{
	static uint64_t memory GUEST_DATA;

	asm volatile(TRY("vmxon %0") : : "m"(memory) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vmclear %0") : : "m"(memory) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vmptrld %0") : : "m"(memory) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vmptrst %0") : : "m"(memory) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vmread %%rax, %%rcx") : : "a"(0) : "r11", "rcx", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vmwrite %%rax, %%rcx") : : "a"(0), "c"(0) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vmlaunch") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vmresume") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vmxoff") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("invept %0, %%rax") : : "m"(memory), "a"(2UL) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("invvpid %0, %%rax") : : "m"(memory), "a"(2UL) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("vmfunc") : : "a"(0), "c"(0) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("getsec") : : "a"(0) : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);			/* CR4.SMXE is clear */
}

static void vmx(void)
{
	machine_run64(0, vmx_guest);
}

static GUEST void rdpmc_guest(void)
{
	asm volatile(TRY("rdpmc") : : "c"(0x3fffffff) : "r11", "rax", "rdx", "memory");
	EXPECT_TRAP(GP_VECTOR, 0);
}

static void rdpmc(void)
{
	machine_run64(0, rdpmc_guest);
}

const struct test insns_tests[] = {
	{ "insns/invlpg", "INVLPG, CR3, CR4.PGE drop what they must", invlpg_test },
	{ "insns/invpcid", "INVPCID, types and faults", invpcid_test },
	{ "insns/pcid", "CR4.PCIDE, CR3 with a PCID, INVPCID", pcid },
	{ "insns/cache", "WBINVD and INVD", cache },
	{ "insns/pause", "a loop of PAUSE", pause_loop },
	{ "insns/monitor", "MONITOR and MWAIT: NOP, or #UD without KVM's quirk", monitor },
	{ "insns/umip", "CR4.UMIP", umip },
	{ "insns/random", "RDRAND and RDSEED, and #UD where CPUID lacks them", random_numbers },
	{ "insns/hidden", "INVPCID and RDTSCP are #UD where CPUID lacks them", hidden },
	{ "insns/hypercall", "VMCALL, and VMMCALL patched to it", hypercall },
	{ "insns/hypercall-cpl3", "VMCALL at CPL 3 is refused", hypercall_cpl3 },
	{ "insns/vmx", "VMX instructions are #UD", vmx },
	{ "insns/rdpmc", "RDPMC of a counter that is not there is #GP", rdpmc },
	{ }
};
