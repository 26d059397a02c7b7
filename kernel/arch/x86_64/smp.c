/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting processors.  The boot processor runs; the firmware leaves the others waiting for the
 * messages that the Intel SDM (vol. 3 section 8.4.4.1) prescribes: INIT, and one or two SIPI.  The
 * new processor and the one that starts it agree on the outcome through one word, which says whose
 * turn it is, since the new one may come after the other has given up.
 */
#include <smp.h>

#include <stdatomic.h>

#include <lib/log.h>
#include <lib/string.h>
#include <arch/boot_info.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <arch/upcalls.h>
#include <acpi.h>
#include <asm_offsets.h>
#include <boot_map.h>
#include <clock_tsc.h>
#include <cpu_features.h>
#include <cross_call.h>
#include <fpu.h>
#include <gdt.h>
#include <idt.h>
#include <lapic.h>
#include <multiboot2.h>
#include <pmap_internal.h>
#include <trap.h>

#define MICROSECOND   UINT64_C(1000)
#define MILLISECOND   (1000 * MICROSECOND)
#define INIT_DELAY    (10 * MILLISECOND)
#define STARTUP_DELAY (200 * MICROSECOND)
#define STARTUP_LIMIT (1000 * MILLISECOND)

/* What ap_boot_turn is when it is no APIC id of a processor that is waited for; AP_TURN_TAKEN while that
 * one, which was in time, prepares itself. */
#define TURN_NOBODYS (UINT64_C(1) << 32)
#define TURN_OVER    (UINT64_C(3) << 32) /* it is ready */
static_assert(AP_TURN_TAKEN != TURN_NOBODYS && AP_TURN_TAKEN != TURN_OVER);
static_assert(AP_TURN_TAKEN > UINT32_MAX);

/* ap_boot.S */
extern const char ap_boot_start[];
extern const char ap_boot_end[];

/* kernel.ld */
extern const char percpu_start[];
extern const char percpu_end[];

/* What the processor that is being started reads in ap_boot.S. */
_Atomic uint64_t ap_boot_turn = TURN_NOBODYS;
uint32_t ap_boot_cpu;
uint64_t ap_boot_root;
uint64_t ap_boot_stack;

static phys_addr_t boot_code_page; /* below 1 MiB; 0: there is none */
static uint32_t present = 1;
static _Atomic uint32_t started = 1;
static uint32_t apic_ids[CPU_MAX];

/* First C code of a processor, on its idle thread's stack, interrupts off. */
[[noreturn]] void ap_init(uint32_t cpu);

/* Number the processor with local APIC ID, and give it memory for its per-processor data. */
static void processor_add(uint32_t id)
{
    uint64_t size = (uint64_t)(percpu_end - percpu_start);
    phys_addr_t area = boot_pages_allocate((size + PAGE_MASK) / PAGE_SIZE);
    percpu_bases[present] = (uintptr_t)phys_to_virt(area) - (uintptr_t)percpu_start;
    apic_ids[present++] = id;
}

void smp_init(void)
{
    apic_ids[0] = lapic_id();
    uint32_t count = acpi_info.has_madt ? acpi_info.madt.cpu_count : 1;
    count = count < ACPI_CPU_MAX ? count : ACPI_CPU_MAX;
    if (count > 1) {
        boot_code_page = multiboot2_low_page();
        if (boot_code_page == 0) {
            log_warning("no memory below 640 KiB: one processor is used of %u", count);
            return;
        }
        memcpy(phys_to_virt(boot_code_page), ap_boot_start, (size_t)(ap_boot_end - ap_boot_start));
    }
    if (acpi_info.madt.cpu_count > CPU_MAX) {
        log_warning("%u processors: %u of them are used", acpi_info.madt.cpu_count, CPU_MAX);
    }
    for (uint32_t i = 0; i < count && present < CPU_MAX; i++) {
        uint32_t id = acpi_info.madt.cpu_apic_ids[i];
        if (!lapic_can_reach(id)) {
            log_warning("processor with APIC id %u cannot be reached: it is left out", id);
        } else if (id != apic_ids[0]) {
            processor_add(id);
        }
    }
}

uint32_t cpu_present_count(void)
{
    return present;
}

uint32_t cpu_count(void)
{
    return atomic_load_explicit(&started, memory_order_relaxed);
}

uint32_t smp_apic_id(uint32_t cpu)
{
    return apic_ids[cpu];
}

void ap_init(uint32_t cpu)
{
    gdt_init_cpu(cpu);
    idt_init_cpu();
    cpu_enable_features();
    percpu_write(pmap_active, kernel_pmap);
    syscall_init_cpu();
    (void)fpu_init_cpu();
    lapic_init_cpu();
    clock_init_cpu();
    upcall_cpu_init();
    atomic_store(&ap_boot_turn, TURN_OVER);
    while ((atomic_load(&cpus_online) & CPU_BIT(cpu)) == 0) {
        pause();
    }
    tlb_join();
    upcall_cpu_main();
}

/* Wait for processor ID until DEADLINE.  Returns: true if it is there. */
static bool wait_arrived(uint32_t id, uint64_t deadline)
{
    while (atomic_load(&ap_boot_turn) == id) {
        if (clock_now() >= deadline) {
            return false;
        }
        cpu_pause();
    }
    return true;
}

/* Send the messages.  Returns: true if the processor came up. */
static bool start_processor(uint32_t id)
{
    uint32_t page = (uint32_t)(boot_code_page / PAGE_SIZE);
    lapic_send_init(id);
    (void)wait_arrived(id, clock_now() + INIT_DELAY);
    lapic_send_startup(id, page);
    if (wait_arrived(id, clock_now() + STARTUP_DELAY)) {
        return true;
    }
    lapic_send_startup(id, page);
    if (wait_arrived(id, clock_now() + STARTUP_LIMIT)) {
        return true;
    }
    uint64_t expected = id;
    return !atomic_compare_exchange_strong(&ap_boot_turn, &expected, TURN_NOBODYS);
}

/* The processor after those that run does not: the ones behind it move up. */
static void processor_leave_out(uint32_t cpu)
{
    present--;
    for (uint32_t i = cpu; i < present; i++) {
        apic_ids[i] = apic_ids[i + 1];
    }
}

bool cpu_start_next(void *stack_top)
{
    uint32_t cpu = cpu_count();
    ap_boot_cpu = cpu;
    ap_boot_root = kernel_pmap->root;
    ap_boot_stack = (uintptr_t)stack_top;
    atomic_store(&ap_boot_turn, apic_ids[cpu]);
    if (!start_processor(apic_ids[cpu])) {
        log_warning("processor with APIC id %u does not start: it is left out", apic_ids[cpu]);
        processor_leave_out(cpu);
        return false;
    }
    while (atomic_load(&ap_boot_turn) != TURN_OVER) {
        cpu_pause();
    }
    atomic_store(&started, cpu + 1);
    atomic_fetch_or(&cpus_online, CPU_BIT(cpu));
    return true;
}

void cpu_poke(uint32_t cpu)
{
    lapic_send(apic_ids[cpu], VECTOR_POKE);
}

void smp_stop_others(void)
{
    cpu_mask_t others = atomic_load(&cpus_online) & ~CPU_BIT(cpu_index());
    while (others != 0) {
        lapic_send_nmi(apic_ids[__builtin_ctzll(others)]);
        others &= others - 1;
    }
}
