// SPDX-License-Identifier: GPL-2.0
/*
 * leaves.c - what the bits of Hyper-V's CPUID leaves are called and mean
 *
 * Names are those of Microsoft's own headers where the bit has one there. TLFS, "Feature and Interface
 * Discovery", is behind these headers: a bit that only they (or Linux, 0x4000000a EAX[22] and EBX[0])
 * name is in the table as well, and what it is good for may then be no more than the name says.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "leaves.h"
#include "text.h"

#define FLAG(leaf, reg, bit, name, meaning) \
	{ 0x40000000 + leaf, reg, bit, bit, FIELD_FLAG, name, meaning }
#define FIELD(leaf, reg, low, high, kind, name, meaning) \
	{ 0x40000000 + leaf, reg, low, high, FIELD_##kind, name, meaning }

const struct field leaves_fields[] = {
	FIELD(0x0, EAX, 0, 31, HEX, "MaxFunction", "highest leaf"),
	FIELD(0x0, EBX, 0, 31, TEXT, "VendorName", "signature, characters 1 to 4"),
	FIELD(0x0, ECX, 0, 31, TEXT, "VendorName", "signature, characters 5 to 8"),
	FIELD(0x0, EDX, 0, 31, TEXT, "VendorName", "signature, characters 9 to 12"),

	FIELD(0x1, EAX, 0, 31, TEXT, "Interface", "interface: Hv#1 is the one of the TLFS"),

	FIELD(0x2, EAX, 0, 31, NUMBER, "BuildNumber", "host's build number"),
	FIELD(0x2, EBX, 16, 31, NUMBER, "MajorVersion", "host's major version"),
	FIELD(0x2, EBX, 0, 15, NUMBER, "MinorVersion", "host's minor version"),
	FIELD(0x2, ECX, 0, 31, NUMBER, "ServicePack", "host's service pack"),
	FIELD(0x2, EDX, 24, 31, NUMBER, "ServiceBranch", "host's service branch"),
	FIELD(0x2, EDX, 0, 23, NUMBER, "ServiceNumber", "host's service number"),

	FLAG(0x3, EAX, 0, "AccessVpRunTimeReg", "VP run time MSR"),
	FLAG(0x3, EAX, 1, "AccessPartitionReferenceCounter", "reference counter MSR"),
	FLAG(0x3, EAX, 2, "AccessSynicRegs", "synthetic interrupt controller MSRs"),
	FLAG(0x3, EAX, 3, "AccessSyntheticTimerRegs", "synthetic timer MSRs"),
	FLAG(0x3, EAX, 4, "AccessIntrCtrlRegs", "VP assist page, MSRs for APIC EOI, ICR and TPR"),
	FLAG(0x3, EAX, 5, "AccessHypercallMsrs", "hypercall page and guest OS id MSRs"),
	FLAG(0x3, EAX, 6, "AccessVpIndex", "VP index MSR"),
	FLAG(0x3, EAX, 7, "AccessResetReg", "reset MSR"),
	FLAG(0x3, EAX, 8, "AccessStatsReg", "statistics page MSRs"),
	FLAG(0x3, EAX, 9, "AccessPartitionReferenceTsc", "reference TSC page"),
	FLAG(0x3, EAX, 10, "AccessGuestIdleReg", "guest idle MSR"),
	FLAG(0x3, EAX, 11, "AccessFrequencyRegs", "TSC and APIC frequency MSRs"),
	FLAG(0x3, EAX, 12, "AccessDebugRegs", "debug MSRs"),
	FLAG(0x3, EAX, 13, "AccessReenlightenmentControls", "reenlightenment MSRs"),
	FLAG(0x3, EAX, 14, "AccessRootSchedulerReg", "root scheduler MSR"),
	FLAG(0x3, EAX, 15, "AccessTscInvariantControls", "invariant TSC control MSR"),

	FLAG(0x3, EBX, 0, "CreatePartitions", "may create partitions"),
	FLAG(0x3, EBX, 1, "AccessPartitionId", "may ask for its partition id"),
	FLAG(0x3, EBX, 2, "AccessMemoryPool", "may manage memory pools"),
	FLAG(0x3, EBX, 3, "AdjustMessageBuffers", "may adjust message buffers"),
	FLAG(0x3, EBX, 4, "PostMessages", "may post messages"),
	FLAG(0x3, EBX, 5, "SignalEvents", "may signal events"),
	FLAG(0x3, EBX, 6, "CreatePort", "may create ports"),
	FLAG(0x3, EBX, 7, "ConnectPort", "may connect ports"),
	FLAG(0x3, EBX, 8, "AccessStats", "may ask for statistics"),
	FLAG(0x3, EBX, 11, "Debugging", "may use the debugging hypercalls"),
	FLAG(0x3, EBX, 12, "CpuManagement", "may manage CPUs: this is the root partition"),
	FLAG(0x3, EBX, 13, "ConfigureProfiler", "may configure the profiler"),
	FLAG(0x3, EBX, 14, "AccessVpExitTracing", "may trace exits of VPs"),
	FLAG(0x3, EBX, 15, "EnableExtendedGvaRangesForFlushVirtualAddressList",
	     "may flush extended address ranges"),
	FLAG(0x3, EBX, 16, "AccessVsm", "virtual secure mode"),
	FLAG(0x3, EBX, 17, "AccessVpRegisters", "hypercalls for VP registers"),
	FLAG(0x3, EBX, 19, "FastHypercallOutput", "may use fast hypercall output"),
	FLAG(0x3, EBX, 20, "EnableExtendedHypercalls", "extended hypercalls"),
	FLAG(0x3, EBX, 21, "StartVirtualProcessor", "may start VPs by hypercall"),
	FLAG(0x3, EBX, 22, "Isolation", "isolated VM, see leaf 0x4000000c"),

	FIELD(0x3, ECX, 0, 3, NUMBER, "MaxSupportedCState", "deepest C state"),
	FLAG(0x3, ECX, 4, "HpetNeededForC3PowerState", "HPET needed for C3 (deprecated)"),
	FLAG(0x3, ECX, 5, "InvariantMperfAvailable", "invariant MPERF"),
	FLAG(0x3, ECX, 6, "SupervisorShadowStackAvailable", "supervisor shadow stacks"),
	FLAG(0x3, ECX, 7, "ArchPmuAvailable", "architectural performance counters"),
	FLAG(0x3, ECX, 8, "ExceptionTrapInterceptAvailable", "exception trap intercept"),

	FLAG(0x3, EDX, 0, "MwaitAvailable", "MWAIT (deprecated)"),
	FLAG(0x3, EDX, 1, "GuestDebuggingAvailable", "guest debugging"),
	FLAG(0x3, EDX, 2, "PerformanceMonitorsAvailable", "performance monitors"),
	FLAG(0x3, EDX, 3, "CpuDynamicPartitioningAvailable", "events of CPU dynamic partitioning"),
	FLAG(0x3, EDX, 4, "XmmRegistersForFastHypercallAvailable", "hypercall input in XMM registers"),
	FLAG(0x3, EDX, 5, "GuestIdleAvailable", "virtual guest idle state"),
	FLAG(0x3, EDX, 6, "HypervisorSleepStateSupportAvailable", "hypervisor sleep state"),
	FLAG(0x3, EDX, 7, "NumaDistanceQueryAvailable", "query of NUMA distances"),
	FLAG(0x3, EDX, 8, "FrequencyRegsAvailable", "timer frequencies can be asked for"),
	FLAG(0x3, EDX, 9, "SyntheticMachineCheckAvailable", "injection of machine checks"),
	FLAG(0x3, EDX, 10, "GuestCrashRegsAvailable", "guest crash MSRs"),
	FLAG(0x3, EDX, 11, "DebugRegsAvailable", "debug MSRs"),
	FLAG(0x3, EDX, 12, "Npiep1Available", "non-privileged instruction execution prevention"),
	FLAG(0x3, EDX, 13, "DisableHypervisorAvailable", "the hypervisor can be disabled"),
	FLAG(0x3, EDX, 14, "ExtendedGvaRangesForFlushVirtualAddressListAvailable",
	     "flush of extended address ranges"),
	FLAG(0x3, EDX, 15, "FastHypercallOutputAvailable", "hypercall output in XMM registers"),
	FLAG(0x3, EDX, 16, "SvmFeaturesAvailable", "shared virtual memory, see leaf 0x40000008"),
	FLAG(0x3, EDX, 17, "SintPollingModeAvailable", "polling mode of synthetic interrupts"),
	FLAG(0x3, EDX, 18, "HypercallMsrLockAvailable", "the hypercall MSR can be locked"),
	FLAG(0x3, EDX, 19, "DirectSyntheticTimers", "synthetic timers in direct mode"),
	FLAG(0x3, EDX, 20, "RegisterPatAvailable", "PAT register for VSM"),
	FLAG(0x3, EDX, 21, "RegisterBndcfgsAvailable", "BNDCFGS register for VSM"),
	FLAG(0x3, EDX, 22, "WatchdogTimerAvailable", "watchdog timer"),
	FLAG(0x3, EDX, 23, "SyntheticTimeUnhaltedTimerAvailable", "timer of unhalted time"),
	FLAG(0x3, EDX, 24, "DeviceDomainsAvailable", "device domains"),
	FLAG(0x3, EDX, 25, "S1DeviceDomainsAvailable", "device domains of stage 1"),
	FLAG(0x3, EDX, 26, "LbrAvailable", "last branch records"),
	FLAG(0x3, EDX, 27, "IptAvailable", "Intel Processor Trace"),
	FLAG(0x3, EDX, 28, "CrossVtlFlushAvailable", "flushes across virtual trust levels"),
	FLAG(0x3, EDX, 29, "IdleSpecCtrlAvailable", "SPEC_CTRL while idle"),
	FLAG(0x3, EDX, 30, "TranslateGvaFlagsAvailable", "flags of the address translation hypercall"),
	FLAG(0x3, EDX, 31, "ApicEoiInterceptAvailable", "intercept of APIC EOI"),

	FLAG(0x4, EAX, 0, "UseHypercallForAddressSpaceSwitch", "recommends a hypercall to switch CR3"),
	FLAG(0x4, EAX, 1, "UseHypercallForLocalFlush", "recommends a hypercall for local TLB flush"),
	FLAG(0x4, EAX, 2, "UseHypercallForRemoteFlushAndLocalFlushEntire",
	     "recommends a hypercall for remote TLB flush"),
	FLAG(0x4, EAX, 3, "UseApicMsrs", "recommends MSRs for APIC EOI, ICR and TPR"),
	FLAG(0x4, EAX, 4, "UseHvRegisterForReset", "recommends the reset MSR"),
	FLAG(0x4, EAX, 5, "UseRelaxedTiming", "recommends to switch timing watchdogs off"),
	FLAG(0x4, EAX, 6, "UseDmaRemapping", "recommends DMA remapping (deprecated)"),
	FLAG(0x4, EAX, 7, "UseInterruptRemapping", "recommends interrupt remapping (deprecated)"),
	FLAG(0x4, EAX, 8, "UseX2ApicMsrs", "recommends the x2APIC MSRs"),
	FLAG(0x4, EAX, 9, "DeprecateAutoEoi", "recommends to do without AutoEOI"),
	FLAG(0x4, EAX, 10, "UseSyntheticClusterIpi", "recommends a hypercall for IPIs"),
	FLAG(0x4, EAX, 11, "UseExProcessorMasks", "recommends extended processor masks"),
	FLAG(0x4, EAX, 12, "Nested", "the hypervisor is itself nested in Hyper-V"),
	FLAG(0x4, EAX, 13, "UseIntForMbecSystemCalls", "recommends INT for MBEC system calls"),
	FLAG(0x4, EAX, 14, "UseVmcsEnlightenments", "recommends the enlightened VMCS"),
	FLAG(0x4, EAX, 15, "UseSyncedTimeline", "use the root's performance counter bias"),
	FLAG(0x4, EAX, 16, "CoreSchedulerRequested", "the core scheduler is asked for"),
	FLAG(0x4, EAX, 17, "UseDirectLocalFlushEntire", "recommends CR4.PGE for a full local flush"),
	FLAG(0x4, EAX, 18, "NoNonArchitecturalCoreSharing", "cores are shared with siblings only"),
	FLAG(0x4, EAX, 19, "UseX2Apic", "recommends x2APIC mode"),
	FLAG(0x4, EAX, 20, "RestoreTimeOnResume", "time is to be restored on resume"),
	FLAG(0x4, EAX, 21, "UseHypercallForMmioAccess", "use hypercalls for MMIO"),
	FLAG(0x4, EAX, 22, "UseGpaPinningHypercall", "use hypercalls to pin memory"),
	FLAG(0x4, EAX, 23, "WakeVps", "wake VPs"),
	FIELD(0x4, EBX, 0, 31, HEX, "LongSpinWaitCount",
	      "spins before the hypervisor is told; 0xffffffff: never"),
	FIELD(0x4, ECX, 0, 6, NUMBER, "ImplementedPhysicalAddressBits",
	      "physical address bits of the hardware; 0: not told"),

	FIELD(0x5, EAX, 0, 31, NUMBER, "MaxVirtualProcessorCount", "most VPs; 0: not told"),
	FIELD(0x5, EBX, 0, 31, NUMBER, "MaxLogicalProcessorCount", "most CPUs; 0: not told"),
	FIELD(0x5, ECX, 0, 31, NUMBER, "MaxInterruptMappingCount",
	      "most vectors for interrupt remapping; 0: not told"),

	FLAG(0x6, EAX, 0, "ApicOverlayAssistInUse", "host uses APIC overlay assist"),
	FLAG(0x6, EAX, 1, "MsrBitmapsInUse", "host uses MSR bitmaps"),
	FLAG(0x6, EAX, 2, "ArchitecturalPerformanceCountersInUse", "host uses performance counters"),
	FLAG(0x6, EAX, 3, "SecondLevelAddressTranslationInUse", "host uses EPT or NPT"),
	FLAG(0x6, EAX, 4, "DmaRemappingInUse", "host uses DMA remapping"),
	FLAG(0x6, EAX, 5, "InterruptRemappingInUse", "host uses interrupt remapping"),
	FLAG(0x6, EAX, 6, "MemoryPatrolScrubberPresent", "hardware has a memory patrol scrubber"),
	FLAG(0x6, EAX, 7, "DmaProtectionInUse", "host uses DMA protection"),
	FLAG(0x6, EAX, 8, "HpetRequested", "HPET is requested"),
	FLAG(0x6, EAX, 9, "SyntheticTimersVolatile", "synthetic timers are volatile"),
	FIELD(0x6, EAX, 10, 13, NUMBER, "HypervisorLevel", "level of the hypervisor"),
	FLAG(0x6, EAX, 14, "PhysicalDestinationModeRequired", "APIC physical mode required"),
	FLAG(0x6, EAX, 15, "UseVmfuncForAliasMapSwitch", "VMFUNC switches the alias map"),
	FLAG(0x6, EAX, 16, "HvRegisterForMemoryZeroingSupported", "register for memory zeroing"),
	FLAG(0x6, EAX, 17, "UnrestrictedGuestSupported", "unrestricted guest"),
	FLAG(0x6, EAX, 18, "RdtAFeaturesSupported", "resource allocation (L3 partitioning)"),
	FLAG(0x6, EAX, 19, "RdtMFeaturesSupported", "resource monitoring (L3)"),
	FLAG(0x6, EAX, 20, "ChildPerfmonPmuSupported", "performance counters for children"),
	FLAG(0x6, EAX, 21, "ChildPerfmonLbrSupported", "last branch records for children"),
	FLAG(0x6, EAX, 22, "ChildPerfmonIptSupported", "Processor Trace for children"),
	FLAG(0x6, EAX, 23, "ApicEmulationSupported", "APIC emulation"),
	FLAG(0x6, EAX, 24, "ChildX2ApicRecommended", "x2APIC recommended for children"),
	FLAG(0x6, EAX, 25, "HardwareWatchdogReserved", "the hardware watchdog is reserved"),
	FLAG(0x6, EAX, 26, "DeviceAccessTrackingSupported", "tracking of accesses by devices"),
	FLAG(0x6, EAX, 27, "HardwareGpaAccessTrackingSupported", "tracking of accesses to memory"),
	FIELD(0x6, EBX, 0, 7, NUMBER, "DeviceDomainInputWidth", "address bits of a device domain"),

	FLAG(0x7, EAX, 0, "StartLogicalProcessor", "may start logical processors"),
	FLAG(0x7, EAX, 1, "CreateRootVirtualProcessor", "may create VPs of the root"),
	FLAG(0x7, EAX, 2, "PerformanceCounterSync", "performance counter sync"),
	FLAG(0x7, EAX, 31, "ReservedIdentityBit", "this is the root partition"),
	FLAG(0x7, EBX, 0, "ProcessorPowerManagement", "processor power management"),
	FLAG(0x7, EBX, 1, "MwaitIdleStates", "MWAIT idle states"),
	FLAG(0x7, EBX, 2, "LogicalProcessorIdling", "idling of logical processors"),
	FLAG(0x7, ECX, 0, "RemapGuestUncached", "guest memory can be remapped as uncached"),

	FLAG(0x8, EAX, 0, "SvmSupported", "shared virtual memory"),
	FIELD(0x8, EAX, 11, 31, NUMBER, "MaxPasidSpacePasidCount", "most PASIDs of a space"),
	FIELD(0x8, EBX, 0, 31, NUMBER, "MaxPasidSpaceCount", "most PASID spaces"),
	FIELD(0x8, ECX, 0, 31, NUMBER, "MaxDevicePrqSize", "longest page request queue of a device"),

	FLAG(0x9, EAX, 2, "AccessSynicRegs", "nested: synthetic interrupt controller MSRs"),
	FLAG(0x9, EAX, 4, "AccessIntrCtrlRegs", "nested: VP assist page, APIC MSRs"),
	FLAG(0x9, EAX, 5, "AccessHypercallMsrs", "nested: hypercall MSRs"),
	FLAG(0x9, EAX, 6, "AccessVpIndex", "nested: VP index MSR"),
	FLAG(0x9, EAX, 12, "AccessReenlightenmentControls", "nested: reenlightenment MSRs"),
	FLAG(0x9, EDX, 4, "XmmRegistersForFastHypercallAvailable",
	     "nested: hypercall input in XMM registers"),
	FLAG(0x9, EDX, 15, "FastHypercallOutputAvailable", "nested: hypercall output in XMM registers"),
	FLAG(0x9, EDX, 17, "SintPollingModeAvailable", "nested: polling of synthetic interrupts"),

	FIELD(0xa, EAX, 0, 7, NUMBER, "EnlightenedVmcsVersionLow", "lowest enlightened VMCS version"),
	FIELD(0xa, EAX, 8, 15, NUMBER, "EnlightenedVmcsVersionHigh",
	      "highest enlightened VMCS version"),
	FLAG(0xa, EAX, 16, "FlushGuestPhysicalHypercall_Deprecated",
	     "guest-physical flush hypercalls (deprecated)"),
	FLAG(0xa, EAX, 17, "NestedFlushVirtualHypercall", "direct virtual flush"),
	FLAG(0xa, EAX, 18, "FlushGuestPhysicalHypercall", "guest-physical flush hypercalls"),
	FLAG(0xa, EAX, 19, "MsrBitmap", "enlightened MSR bitmap"),
	FLAG(0xa, EAX, 20, "VirtualizationException", "#VE combined into the #PF class"),
	FLAG(0xa, EAX, 21, "NonZeroGuestDebugCtl", "guest IA32_DEBUGCTL may be other than zero"),
	FLAG(0xa, EAX, 22, "EnlightenedTlb", "enlightened TLB (AMD)"),
	FLAG(0xa, EBX, 0, "PerfGlobalCtrl", "IA32_PERF_GLOBAL_CTRL in the enlightened VMCS"),

	FLAG(0xc, EAX, 0, "ParavisorPresent", "a paravisor stands between guest and host"),
	FIELD(0xc, EBX, 0, 3, ISOLATION, "IsolationType", "how the VM is isolated from the host"),
	FLAG(0xc, EBX, 5, "SharedGpaBoundaryActive", "memory above a boundary is shared"),
	FIELD(0xc, EBX, 6, 11, NUMBER, "SharedGpaBoundaryBits", "address bits of that boundary"),
};

const size_t leaves_field_count = sizeof(leaves_fields) / sizeof(leaves_fields[0]);

static uint32_t field_mask(const struct field *field)
{
	return (uint32_t)(((1ULL << (field->high - field->low + 1)) - 1) << field->low);
}

static char printable(unsigned char c)
{
	return isprint(c) ? c : '.';
}

/* Up to four characters; those after the last that is set are not shown. */
static char *signature_part(uint32_t value)
{
	char text[5] = "";
	size_t i;

	for (i = 0; i < 4 && value >> 8 * i; i++)
		text[i] = printable(value >> 8 * i & 0xff);
	return text_format("%s", text);
}

/**
 * leaves_isolation() - the name of an isolation type
 * @type: HV_ISOLATION_TYPE_*, 0x4000000c EBX[3:0]
 */
const char *leaves_isolation(unsigned int type)
{
	static const char *const names[] = { "none", "VBS", "SNP", "TDX" };

	return type < sizeof(names) / sizeof(names[0]) ? names[type] : "unknown";
}

/**
 * leaves_value() - the value of a field, for people
 * @field: the field
 * @regs: the registers of its leaf
 *
 * Return: allocated text.
 */
char *leaves_value(const struct field *field, const uint32_t regs[CPUID_REGS])
{
	uint32_t value = (regs[field->reg] & field_mask(field)) >> field->low;

	switch (field->kind) {
	case FIELD_FLAG:
		return text_format("%s", value ? "yes" : "no");
	case FIELD_HEX:
		return text_format("0x%08x", value);
	case FIELD_TEXT:
		return signature_part(value);
	case FIELD_ISOLATION:
		return text_format("%s", leaves_isolation(value));
	case FIELD_NUMBER:
		break;
	}
	return text_format("%u", value);
}

/**
 * leaves_signature() - the twelve characters that a first leaf has in EBX, ECX and EDX
 * @regs: the registers of the leaf
 *
 * Return: allocated text, with '.' for what is not printable.
 */
char *leaves_signature(const uint32_t regs[CPUID_REGS])
{
	char text[13] = "";
	size_t i, length = sizeof(text) - 1;

	memcpy(text, &regs[EBX], length);
	while (length && !text[length - 1])
		length--;
	for (i = 0; i < length; i++)
		text[i] = printable(text[i]);
	return text_format("%s", text);
}

/**
 * leaves_unnamed() - the bits of a register that no field covers
 * @leaf: number of the leaf
 * @reg: the register
 */
uint32_t leaves_unnamed(uint32_t leaf, enum cpuid_reg reg)
{
	uint32_t named = 0;
	size_t i;

	for (i = 0; i < leaves_field_count; i++)
		if (leaves_fields[i].leaf == leaf && leaves_fields[i].reg == reg)
			named |= field_mask(&leaves_fields[i]);
	return ~named;
}
