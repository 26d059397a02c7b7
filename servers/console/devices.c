/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts of the ISA bus are edges: one that came while masked would be lost. So an interrupt is
 * acknowledged first, and then the device is asked until it has no more to say.
 */
#include "devices.h"

#include <stdio.h>

#include <mach_r/device.h>
#include <mach_r/device_interrupt_server.h>
#include <mach_r/startup.h>

#include "keyboard.h"
#include "output.h"
#include "screen.h"
#include "terminal.h"
#include "uart.h"

/* Characters fetched from a device at once. */
#define BATCH 64

static mach_port_t interrupt_port;

static kern_return_t grant(unsigned first, unsigned count)
{
    return device_grant_io_ports(startup_port(STARTUP_PORT_DEVICE_MASTER), mach_task_self(), first,
                                 count);
}

static kern_return_t watch(unsigned irq)
{
    return device_register_interrupt(startup_port(STARTUP_PORT_DEVICE_MASTER), irq, interrupt_port,
                                     MACH_MSG_TYPE_MAKE_SEND);
}

static void complain(const char *device, kern_return_t result)
{
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "console: cannot use the %s: %s\n", device, mach_error_string(result));
    }
}

/* The interrupt is asked for first: from the chip's set-up on none may be missed. */
static kern_return_t open_uart(void)
{
    kern_return_t result = grant(UART_FIRST_PORT, UART_PORT_COUNT);
    if (result == KERN_SUCCESS) {
        result = watch(UART_IRQ);
    }
    if (result == KERN_SUCCESS && uart_init()) {
        output_has_device();
    }
    return result;
}

static kern_return_t open_keyboard(void)
{
    kern_return_t result = grant(KEYBOARD_DATA_PORT, 1);
    if (result == KERN_SUCCESS) {
        result = grant(KEYBOARD_STATUS_PORT, 1);
    }
    if (result == KERN_SUCCESS && keyboard_init()) {
        result = watch(KEYBOARD_IRQ);
    }
    return result;
}

kern_return_t devices_init(mach_port_t set)
{
    mach_port_t master = startup_port(STARTUP_PORT_DEVICE_MASTER);
    if (master == MACH_PORT_NULL) {
        fprintf(stderr, "console: started without the right to use devices\n");
        return KERN_INVALID_CAPABILITY;
    }
    kern_return_t result =
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &interrupt_port);
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_member(mach_task_self(), interrupt_port, set);
    }
    if (result == KERN_SUCCESS) {
        screen_init(master);
        complain("serial port", open_uart());
        complain("keyboard", open_keyboard());
    }
    return result;
}

/* Hand all that DEVICE has to the terminal. */
static void read_all(size_t (*read_device)(char *data, size_t size))
{
    char data[BATCH];
    size_t count;
    while ((count = read_device(data, sizeof(data))) != 0) {
        terminal_type(data, count);
    }
}

kern_return_t serve_device_interrupt(mach_port_t notify, unsigned irq, unsigned count)
{
    (void)count;
    if (notify != interrupt_port) {
        return KERN_INVALID_ARGUMENT;
    }
    (void)device_acknowledge_interrupt(startup_port(STARTUP_PORT_DEVICE_MASTER), irq);
    if (irq == UART_IRQ) {
        read_all(uart_read);
        terminal_continue_output();
    } else {
        read_all(keyboard_read);
    }
    return KERN_SUCCESS;
}
