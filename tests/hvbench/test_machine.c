// SPDX-License-Identifier: GPL-2.0
/*
 * What a machine is, from trees of files: above all which KVM backend it has (machine.c).
 */
#include "test.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "machine.h"
#include "tsc.h"

static char root[40];
static struct machine machine;

static int make_root(void **state)
{
	strcpy(root, "/tmp/test_machine.XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int drop_root(void **state)
{
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Makes a file below the root, with its folders. */
static void put(const char *path, const char *text)
{
	char name[300], *slash;
	FILE *file;

	snprintf(name, sizeof(name), "%s/%s", root, path);
	for (slash = strchr(name + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(name, 0755);
		*slash = '/';
	}
	file = fopen(name, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void read_tree(void)
{
	assert_int_equal(machine_read_captured(&machine, root), 0);
}

static void backend_is(const char *backend, const char *module, enum answer evmcs)
{
	read_tree();
	assert_string_equal(machine.backend, backend);
	assert_string_equal(machine.module, module);
	assert_int_equal(machine.evmcs, evmcs);
}

static void empty_tree(void **state)
{
	backend_is("", "", UNKNOWN);
	assert_string_equal(machine.model, "");
	assert_string_equal(machine.kernel, "");
	assert_string_equal(machine.clocksource, "");
	assert_int_equal(machine.nr_mitigations, 0);
	assert_int_equal(machine.cpu, -1);
	assert_int_equal(machine.partner, -1);
}

static void own_name(void **state)
{
	put("sys/module/hv_evmcs/initstate", "live\n");
	put("sys/module/hv_evmcs/parameters/cpuid_fastpath", "Y\n");
	backend_is("hv_evmcs", "hv_evmcs", YES);
}

/* As it must be called from Linux 6.18 on. */
static void other_name(void **state)
{
	put("sys/module/kvm_intel/initstate", "live\n");
	put("sys/module/kvm_intel/parameters/cpuid_fastpath", "N\n");
	backend_is("hv_evmcs", "kvm_intel", YES);
}

static void stock_with_evmcs(void **state)
{
	put("sys/module/kvm_intel/initstate", "live\n");
	put("sys/module/kvm_intel/parameters/enlightened_vmcs", "Y\n");
	backend_is("kvm_intel", "kvm_intel", YES);
}

static void stock_without_evmcs(void **state)
{
	put("sys/module/kvm_intel/initstate", "live\n");
	put("sys/module/kvm_intel/parameters/enlightened_vmcs", "N\n");
	backend_is("kvm_intel", "kvm_intel", NO);
}

static void stock_that_does_not_say(void **state)
{
	put("sys/module/kvm_intel/initstate", "live\n");
	put("sys/module/kvm_intel/parameters/ept", "Y\n");
	backend_is("kvm_intel", "kvm_intel", UNKNOWN);
}

/* One that is built into the kernel stands in sysfs on every CPU. */
static void built_in_for_others(void **state)
{
	put("sys/module/kvm_intel/parameters/ept", "Y\n");
	put("sys/module/kvm_amd/initstate", "live\n");
	put("sys/class/misc/kvm/dev", "10:232\n");
	put("cpuid", "0x80000001 0x00 0x00a00f11 0x40000000 0x00000004 0x2fd3fbff\n");
	backend_is("kvm_amd", "kvm_amd", NO);
}

/* Runs without VMX and SVM. */
static void pvm(void **state)
{
	put("sys/class/misc/kvm/dev", "10:232\n");
	put("sys/module/kvm_pvm/parameters/x", "Y\n");
	backend_is("kvm_pvm", "kvm_pvm", NO);
}

static void unknown_backend(void **state)
{
	put("sys/class/misc/kvm/dev", "10:232\n");
	backend_is("other", "", UNKNOWN);
}

/* A tree that somebody else made shows nothing of this machine. */
static void links_stay_inside(void **state)
{
	char path[100];

	put("proc/sys/kernel/x", "");
	snprintf(path, sizeof(path), "%s/proc/sys/kernel/osrelease", root);
	assert_int_equal(symlink("/proc/sys/kernel/osrelease", path), 0);
	read_tree();
	assert_string_equal(machine.kernel, "");
}

static void no_tree(void **state)
{
	assert_int_equal(machine_read_captured(&machine, "/nonexistent"), -ENOENT);
}

static void halting(void **state)
{
	read_tree();
	assert_int_equal(machine.halt_poll_ns, -1);
	assert_string_equal(machine.idle_driver, "");
	put("sys/module/kvm/parameters/halt_poll_ns", "200000\n");
	put("sys/devices/system/cpu/cpuidle/current_driver", "haltpoll\n");
	read_tree();
	assert_int_equal(machine.halt_poll_ns, 200000);
	assert_string_equal(machine.idle_driver, "haltpoll");
}

static void amd(void **state)
{
	put("sys/module/kvm_amd/initstate", "live\n");
	put("proc/cpuinfo",
	    "processor\t: 0\nvendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC 7763\n");
	backend_is("kvm_amd", "kvm_amd", NO);
	assert_string_equal(machine.model, "AMD EPYC 7763");
}

static void hypervisor(void **state)
{
	read_tree();
	assert_string_equal(machine.hypervisor, "unknown");
	put("cpuid", "0x00000001 0x00 0x000306c3 0x00100800 0xfffa3203 0x178bfbff\nnonsense\n"
	    "0x40000000 0x00 0x4000000c 0x7263694d 0x666f736f 0x76482074\n");
	read_tree();
	assert_string_equal(machine.hypervisor, "Microsoft Hv");
	put("cpuid", "0x00000001 0x00 0x000306c3 0x00100800 0x7ffa3203 0x178bfbff\n"
	    "0x40000000 0x00 0x4000000c 0x7263694d 0x666f736f 0x76482074\n");
	read_tree();
	assert_string_equal(machine.hypervisor, "");
}

static void mitigations(void **state)
{
	put("sys/devices/system/cpu/vulnerabilities/spectre_v2", "Mitigation: Retpolines; IBPB\n");
	put("sys/devices/system/cpu/vulnerabilities/l1tf", "Not affected\n");
	put("sys/devices/system/cpu/vulnerabilities/mds", "Vulnerable\n");
	put("proc/sys/kernel/osrelease", "6.12.1-test\n");
	put("sys/devices/system/clocksource/clocksource0/current_clocksource",
	    "hyperv_clocksource_tsc_page\n");
	read_tree();
	assert_int_equal(machine.nr_mitigations, 3);
	assert_string_equal(machine.mitigations[0].name, "l1tf");
	assert_string_equal(machine.mitigations[1].text, "Vulnerable");
	assert_string_equal(machine.mitigations[2].text, "Mitigation: Retpolines; IBPB");
	assert_string_equal(machine.kernel, "6.12.1-test");
	assert_string_equal(machine.clocksource, "hyperv_clocksource_tsc_page");
}

static void not_printable(void **state)
{
	put("sys/devices/system/cpu/vulnerabilities/x\033\xff", "Vulnerable\a\n");
	put("proc/cpuinfo", "model name\t: \xff\n");
	read_tree();
	assert_string_equal(machine.mitigations[0].name, "x??");
	assert_string_equal(machine.mitigations[0].text, "Vulnerable?");
	assert_string_equal(machine.model, "?");
}

/* More of them than there is room for, and longer. */
static void too_many_mitigations(void **state)
{
	char path[100], text[400];
	int i;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < MACHINE_MAX_MITIGATIONS + 5; i++) {
		sprintf(path, "%s/a_name_that_is_quite_long_indeed_%03d",
			"sys/devices/system/cpu/vulnerabilities", i);
		put(path, text);
	}
	read_tree();
	assert_int_equal(machine.nr_mitigations, MACHINE_MAX_MITIGATIONS);
	assert_int_equal(strlen(machine.mitigations[0].text), sizeof(machine.mitigations[0].text) - 1);
}

static double monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* Measured by another clock and another sleep; a busy machine may disturb some of the tries. */
static void tsc_frequency(void **state)
{
	double off = 1;
	int i;

	for (i = 0; i < 10 && off > 0.02; i++) {
		double ns = monotonic_ns(), khz;
		uint64_t tsc = tsc_read();

		usleep(50000);
		tsc = tsc_read() - tsc;
		khz = tsc * 1e6 / (monotonic_ns() - ns);
		assert_int_equal(machine_read(&machine), 0);
		off = fabs(machine.tsc_khz / khz - 1);
	}
	assert_true(off <= 0.02);
}

#define MACHINE_TEST(test)	cmocka_unit_test_setup_teardown(test, make_root, drop_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MACHINE_TEST(empty_tree),
		MACHINE_TEST(own_name),
		MACHINE_TEST(other_name),
		MACHINE_TEST(stock_with_evmcs),
		MACHINE_TEST(stock_without_evmcs),
		MACHINE_TEST(stock_that_does_not_say),
		MACHINE_TEST(amd),
		MACHINE_TEST(built_in_for_others),
		MACHINE_TEST(pvm),
		MACHINE_TEST(unknown_backend),
		MACHINE_TEST(links_stay_inside),
		MACHINE_TEST(no_tree),
		MACHINE_TEST(halting),
		MACHINE_TEST(hypervisor),
		MACHINE_TEST(mitigations),
		MACHINE_TEST(not_printable),
		MACHINE_TEST(too_many_mitigations),
		cmocka_unit_test(tsc_frequency),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
