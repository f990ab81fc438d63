// SPDX-License-Identifier: GPL-2.0
/*
 * State that is the guest's while it runs and the host's in between, whether or not a VMCS switches
 * it: the MSRs of SYSCALL and SYSENTER, GS bases, PAT, EFER, SSE and x87 registers and CR2. The
 * guest checks its values after every exit to user space; the host makes system
 * calls and floating-point arithmetic between them, and checks what it holds over KVM_RUN.
 */
#include "own.h"

#define ROUNDS		20
#define GUEST_PAT	0x0007040600070405ul
#define X87_CONTROL	0x340		/* bit 6 is always set */
#define ADDRESS(n)	(0x7ff000000000ul + (n))

/* Where SYSCALL and SYSENTER go. They leave by a jump to the address in RCX or RBX. */
asm(".globl syscall_target, sysenter_target\n"
	"syscall_target: pushf; pop %rdx; jmp *%rcx\n"
	"sysenter_target: mov $0x5e, %eax; mov %rbp, %rsp; jmp *%rbx\n");
extern char syscall_target[], sysenter_target[];

static void set_up(void)
{
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
	wrmsr(MSR_STAR, (uint64_t)get_cs() << 32 | 0xabcul << 48);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_target);
	wrmsr(MSR_CSTAR, ADDRESS(0x1000));
	wrmsr(MSR_SYSCALL_MASK, 0x400);
	wrmsr(MSR_IA32_SYSENTER_CS, get_cs());
	wrmsr(MSR_IA32_SYSENTER_EIP, (uint64_t)sysenter_target);
	wrmsr(MSR_IA32_SYSENTER_ESP, ADDRESS(0x2000));
	wrmsr(MSR_FS_BASE, ADDRESS(0x3000));
	wrmsr(MSR_GS_BASE, ADDRESS(0x4000));
	wrmsr(MSR_KERNEL_GS_BASE, ADDRESS(0x5000));
	wrmsr(MSR_IA32_CR_PAT, GUEST_PAT);
}

static void check_msrs(void)
{
	GUEST_ASSERT_EQ(rdmsr(MSR_STAR), (uint64_t)get_cs() << 32 | 0xabcul << 48);
	GUEST_ASSERT_EQ(rdmsr(MSR_LSTAR), (uint64_t)syscall_target);
	GUEST_ASSERT_EQ(rdmsr(MSR_CSTAR), ADDRESS(0x1000));
	GUEST_ASSERT_EQ(rdmsr(MSR_SYSCALL_MASK), 0x400);
	GUEST_ASSERT_EQ(rdmsr(MSR_IA32_SYSENTER_ESP), ADDRESS(0x2000));
	GUEST_ASSERT_EQ(rdmsr(MSR_FS_BASE), ADDRESS(0x3000));
	GUEST_ASSERT_EQ(rdmsr(MSR_GS_BASE), ADDRESS(0x4000));
	GUEST_ASSERT_EQ(rdmsr(MSR_KERNEL_GS_BASE), ADDRESS(0x5000));
	asm volatile("swapgs");
	GUEST_ASSERT_EQ(rdmsr(MSR_GS_BASE), ADDRESS(0x5000));
	GUEST_ASSERT_EQ(rdmsr(MSR_KERNEL_GS_BASE), ADDRESS(0x4000));
	asm volatile("swapgs");
	GUEST_ASSERT_EQ(rdmsr(MSR_IA32_CR_PAT), GUEST_PAT);
}

/* SYSCALL works at CPL 0 too. The mask takes the direction flag away. */
static void check_syscall(void)
{
	uint64_t flags;

	asm volatile("std; syscall; cld" : "=d"(flags) : : "rcx", "r11", "memory");
	GUEST_ASSERT_EQ(flags & 0x400, 0);
}

static void check_sysenter(void)
{
	uint64_t rax = 0;

	asm volatile("push %%rbp; mov %%rsp, %%rbp; lea 1f(%%rip), %%rbx; sysenter; 1: pop %%rbp"
		     : "+a"(rax) : : "rbx", "memory");
	GUEST_ASSERT_EQ(rax, 0x5e);
}

#define SSE_REGISTERS	16
#define FOR_SSE(R)	R(0) R(1) R(2) R(3) R(4) R(5) R(6) R(7) R(8) R(9) R(10) R(11) R(12) R(13) R(14) R(15)
#define LOAD(n)		"movdqu 16*" #n "(%0), %%xmm" #n "\n"
#define STORE(n)	"movdqu %%xmm" #n ", 16*" #n "(%0)\n"

struct sse {
	uint64_t word[2 * SSE_REGISTERS];
};

static void sse_choose(struct sse *sse, uint64_t seed)
{
	int i;

	for (i = 0; i < 2 * SSE_REGISTERS; i++)
		sse->word[i] = seed * (i + 1);
}

static __always_inline void sse_load(const struct sse *sse)
{
	asm volatile(FOR_SSE(LOAD) : : "r"(sse) : "memory");
}

static __always_inline void sse_store(struct sse *sse)
{
	asm volatile(FOR_SSE(STORE) : : "r"(sse) : "memory");
}

static bool sse_same(const struct sse *a, const struct sse *b)
{
	int i;

	for (i = 0; i < 2 * SSE_REGISTERS; i++)
		if (a->word[i] != b->word[i])
			return false;
	return true;
}

/* GUEST_SYNC would run C code, which may use SSE registers. */
static void exit_to_host(void)
{
	asm volatile("out %%al, $0x80" : : "a"(0));
}

static void guest(void)
{
	struct sse loaded, found;
	uint64_t i, cr2;
	uint16_t control;

	set_up();
	for (i = 1; i <= ROUNDS; i++) {
		asm volatile("mov %0, %%cr2" : : "r"(ADDRESS(i)));
		control = X87_CONTROL | i;
		asm volatile("fldcw %0" : : "m"(control));
		sse_choose(&loaded, i * 0x1111);
		sse_load(&loaded);
		exit_to_host();
		sse_store(&found);
		GUEST_ASSERT(sse_same(&loaded, &found));
		control = 0;
		asm volatile("fnstcw %0" : "=m"(control));
		GUEST_ASSERT_EQ(control, X87_CONTROL | i);
		asm volatile("mov %%cr2, %0" : "=r"(cr2));
		GUEST_ASSERT_EQ(cr2, ADDRESS(i));
		check_msrs();
		check_syscall();
		if (host_cpu_is_intel)		/* AMD has none in 64-bit mode */
			check_sysenter();
		/* Without EFER.SCE there is no SYSCALL. */
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) & ~(uint64_t)EFER_SCE);
		GUEST_ASSERT_EQ(kvm_asm_safe("syscall", "c"(0)), UD_VECTOR);
		wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
	}
	GUEST_DONE();
}

int main(void)
{
	struct kvm_vcpu *vcpu;
	struct kvm_vm *vm = vm_create_with_one_vcpu(&vcpu, guest);
	struct ucall uc;
	uint16_t control, before;
	struct sse loaded, found;
	int round = 0, r;

	asm volatile("fnstcw %0" : "=m"(before));
	do {
		sse_choose(&loaded, 0xf00d + round);
		sse_load(&loaded);
		r = ioctl(vcpu->fd, KVM_RUN, NULL);
		sse_store(&found);
		TEST_ASSERT(!r, "KVM_RUN");
		TEST_ASSERT(sse_same(&loaded, &found), "the host's SSE registers changed over KVM_RUN");
		asm volatile("fnstcw %0" : "=m"(control));
		TEST_ASSERT_EQ(control, before);
		TEST_ASSERT(getppid() > 0, "a system call");
		round++;
	} while (vcpu->run->exit_reason == KVM_EXIT_IO && vcpu->run->io.port == 0x80);

	TEST_ASSERT_KVM_EXIT_REASON(vcpu, KVM_EXIT_IO);
	if (get_ucall(vcpu, &uc) == UCALL_ABORT)
		REPORT_GUEST_ASSERT(uc);
	TEST_ASSERT_EQ(uc.cmd, UCALL_DONE);
	TEST_ASSERT_EQ(round, ROUNDS + 1);
	kvm_vm_free(vm);
	return 0;
}
