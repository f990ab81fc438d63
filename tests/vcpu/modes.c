// SPDX-License-Identifier: GPL-2.0
/*
 * modes.c - real, protected, PAE, compatibility and 64-bit mode, and what EFER does in each
 */
#include "machine32.h"
#include "modes.h"
#include "test.h"

/* modes_code.S */
extern const char modes_pdptrs[];
extern const char modes_round_trip[], modes_int21[], modes_unreal[], modes_nx_pae[],
	modes_nx_pae_read1[], modes_nx_pae_read3[], modes_v86[], modes_v86_int[],
	modes_v86_trap[], modes_syscall_entry[];
extern uint64_t modes_efer, modes_syscall_rcx, modes_syscall_r11, modes_syscall_flags;
extern uint16_t modes_syscall_cs, modes_syscall_ss;
extern uint16_t modes_v86_word;

#define MARK	0xfeedface

struct station {
	uint64_t efer, cr0, cr4;	/* bits that are set, of those in the masks below */
	int l, db;			/* of CS */
	uint64_t rbx;			/* 0: any */
};

#define CR0_MASK	(CR0_PE | CR0_PG)
#define CR4_MASK	(CR4_PAE | CR4_PSE | CR4_VMXE)

static const struct station stations[] = {
	{ 0, 0, 0, 0, 0, 0 },
	{ EFER_LME, 0, 0, 0, 0, 0 },
	{ EFER_LME, CR0_PE, 0, 0, 1, 0 },
	{ 0, CR0_PE, 0, 0, 1, 0 },
	{ 0, CR0_PE | CR0_PG, CR4_PSE, 0, 1, MARK },
	{ 0, CR0_PE | CR0_PG, CR4_PSE | CR4_PAE, 0, 1, MARK },
	{ EFER_LME | EFER_LMA, CR0_PE | CR0_PG, CR4_PSE | CR4_PAE, 0, 1, MARK },
	{ EFER_LME | EFER_LMA, CR0_PE | CR0_PG, CR4_PSE | CR4_PAE, 1, 0, 0x123456789abcdef0 },
	{ EFER_LME | EFER_LMA, CR0_PE | CR0_PG, CR4_PSE | CR4_PAE, 0, 1, 0 },
	{ EFER_LME, CR0_PE, CR4_PSE | CR4_PAE, 0, 1, 0 },
	{ 0, 0, 0, 0, 0, 0 },
	{ 0, 0, 0, 0, 0, 0 },
};

static void round_trip(uint64_t efer)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_sregs sregs;
	unsigned int i;

	machine_fill32(vcpu);
	*(uint32_t *)guest_pointer(vcpu, MODES_MARK, 4) = MARK;
	*guest_pte(vcpu, 0x1ff000) = (MODES_MARK & ~0xfffULL) | PTE_PRESENT | PTE_WRITE;
	/* 32-bit paging: 4 MiB is 0 */
	((uint32_t *)guest_pointer(vcpu, PSE_DIRECTORY, 4096))[1] =
		PTE_PRESENT | PTE_WRITE | PTE_LARGE;
	*(uint32_t *)guest_pointer(vcpu, 0x21 * 4, 4) =
		GUEST_REAL << 12 | ((uintptr_t)modes_int21 - GUEST_REAL);
	IN_GUEST(vcpu, modes_efer) = efer;
	machine_start16(vcpu, modes_round_trip);

	for (i = 0; i < sizeof(stations) / sizeof(stations[0]); i++) {
		const struct station *want = &stations[i];
		uint64_t want_efer = want->efer | (i ? efer : 0);
		uint32_t guest_efer = run_to_sync(vcpu);

		sregs = get_sregs(vcpu);
		if (guest_efer != want_efer || sregs.efer != want_efer)
			test_fail("station %u: EFER is 0x%x, to the VMM 0x%llx, not 0x%llx", i,
				  guest_efer, (unsigned long long)sregs.efer,
				  (unsigned long long)want_efer);
		if ((sregs.cr0 & CR0_MASK) != want->cr0 || (sregs.cr4 & CR4_MASK) != want->cr4)
			test_fail("station %u: CR0 is 0x%llx, CR4 0x%llx", i,
				  (unsigned long long)sregs.cr0, (unsigned long long)sregs.cr4);
		if (sregs.cs.l != want->l || sregs.cs.db != want->db)
			test_fail("station %u: CS.L is %u, CS.D %u", i, sregs.cs.l, sregs.cs.db);
		if (want->rbx && get_regs(vcpu).rbx != want->rbx)
			test_fail("station %u: RBX is 0x%llx", i,
				  (unsigned long long)get_regs(vcpu).rbx);
	}
	run_to_done(vcpu);
}

static void round_trip_plain(void)
{
	round_trip(0);
}

static void round_trip_nx(void)
{
	round_trip(EFER_NX);
}

static void round_trip_nx_sce(void)
{
	round_trip(EFER_NX | EFER_SCE);
}

static void unreal(void)
{
	struct l2_vcpu *vcpu = machine_new(0);

	machine_start16(vcpu, modes_unreal);
	CHECK_EQ(run_to_sync(vcpu), 1);
	CHECK_EQ(get_sregs(vcpu).es.limit, 0xffffffff);
	CHECK_EQ(*(uint32_t *)guest_pointer(vcpu, 0x1ff000, 4), 0x600df00d);
	CHECK_EQ(run_to_sync(vcpu), 0x600df00d);
	run_to_done(vcpu);
}

static void v86(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	char *tss = guest_pointer(vcpu, GUEST_TSS, 0x68);

	machine_start32(vcpu, modes_v86, PAGING_PSE);
	/* A 32-bit TSS: SS0:ESP0 */
	memcpy(tss + 4, &(uint32_t){ GUEST_STACK0 }, 4);
	memcpy(tss + 8, &(uint32_t){ SEL_DATA }, 4);
	idt32_set(vcpu, GP_VECTOR, (uintptr_t)modes_v86_trap, SEL_CODE32, GATE_INTERRUPT);
	CHECK_EQ(run_to_sync(vcpu), 0);
	CHECK_EQ(run_to_sync(vcpu), (uintptr_t)modes_v86_int - GUEST_REAL);
	CHECK_EQ(run_to_sync(vcpu), GUEST_REAL >> 4);
	CHECK_EQ(run_to_sync(vcpu) & (FLAGS_VM | FLAGS_FIXED), FLAGS_VM | FLAGS_FIXED);
	CHECK_EQ(run_to_sync(vcpu), GUEST_VARS >> 4);
	run_to_done(vcpu);
	CHECK_EQ(IN_GUEST(vcpu, modes_v86_word), 0x1234);
	CHECK_EQ(get_sregs(vcpu).cs.selector, SEL_CODE32);
}

#define NX_PAGE	(GUEST_SCRATCH + 0x8000)

static inline void invlpg(uintptr_t address)
{
	asm volatile("invlpg (%0)" : : "r"(address) : "memory");
}

/* The page holds jmp *%rbx. */
static inline void try_jump(uintptr_t page)
{
	asm volatile(TRY("leaq 771f(%%rip), %%rbx\n\tjmp *%0") : : "r"(page) :
		     "r11", "rbx", "memory");
}

static GUEST void nx_long_guest(void)
{
	volatile uint64_t *pte = (uint64_t *)GUEST_PT + (NX_PAGE >> 12);
	const struct trap_record *trap;
	uint64_t value, efer = rdmsr(MSR_EFER);

	*(volatile uint16_t *)NX_PAGE = 0xe3ff;
	*pte |= PTE_NX;
	invlpg(NX_PAGE);
	asm volatile(TRY("mov (%1), %0") : "=r"(value) : "r"((uint64_t)NX_PAGE) : "r11", "memory");
	EXPECT_TRAP(PF_VECTOR, PF_PRESENT | PF_RESERVED);
	GUEST_EQ(trap_log[0].cr2, NX_PAGE);
	/* Without NXE a fetch is not told from a read. */
	try_jump(NX_PAGE);
	trap = trap_take();
	GUEST_EQ(trap->vector, PF_VECTOR);
	GUEST_EQ(trap->error, PF_PRESENT | PF_RESERVED);

	wrmsr(MSR_EFER, efer | EFER_NX);
	GUEST_EQ(rdmsr(MSR_EFER), efer | EFER_NX);
	invlpg(NX_PAGE);
	asm volatile(TRY("mov (%1), %0") : "=r"(value) : "r"((uint64_t)NX_PAGE) : "r11", "memory");
	EXPECT_NO_TRAP();
	try_jump(NX_PAGE);
	trap = trap_take();
	GUEST_EQ(trap->vector, PF_VECTOR);
	GUEST_EQ(trap->error, PF_PRESENT | PF_FETCH);
	GUEST_EQ(trap->rip, NX_PAGE);
	GUEST_EQ(trap->cr2, NX_PAGE);

	*pte &= ~PTE_NX;
	invlpg(NX_PAGE);
	try_jump(NX_PAGE);
	EXPECT_NO_TRAP();

	*pte |= PTE_NX;
	wrmsr(MSR_EFER, efer);
	invlpg(NX_PAGE);
	asm volatile(TRY("mov (%1), %0") : "=r"(value) : "r"((uint64_t)NX_PAGE) : "r11", "memory");
	EXPECT_TRAP(PF_VECTOR, PF_PRESENT | PF_RESERVED);
}

static void nx_long(void)
{
	if (!OFFERED(0x80000001, 0, EDX, 20))
		test_skip("no NX");
	machine_run64(0, nx_long_guest);
}

static void nx_pae(void)
{
	struct l2_vcpu *vcpu;

	if (!OFFERED(0x80000001, 0, EDX, 20))
		test_skip("no NX");
	vcpu = machine_new(0);
	machine_start32(vcpu, modes_nx_pae, PAGING_PAE);
	*guest_pte(vcpu, NX_PAGE) |= PTE_NX;
	CHECK_EQ(run_to_sync(vcpu), EFER_NX);
	CHECK_EQ(get_sregs(vcpu).efer, EFER_NX);
	run_to_done(vcpu);
	trap32_check(vcpu, 0, PF_VECTOR, PF_PRESENT | PF_RESERVED, modes_nx_pae_read1);
	trap32_check(vcpu, 1, PF_VECTOR, PF_PRESENT | PF_FETCH, (char *)NX_PAGE);
	trap32_check(vcpu, 2, PF_VECTOR, PF_PRESENT | PF_RESERVED, modes_nx_pae_read3);
	CHECK_EQ(IN_GUEST(vcpu, trap32_count), 3);
	CHECK_EQ(get_sregs(vcpu).efer, 0);
}

static uint64_t syscall_next GUEST_DATA;

static GUEST void syscall_user(void)
{
	asm volatile("leaq 1f(%%rip), %%rax\n\tmovq %%rax, %0\n\t" TRY("syscall\n1:") :
		     "=m"(syscall_next) : : "rax", "rcx", "r11", "memory");
}

static GUEST void syscall_guest(void)
{
	uint64_t efer = rdmsr(MSR_EFER);

	wrmsr(MSR_STAR, (uint64_t)SEL_CODE64 << 32 | (uint64_t)(SEL_USER_BASE | 3) << 48);
	wrmsr(MSR_LSTAR, (uintptr_t)modes_syscall_entry);
	wrmsr(MSR_SFMASK, FLAGS_CF | FLAGS_ZF | FLAGS_IF | FLAGS_AC);

	user_call(syscall_user);
	EXPECT_TRAP(UD_VECTOR, 0);
	asm volatile(TRY("sysretq") : : : "r11", "memory");
	EXPECT_TRAP(UD_VECTOR, 0);

	wrmsr(MSR_EFER, efer | EFER_SCE);
	GUEST_EQ(rdmsr(MSR_EFER), efer | EFER_SCE);
	user_call(syscall_user);
	EXPECT_NO_TRAP();
	GUEST_EQ(modes_syscall_rcx, syscall_next);
	GUEST_EQ(modes_syscall_cs, SEL_CODE64);
	GUEST_EQ(modes_syscall_ss, SEL_DATA);
	GUEST_EQ(modes_syscall_flags,
		 modes_syscall_r11 & ~(FLAGS_CF | FLAGS_ZF | FLAGS_IF | FLAGS_AC));

	wrmsr(MSR_EFER, efer);
	user_call(syscall_user);
	EXPECT_TRAP(UD_VECTOR, 0);
}

static void syscall_sce(void)
{
	machine_run64(0, syscall_guest);
}

static GUEST void efer_guest(void)
{
	const uint64_t base = EFER_LME | EFER_LMA;
	int bit;

	GUEST_EQ(rdmsr(MSR_EFER), base);
	wrmsr(MSR_EFER, EFER_LME);		/* LMA cannot be written */
	GUEST_EQ(rdmsr(MSR_EFER), base);
	wrmsr_try(MSR_EFER, EFER_LMA);		/* LME is locked while paging is on */
	EXPECT_TRAP(GP_VECTOR, 0);
	wrmsr(MSR_EFER, base | EFER_SCE | EFER_NX);
	GUEST_EQ(rdmsr(MSR_EFER), base | EFER_SCE | EFER_NX);
	guest_sync(1);
	GUEST_EQ(rdmsr(MSR_EFER), base | EFER_NX);	/* the test wrote it */
	for (bit = 1; bit < 64; bit++) {
		if ((base | EFER_NX) >> bit & 1)
			continue;
		wrmsr_try(MSR_EFER, base | 1ULL << bit);
		EXPECT_TRAP(GP_VECTOR, 0);
	}
	GUEST_EQ(rdmsr(MSR_EFER), base | EFER_NX);
}

static void efer(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	struct kvm_sregs sregs;

	machine_start64(vcpu, efer_guest);
	CHECK_EQ(run_to_sync(vcpu), 1);
	sregs = get_sregs(vcpu);
	CHECK_EQ(sregs.efer, EFER_LME | EFER_LMA | EFER_SCE | EFER_NX);
	CHECK_EQ(get_msr(vcpu, MSR_EFER), EFER_LME | EFER_LMA | EFER_SCE | EFER_NX);
	sregs.efer &= ~EFER_SCE;
	set_sregs(vcpu, sregs);
	run_to_done(vcpu);
}

/* PDPTRs are registers, not memory: what the VMM sets holds until CR3 is loaded. */
static void pdptrs(void)
{
	struct l2_vcpu *vcpu = machine_new(0);
	uint64_t *pointers = guest_pointer(vcpu, PAE_POINTERS, 32);
	struct kvm_sregs2 sregs;
	uint64_t first;

	if (!cap(vcpu->l2->vm_fd, KVM_CAP_SREGS2))
		test_skip("no KVM_SET_SREGS2");
	machine_start32(vcpu, modes_pdptrs, PAGING_PAE);
	*(uint32_t *)guest_pointer(vcpu, MODES_MARK, 4) = 0x600dcafe;
	CHECK_EQ(run_to_sync(vcpu), 1);
	IOCTL(vcpu->fd, KVM_GET_SREGS2, &sregs);
	CHECK_EQ(sregs.flags, KVM_SREGS2_FLAGS_PDPTRS_VALID);
	first = sregs.pdptrs[0];
	CHECK_EQ(first, pointers[0]);
	CHECK(sregs.pdptrs[1] != first);
	sregs.pdptrs[1] = first;
	IOCTL(vcpu->fd, KVM_SET_SREGS2, &sregs);
	CHECK_EQ(run_to_sync(vcpu), 0x600dcafe);
	IOCTL(vcpu->fd, KVM_GET_SREGS2, &sregs);
	CHECK_EQ(sregs.pdptrs[1], first);
	pointers[1] = pointers[2];
	CHECK_EQ(run_to_sync(vcpu), 2);			/* the guest has loaded CR3 */
	IOCTL(vcpu->fd, KVM_GET_SREGS2, &sregs);
	CHECK_EQ(sregs.pdptrs[1], pointers[2]);
	run_to_done(vcpu);
	sregs.cr0 &= ~CR0_PG;				/* without PAE paging there are none */
	CHECK(ioctl(vcpu->fd, KVM_SET_SREGS2, &sregs) < 0);
	CHECK_EQ(errno, EINVAL);
}

const struct test modes_tests[] = {
	{ "modes/round-trip", "real, protected, paged, PAE, 64-bit mode and back",
	  round_trip_plain },
	{ "modes/round-trip-nx", "the same with EFER.NXE set", round_trip_nx },
	{ "modes/round-trip-nx-sce", "the same with EFER.NXE and SCE set", round_trip_nx_sce },
	{ "modes/unreal", "a 4 GiB segment survives into real mode", unreal },
	{ "modes/v86", "virtual-8086 mode, and INT in it", v86 },
	{ "modes/nx-long", "PTE bit 63 with NXE clear and set, 64-bit mode", nx_long },
	{ "modes/nx-pae", "PTE bit 63 with NXE clear and set, PAE paging", nx_pae },
	{ "modes/pdptrs", "KVM_GET/SET_SREGS2: PDPTRs of the VMM's choice, and of the guest's CR3", pdptrs },
	{ "modes/syscall", "SYSCALL and SYSRET with SCE clear and set", syscall_sce },
	{ "modes/efer", "EFER reads as written; reserved and locked bits", efer },
	{ }
};
