/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of console.defs and io.defs. The service's port only opens terminals; the terminal's
 * port takes everything else.
 */
#include "console.h"

#include <stdio.h>

#include <mach/mig.h>
#include <mach_r/console_server.h>
#include <mach_r/device_interrupt_server.h>
#include <mach_r/io_server.h>
#include <mach_r/notify_server.h>
#include <mach_r/services.h>
#include <servers/bootstrap.h>

#include "devices.h"
#include "screen.h"
#include "terminal.h"

#define SERVER_NUMBER   UINT64_C(2)
#define TERMINAL_NUMBER UINT64_C(1)

static struct {
    mach_port_t set;
    mach_port_t service;
    mach_port_t notify; /* notifications of dead readers; nobody has a right to it */
    struct mig_server server;
} console;

static const void *const interfaces[] = {
    &serve_io_subsystem,
    &serve_console_subsystem,
    &serve_device_interrupt_subsystem,
    &do_notify_subsystem,
};

mach_port_t console_port_set(void)
{
    return console.set;
}

/* The two ports that need no other. */
static kern_return_t make_ports(void)
{
    kern_return_t result =
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &console.set);
    if (result == KERN_SUCCESS) {
        result = mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &console.notify);
    }
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_member(mach_task_self(), console.notify, console.set);
    }
    return result;
}

/* The service comes last: its first client finds everything there. */
bool console_init(void)
{
    kern_return_t result =
        mig_server_init(&console.server, interfaces, sizeof(interfaces) / sizeof(interfaces[0]));
    if (result == KERN_SUCCESS) {
        result = make_ports();
    }
    if (result == KERN_SUCCESS) {
        result = terminal_init(console.set, console.notify);
    }
    if (result == KERN_SUCCESS) {
        result = devices_init(console.set);
    }
    if (result == KERN_SUCCESS) {
        result = bootstrap_check_in(bootstrap_port, SERVICE_CONSOLE, &console.service);
    }
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_member(mach_task_self(), console.service, console.set);
    }
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "console: cannot start: %s\n", mach_error_string(result));
    }
    return result == KERN_SUCCESS;
}

boolean_t console_demux(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    return mig_demux(&console.server, request, reply);
}

static bool is_terminal(mach_port_t port)
{
    return port == terminal_port();
}

kern_return_t serve_console_open_terminal(mach_port_t service, unsigned index,
                                          mach_port_t *terminal, mach_msg_type_name_t *terminalPoly)
{
    if (service != console.service || index != 0) {
        return SERVER_ERROR_NOT_FOUND;
    }
    *terminal = terminal_port();
    *terminalPoly = MACH_MSG_TYPE_MAKE_SEND;
    return KERN_SUCCESS;
}

kern_return_t serve_terminal_get_modes(mach_port_t terminal, terminal_modes_t *modes)
{
    if (!is_terminal(terminal)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    terminal_modes_get(modes);
    return KERN_SUCCESS;
}

kern_return_t serve_terminal_set_modes(mach_port_t terminal, terminal_modes_t modes)
{
    if (!is_terminal(terminal)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    if ((modes.modes & ~(uint32_t)TERMINAL_MODE_MASK) != 0) {
        return SERVER_ERROR_INVALID;
    }
    terminal_modes_set(&modes);
    return KERN_SUCCESS;
}

kern_return_t serve_terminal_get_size(mach_port_t terminal, terminal_size_t *size)
{
    if (!is_terminal(terminal)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    screen_get_size(size);
    return KERN_SUCCESS;
}

kern_return_t serve_terminal_set_foreground(mach_port_t terminal, mach_port_t process)
{
    if (!is_terminal(terminal)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    terminal_foreground_set(process);
    return KERN_SUCCESS;
}

kern_return_t serve_terminal_flush_input(mach_port_t terminal)
{
    if (!is_terminal(terminal)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    terminal_input_flush();
    return KERN_SUCCESS;
}

kern_return_t serve_io_read(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned amount,
                            int flags, io_data_t data, mach_msg_type_number_t *dataCnt)
{
    size_t count = amount < IO_INLINE_MAX ? amount : IO_INLINE_MAX;
    (void)offset;
    if (!is_terminal(object)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    kern_return_t result = terminal_read(data, &count, flags, reply);
    if (result == KERN_SUCCESS) {
        *dataCnt = (mach_msg_type_number_t)count;
    }
    return result;
}

kern_return_t serve_io_write(mach_port_t object, mach_port_t reply, uint64_t offset, int flags,
                             const io_data_t data, mach_msg_type_number_t dataCnt,
                             unsigned *written)
{
    (void)offset;
    if (!is_terminal(object)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    kern_return_t result = terminal_write(data, dataCnt, flags, reply);
    if (result == KERN_SUCCESS) {
        *written = dataCnt;
    }
    return result;
}

kern_return_t serve_io_stat(mach_port_t object, io_stat_t *stat)
{
    if (!is_terminal(object)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    *stat = (io_stat_t){
        .server = SERVER_NUMBER,
        .node = TERMINAL_NUMBER,
        .type = IO_TYPE_TERMINAL,
        .mode = 0666,
        .links = 1,
        .block_size = IO_INLINE_MAX,
    };
    return KERN_SUCCESS;
}

kern_return_t serve_io_readable(mach_port_t object, uint64_t offset, uint64_t *amount)
{
    (void)offset;
    if (!is_terminal(object)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    *amount = terminal_readable();
    return KERN_SUCCESS;
}

kern_return_t serve_io_poll(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned events,
                            int flags, unsigned *ready, uint64_t *amount)
{
    (void)offset;
    if (!is_terminal(object)) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    *amount = terminal_readable();
    return terminal_poll(events, flags, reply, ready);
}

/* Nobody but the kernel sends to the notify port. */
kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name)
{
    if (notify != console.notify) {
        return KERN_INVALID_ARGUMENT;
    }
    terminal_reader_died(name);
    (void)mach_port_deallocate(mach_task_self(), name); /* the notification's own reference */
    return KERN_SUCCESS;
}
