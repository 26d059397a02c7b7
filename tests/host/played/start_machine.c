/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The code that starts processors, and all that it calls.  It is included, not linked: what it knows of the
 * processors has to be forgotten before each order.
 */
#include "start_machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "player.h"

#include <smp.c>

#define MESSAGE 1

#define NEVER UINT64_MAX

static bool is_called[PLAYED_CPUS];   /* a second start message comes in vain */
static uint64_t moments[PLAYED_CPUS]; /* when they come; NEVER: they do not wait for it */

static char kernel_stacks[PLAYED_CPUS];
static bool is_stack_used[PLAYED_CPUS];
/* By APIC id, which is what the player calls the processor. */
static bool is_in_time[PLAYED_CPUS];
static bool runs[PLAYED_CPUS];
static uint32_t taken_numbers; /* by those that run: bits */

struct acpi_info acpi_info;
uint64_t percpu_bases[CPU_MAX];
_Atomic cpu_mask_t cpus_online;
PERCPU_DEFINE(struct pmap *, pmap_active);
PERCPU_DEFINE(_Atomic cpu_mask_t, cross_callers);
static struct pmap kernel_pmap_storage;
struct pmap *const kernel_pmap = &kernel_pmap_storage;

/* Code for new processors, and the per-processor data, of a byte each. */
__asm__(".section .rodata\n"
        ".globl ap_boot_start, ap_boot_end, percpu_start, percpu_end\n"
        "ap_boot_start: percpu_start: .byte 0\n"
        "ap_boot_end: percpu_end: .byte 0\n"
        ".text\n");

/* Time passes for those who wait, and calls those whose moment has come. */
static bool clock_goes_on(void)
{
    bool is_over = true;
    play_time += START_MACHINE_TICK;
    for (uint32_t cpu = 0; cpu < play_cpus(); cpu++) {
        is_over &= play_sleeps(cpu) && moments[cpu] == NEVER;
        if (moments[cpu] <= play_time) {
            moments[cpu] = NEVER;
            play_interrupt(cpu, MESSAGE);
        }
    }
    return !is_over;
}

void start_machine_begin(void)
{
    present = 1;
    atomic_store(&started, 1);
    atomic_store(&ap_boot_turn, TURN_NOBODYS);
    atomic_store(&cpus_online, CPU_BIT(0));
    acpi_info = (struct acpi_info){ .has_madt = true, .madt.cpu_count = play_cpus() };
    taken_numbers = 0;
    for (uint32_t cpu = 0; cpu < play_cpus(); cpu++) {
        acpi_info.madt.cpu_apic_ids[cpu] = cpu;
        moments[cpu] = NEVER;
        is_called[cpu] = is_stack_used[cpu] = is_in_time[cpu] = runs[cpu] = false;
    }
    play_time = 0;
    play_machine_quiet = clock_goes_on;
    smp_init();
}

void start_machine_boot(void)
{
    for (uint32_t stack = 0; cpu_count() < cpu_present_count(); stack++) {
        (void)cpu_start_next(&kernel_stacks[stack]);
    }
}

void start_machine_arrive(uint64_t late)
{
    is_in_time[play_cpu] = late < START_MACHINE_PATIENCE;
    play_sleep();
    if (late != 0) {
        moments[play_cpu] = play_time + late;
        play_sleep();
    }
    /* As ap_boot.S has it. */
    uint64_t expected = play_cpu;
    if (atomic_compare_exchange_strong(&ap_boot_turn, &expected, AP_TURN_TAKEN)) {
        play_step();
        uint64_t stack = ap_boot_stack - (uintptr_t)kernel_stacks;
        if (is_stack_used[stack]) {
            play_fail("two processors have one stack");
        }
        is_stack_used[stack] = true;
        play_step();
        ap_init(ap_boot_cpu);
    }
    for (;;) {
        play_sleep();
    }
}

/* Processor NUMBER begins to run threads. */
static void begin_to_run(uint32_t number)
{
    if ((taken_numbers & 1u << number) != 0 || smp_apic_id(number) != play_cpu) {
        play_fail("a processor has a number that is not its own");
    }
    if (cpu_count() <= number || (cpus_online & CPU_BIT(number)) == 0) {
        play_fail("a processor runs that is not counted yet");
    }
    taken_numbers |= 1u << number;
    runs[play_cpu] = true;
}

void start_machine_check(void)
{
    uint32_t count = 1;
    for (uint32_t cpu = 1; cpu < play_cpus(); cpu++) {
        count += runs[cpu];
        if (is_in_time[cpu] && !runs[cpu]) {
            play_fail("a processor does not run that came in time");
        }
    }
    if (cpu_count() != count || cpu_present_count() != count) {
        play_fail("the kernel counts processors that do not run, or not all that do");
    }
    if (cpus_online != CPU_BIT(count) - 1 || (taken_numbers | 1) + 1 != 1u << count) {
        play_fail("the numbers of processors have gaps");
    }
}

void lapic_send_init([[maybe_unused]] uint32_t id)
{
    play_step();
}

void lapic_send_startup(uint32_t id, [[maybe_unused]] uint32_t page)
{
    play_step();
    if (!is_called[id]) {
        is_called[id] = true;
        play_interrupt(id, MESSAGE);
    }
}

uint64_t clock_now(void)
{
    return play_time;
}

static PERCPU_DEFINE(uint32_t, own_number);
static PERCPU_DEFINE(bool, has_joined);

void gdt_init_cpu(uint32_t cpu)
{
    percpu_write(own_number, cpu);
}

void upcall_cpu_main(void)
{
    if (!percpu_read(has_joined)) {
        play_fail("a processor runs with what it should have forgotten");
    }
    begin_to_run(percpu_read(own_number));
    for (;;) {
        play_sleep();
    }
}

void play_machine_interrupt([[maybe_unused]] uint32_t pending)
{
}

uint32_t lapic_id(void)
{
    return play_cpu;
}

bool lapic_can_reach([[maybe_unused]] uint32_t id)
{
    return true;
}

phys_addr_t multiboot2_low_page(void)
{
    static char page;
    return (phys_addr_t)&page;
}

phys_addr_t boot_pages_allocate([[maybe_unused]] uint64_t count)
{
    return 0;
}

void log_write([[maybe_unused]] enum log_level level, [[maybe_unused]] const char *format, ...)
{
}

/* What a processor does for itself alone. */
void idt_init_cpu(void)
{
}

void cpu_enable_features(void)
{
}

void syscall_init_cpu(void)
{
}

uint32_t fpu_init_cpu(void)
{
    return 0;
}

void lapic_init_cpu(void)
{
}

void clock_init_cpu(void)
{
}

void upcall_cpu_init(void)
{
}

void tlb_join(void)
{
    if ((atomic_load(&cpus_online) & CPU_BIT(percpu_read(own_number))) == 0) {
        play_fail("a processor has forgotten too early what it must not use");
    }
    percpu_write(has_joined, true);
}

/* Nobody calls. */
void cross_call_serve(void)
{
}

void lapic_send([[maybe_unused]] uint32_t id, [[maybe_unused]] uint32_t vector)
{
}

void lapic_send_nmi([[maybe_unused]] uint32_t id)
{
}
