/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Restarting and switching off: ACPI's ways first, then those that old machines have.
 */
#include <stdint.h>

#include <arch/cpu.h>
#include <acpi.h>

#define DEBUG_EXIT_PORT      0xf4
#define KEYBOARD_COMMAND     0x64
#define KEYBOARD_INPUT_FULL  0x02
#define KEYBOARD_PULSE_RESET 0xfe

#define PM1_SCI_ENABLE   0x0001
#define PM1_SLEEP_ENABLE 0x2000
#define PM1_SLEEP_SHIFT  10

#define POLL_MAX 100000

/* Take the machine from legacy to ACPI mode, where the power registers work, if it is not there. */
static void acpi_enter_mode(const struct acpi_fadt *fadt)
{
    if (fadt->smi_command == 0 || (inw(fadt->pm1a_control) & PM1_SCI_ENABLE) != 0) {
        return;
    }
    outb(fadt->smi_command, fadt->acpi_enable);
    for (int polls = 0; polls < POLL_MAX; polls++) {
        if ((inw(fadt->pm1a_control) & PM1_SCI_ENABLE) != 0) {
            break;
        }
    }
}

void machine_power_off(void)
{
    cli();
    const struct acpi_fadt *fadt = &acpi_info.fadt;
    if (acpi_info.has_s5 && fadt->pm1a_control != 0) {
        acpi_enter_mode(fadt);
        outw(fadt->pm1a_control,
             (uint16_t)(acpi_info.s5.type_a << PM1_SLEEP_SHIFT | PM1_SLEEP_ENABLE));
        if (fadt->pm1b_control != 0) {
            outw(fadt->pm1b_control,
                 (uint16_t)(acpi_info.s5.type_b << PM1_SLEEP_SHIFT | PM1_SLEEP_ENABLE));
        }
    }
    cpu_halt();
}

void machine_reboot(void)
{
    cli();
    if (acpi_info.fadt.reset_port != 0) {
        outb(acpi_info.fadt.reset_port, acpi_info.fadt.reset_value);
    }
    for (int polls = 0; polls < POLL_MAX; polls++) {
        if ((inb(KEYBOARD_COMMAND) & KEYBOARD_INPUT_FULL) == 0) {
            break;
        }
    }
    outb(KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
    for (int polls = 0; polls < POLL_MAX; polls++) {
        pause();
    }
    /*
     * An exception without a table to look it up in ends in a shutdown, which restarts the
     * processor.
     */
    struct descriptor_register none = {};
    lidt(&none);
    __builtin_trap();
}

void machine_debug_exit(uint32_t status)
{
    outl(DEBUG_EXIT_PORT, status);
}
