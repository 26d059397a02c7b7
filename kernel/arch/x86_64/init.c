/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From boot.S to kernel_main(): the order in which the machine is taken over.
 */
#include <stdint.h>

#include <lib/log.h>
#include <lib/panic.h>
#include <arch/cpu.h>
#include <arch/spinlock.h>
#include <arch/upcalls.h>
#include <acpi.h>
#include <boot_map.h>
#include <clock_tsc.h>
#include <early_screen.h>
#include <cpu_features.h>
#include <fpu.h>
#include <gdt.h>
#include <idt.h>
#include <ioapic.h>
#include <lapic.h>
#include <multiboot2.h>
#include <pmap_internal.h>
#include <smp.h>
#include <stack_trace.h>
#include <trap.h>
#include <uart.h>

/* Called by boot.S on the boot stack, interrupts off, with what the loader left in eax and ebx. */
[[noreturn]] void arch_init(uint32_t magic, uint32_t info);

/* Long enough for a few lines at the speed of a serial port. */
#define CONSOLE_POLL_MAX 10000000

static struct spinlock console_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_CONSOLE);

/* Wait for the turn to write, but not for ever: the lock's holder may be what this one interrupted,
 * or have been stopped.  Returns: true if the lock is ours. */
static bool console_lock_try(void) NO_LOCK_ANALYSIS
{
    for (int polls = 0; polls < CONSOLE_POLL_MAX; polls++) {
        if (spin_trylock(&console_lock)) {
            return true;
        }
        cpu_pause();
    }
    return false;
}

/* Lines of several processors come one after the other. */
static void console_write(const char *text, size_t length) NO_LOCK_ANALYSIS
{
    interrupt_state_t state = interrupts_save();
    bool is_mine = console_lock_try();
    if (panic_is_active()) {
        early_screen_take_back();
    }
    uart_write(text, length);
    early_screen_write(text, length);
    if (is_mine) {
        spin_unlock(&console_lock);
    }
    interrupts_restore(state);
}

void arch_init(uint32_t magic, uint32_t info)
{
    /* First a voice, and the means to report what goes wrong. */
    uart_init();
    log_sink = console_write;
    gdt_init_cpu(0);
    idt_init();
    idt_init_cpu();
    stack_trace_init();

    /*
     * While the boot tables map the first 4 GiB, and code may be written: everything the firmware
     * says.
     */
    multiboot2_init(magic, info);
    acpi_init();
    cpu_features_init();

    cpu_enable_features();
    pmap_init(boot_map_init());
    early_screen_init();
    syscall_init_cpu();
    fpu_init();

    lapic_init();
    lapic_init_cpu();
    ioapic_init();
    clock_init();
    rtc_init();
    smp_init();

    boot_pages_close();
    kernel_main();
}
