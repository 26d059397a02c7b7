/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where processors have x2APIC mode the registers are model-specific ones, a message is a single
 * write, and controllers have 32-bit numbers.  Otherwise they are in memory (xAPIC mode).
 */
#include <lapic.h>

#include <lib/panic.h>
#include <arch/pmap.h>
#include <acpi.h>
#include <cpu_features.h>
#include <idt.h>
#include <machine/instr.h>
#include <msr.h>

#define APIC_BASE_X2APIC  UINT64_C(0x400)
#define APIC_BASE_ENABLE  UINT64_C(0x800)
#define APIC_BASE_DEFAULT UINT64_C(0xfee00000)

/* Offsets of the registers in memory; the number of a model-specific one is MSR_X2APIC and a
 * sixteenth of that. */
#define LAPIC_ID               0x020
#define LAPIC_TASK_PRIORITY    0x080
#define LAPIC_END_OF_INTERRUPT 0x0b0
#define LAPIC_SPURIOUS         0x0f0
#define LAPIC_COMMAND_LOW      0x300
#define LAPIC_COMMAND_HIGH     0x310
#define LAPIC_LVT_TIMER        0x320
#define LAPIC_LVT_LINT0        0x350
#define LAPIC_LVT_LINT1        0x360
#define LAPIC_LVT_ERROR        0x370
#define LAPIC_TIMER_INITIAL    0x380
#define LAPIC_TIMER_CURRENT    0x390
#define LAPIC_TIMER_DIVIDE     0x3e0

#define SPURIOUS_ENABLE    0x100u
#define LVT_MASKED         0x10000u
#define LVT_NMI            0x400u
#define LVT_TIMER_DEADLINE 0x40000u
#define DIVIDE_BY_16       0x3u
#define COMMAND_NMI        0x04400u /* delivery modes, with "assert" */
#define COMMAND_INIT       0x04500u
#define COMMAND_STARTUP    0x04600u
#define COMMAND_PENDING    0x01000u

#define REGISTERS_SIZE 4096

static volatile uint32_t *registers;

static uint32_t lapic_read(uint32_t offset)
{
    if (cpu_features.x2apic) {
        return (uint32_t)rdmsr(MSR_X2APIC + offset / 16);
    }
    return registers[offset / sizeof(uint32_t)];
}

static void lapic_write(uint32_t offset, uint32_t value)
{
    if (cpu_features.x2apic) {
        wrmsr(MSR_X2APIC + offset / 16, value);
        return;
    }
    registers[offset / sizeof(uint32_t)] = value;
}

void lapic_init(void)
{
    phys_addr_t address = acpi_info.has_madt ? acpi_info.madt.local_apic : APIC_BASE_DEFAULT;
    if ((cpuid(1, 0).edx >> 9 & 1) == 0) {
        panic("this processor has no local APIC");
    }
    if (cpu_features.x2apic) {
        return;
    }
    registers = pmap_map_device(address, REGISTERS_SIZE);
    if (registers == nullptr) {
        panic("cannot map the local APIC at %lx", address);
    }
}

void lapic_init_cpu(void)
{
    /* Into x2APIC mode there is a way from the other one only. */
    uint64_t base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;
    wrmsr(MSR_APIC_BASE, base);
    if (cpu_features.x2apic) {
        wrmsr(MSR_APIC_BASE, base | APIC_BASE_X2APIC);
    }
    lapic_write(LAPIC_TASK_PRIORITY, 0);
    lapic_write(LAPIC_LVT_TIMER, LVT_MASKED | VECTOR_TIMER);
    lapic_write(LAPIC_LVT_LINT0, LVT_MASKED);
    lapic_write(LAPIC_LVT_LINT1, LVT_NMI);
    lapic_write(LAPIC_LVT_ERROR, LVT_MASKED);
    lapic_write(LAPIC_TIMER_DIVIDE, DIVIDE_BY_16);
    lapic_write(LAPIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
    lapic_write(LAPIC_LVT_TIMER, VECTOR_TIMER);
    lapic_end_of_interrupt();
}

uint32_t lapic_id(void)
{
    uint32_t id = lapic_read(LAPIC_ID);
    return cpu_features.x2apic ? id : id >> 24;
}

bool lapic_can_reach(uint32_t id)
{
    return id < (cpu_features.x2apic ? UINT32_MAX : UINT8_MAX);
}

void lapic_end_of_interrupt(void)
{
    lapic_write(LAPIC_END_OF_INTERRUPT, 0);
}

void lapic_timer_start(uint32_t count)
{
    lapic_write(LAPIC_TIMER_INITIAL, count);
}

uint32_t lapic_timer_remaining(void)
{
    return lapic_read(LAPIC_TIMER_CURRENT);
}

void lapic_timer_use_deadline(void)
{
    lapic_write(LAPIC_LVT_TIMER, LVT_TIMER_DEADLINE | VECTOR_TIMER);
}

/* The two halves of a command in memory must not be torn apart; one in a model-specific register
 * could overtake what was stored before.  Context: interrupts off. */
static void lapic_command(uint32_t id, uint32_t command)
{
    if (cpu_features.x2apic) {
        mfence_lfence();
        wrmsr(MSR_X2APIC + LAPIC_COMMAND_LOW / 16, (uint64_t)id << 32 | command);
        return;
    }
    while ((lapic_read(LAPIC_COMMAND_LOW) & COMMAND_PENDING) != 0) {
        pause();
    }
    lapic_write(LAPIC_COMMAND_HIGH, id << 24);
    lapic_write(LAPIC_COMMAND_LOW, command);
}

void lapic_send(uint32_t id, uint32_t vector)
{
    lapic_command(id, vector);
}

void lapic_send_nmi(uint32_t id)
{
    lapic_command(id, COMMAND_NMI);
}

void lapic_send_init(uint32_t id)
{
    lapic_command(id, COMMAND_INIT);
}

void lapic_send_startup(uint32_t id, uint32_t page)
{
    lapic_command(id, COMMAND_STARTUP | page);
}
