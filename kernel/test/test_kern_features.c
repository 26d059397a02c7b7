/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the processors of this machine can do is switched on, on each of them.  A line of the output names
 * it: the machine is chosen for it where that is to be tested.
 */
#include <test/ktest.h>

#include <lib/log.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <machine/instr.h>
#include <msr.h>
#include <sched/waitq.h>

#define APIC_BASE_X2APIC_ENABLE UINT64_C(0xc00)

#define LONG_ENOUGH UINT64_C(1000000)

struct features {
    bool umip, smep, smap, pcid, invpcid, x2apic;
};

static struct features find_features(void)
{
    struct cpuid_result basic = cpuid(1, 0);
    struct cpuid_result extended = {};
    if (cpuid(0, 0).eax >= 7) {
        extended = cpuid(7, 0);
    }
    return (struct features){
        .umip = (extended.ecx & 1u << 2) != 0,
        .smep = (extended.ebx & 1u << 7) != 0,
        .smap = (extended.ebx & 1u << 20) != 0,
        .pcid = (basic.ecx & 1u << 17) != 0,
        .invpcid = (extended.ebx & 1u << 10) != 0,
        .x2apic = (basic.ecx & 1u << 21) != 0,
    };
}

static void expect_switched_on(const struct features *has)
{
    uint64_t cr4 = read_cr4();
    EXPECT_EQ((cr4 & CR4_UMIP) != 0, has->umip);
    EXPECT_EQ((cr4 & CR4_SMEP) != 0, has->smep);
    EXPECT_EQ((cr4 & CR4_SMAP) != 0, has->smap);
    EXPECT_EQ((cr4 & CR4_PCIDE) != 0, has->pcid);
    EXPECT_EQ((rdmsr(MSR_APIC_BASE) & APIC_BASE_X2APIC_ENABLE) == APIC_BASE_X2APIC_ENABLE,
              has->x2apic);
}

KTEST(kern_features_are_switched_on_everywhere)
{
    struct features has = find_features();
    uint32_t home = cpu_index();
    log_info("# features:%s%s%s%s%s%s", has.umip ? " umip" : "", has.smep ? " smep" : "",
             has.smap ? " smap" : "", has.pcid ? " pcid" : "", has.invpcid ? " invpcid" : "",
             has.x2apic ? " x2apic" : "");
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        thread_bind(current_thread(), cpu);
        (void)thread_sleep_until(clock_now() + LONG_ENOUGH);
        EXPECT_EQ(cpu_index(), cpu);
        expect_switched_on(&has);
    }
    thread_bind(current_thread(), home);
    (void)thread_sleep_until(clock_now() + LONG_ENOUGH);
}
