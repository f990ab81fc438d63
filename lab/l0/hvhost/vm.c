// SPDX-License-Identifier: GPL-2.0
/*
 * vm.c - the machine that QEMU makes: its descriptors, vCPUs and memory, and how to stop it
 *
 * Follows Documentation/virt/kvm/api.rst.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

#define MAX_SLOTS	64
#define NS_PER_S	1000000000L
#define NS_PER_MS	1000000L

/* What QEMU interrupts KVM_RUN with: its handler sets immediate_exit and does nothing else. */
#define SIGNAL_KICK	SIGUSR1

struct vm vm = { .fd = -1 };

static size_t run_size;
static struct kvm_userspace_memory_region slots[MAX_SLOTS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t change = PTHREAD_COND_INITIALIZER;
static bool stopped;

/**
 * kvm_ioctl() - the ioctl of the kernel, not the one that hvhost puts in its place
 * @fd: descriptor
 * @request: request
 * @argument: its argument
 *
 * Return: what it returns; errno is set when that is -1.
 */
int kvm_ioctl(int fd, unsigned long request, void *argument)
{
	return syscall(SYS_ioctl, fd, request, argument);
}

/**
 * vm_created() - note the machine
 * @kvm_fd: /dev/kvm
 * @fd: the new VM
 */
void vm_created(int kvm_fd, int fd)
{
	run_size = kvm_ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
	vm.fd = fd;
}

/**
 * vm_add_vcpu() - note a new vCPU
 * @fd: its descriptor
 * @apic_id: its vCPU id, which is its APIC id
 */
void vm_add_vcpu(int fd, unsigned int apic_id)
{
	void *run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (run == MAP_FAILED || vm.count == VM_MAX_VCPUS) {
		fprintf(stderr, "hvhost: cannot take vCPU %u of %u\n", vm.count, VM_MAX_VCPUS);
		exit(1);
	}
	vm.vcpus[vm.count++] = (struct vcpu) { .fd = fd, .apic_id = apic_id, .run = run };
}

/**
 * vm_vcpu() - the vCPU of a descriptor
 * @fd: any descriptor
 *
 * Return: the vCPU, or NULL when it is none.
 */
struct vcpu *vm_vcpu(int fd)
{
	for (unsigned int i = 0; i < vm.count; i++)
		if (vm.vcpus[i].fd == fd)
			return &vm.vcpus[i];
	return NULL;
}

/**
 * vm_set_memory() - note where a range of L1's memory is
 * @region: what QEMU told KVM; a size of 0 takes it away
 */
void vm_set_memory(const struct kvm_userspace_memory_region *region)
{
	vm_lock();
	if (region->slot < MAX_SLOTS)
		slots[region->slot] = *region;
	vm_unlock();
}

/**
 * vm_memory() - L1's memory
 * @gpa: guest physical address
 * @size: bytes that are wanted from there on
 *
 * Return: where it is in this process, or NULL where L1 has no memory. Host lock held.
 */
void *vm_memory(uint64_t gpa, size_t size)
{
	for (unsigned int i = 0; i < MAX_SLOTS; i++) {
		const struct kvm_userspace_memory_region *slot = &slots[i];

		if (slot->flags & KVM_MEM_READONLY || size > slot->memory_size)
			continue;
		if (gpa - slot->guest_phys_addr <= slot->memory_size - size)
			return (void *)(slot->userspace_addr + (gpa - slot->guest_phys_addr));
	}
	return NULL;
}

/**
 * vm_lock() - take the host lock
 *
 * It is not to be had while another thread has the machine stopped.
 */
void vm_lock(void)
{
	pthread_mutex_lock(&lock);
	while (stopped)
		pthread_cond_wait(&change, &lock);
}

/**
 * vm_unlock() - give the host lock back
 */
void vm_unlock(void)
{
	pthread_mutex_unlock(&lock);
}

static bool anyone_inside(void)
{
	for (unsigned int i = 0; i < vm.count; i++)
		if (vm.vcpus[i].inside)
			return true;
	return false;
}

/**
 * vm_stop() - get every vCPU out of KVM_RUN and keep it out until vm_resume()
 *
 * The ioctls of any vCPU may then be used from this thread. Host lock held.
 */
void vm_stop(void)
{
	stopped = true;
	for (unsigned int i = 0; i < vm.count; i++) {
		struct vcpu *vcpu = &vm.vcpus[i];

		if (!vcpu->inside)
			continue;
		/* The flag is for a thread not yet in the kernel, the signal for one that is. */
		__atomic_store_n(&vcpu->run->immediate_exit, 1, __ATOMIC_SEQ_CST);
		syscall(SYS_tgkill, getpid(), vcpu->thread, SIGNAL_KICK);
	}
	while (anyone_inside())
		pthread_cond_wait(&change, &lock);
}

/**
 * vm_resume() - let the vCPUs run again. Host lock held.
 */
void vm_resume(void)
{
	stopped = false;
	pthread_cond_broadcast(&change);
}

/**
 * vm_wait() - wait for something that another thread does and follows with vm_changed()
 * @done: says if it has happened
 * @milliseconds: how long at most, in L0's time
 *
 * Return: true if it has happened. Host lock held, but given up while waiting.
 */
bool vm_wait(bool (*done)(void), unsigned int milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += milliseconds % 1000 * NS_PER_MS;
	if (until.tv_nsec >= NS_PER_S) {
		until.tv_nsec -= NS_PER_S;
		until.tv_sec++;
	}
	while (!done() || stopped)
		if (pthread_cond_timedwait(&change, &lock, &until) == ETIMEDOUT && !stopped)
			break;
	return done();
}

/**
 * vm_changed() - wake those who are in vm_wait(). Host lock held.
 */
void vm_changed(void)
{
	pthread_cond_broadcast(&change);
}

/**
 * vm_enter() - called by a vCPU's thread before KVM_RUN; waits while the machine is stopped
 * @vcpu: the vCPU
 */
void vm_enter(struct vcpu *vcpu)
{
	vm_lock();
	vcpu->thread = gettid();
	vcpu->inside = true;
	vm_unlock();
}

/**
 * vm_leave() - called by a vCPU's thread after KVM_RUN
 * @vcpu: the vCPU
 */
void vm_leave(struct vcpu *vcpu)
{
	pthread_mutex_lock(&lock);
	vcpu->inside = false;
	if (stopped)
		pthread_cond_broadcast(&change);
	pthread_mutex_unlock(&lock);
}
