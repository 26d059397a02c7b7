/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the interfaces of servers promise to answer who asks the wrong object, with unknown flags, or for
 * what is not there.
 */
#include <string.h>

#include <mach_r/console.h>
#include <mach_r/fs.h>
#include <mach_r/io.h>
#include <mach_r/pipe.h>
#include <mach_r/proc.h>
#include <mach_r/services.h>
#include <mach_r/startup.h>
#include <servers/bootstrap.h>

#include "systest.h"

static mach_port_t service(const char *name)
{
    mach_port_t port = MACH_PORT_NULL;
    EXPECT_OK(bootstrap_look_up(bootstrap_port, name, &port));
    return port;
}

static void drop(mach_port_t right)
{
    EXPECT_OK(mach_port_deallocate(mach_task_self(), right));
}

/* OBJECT, a right to something that has no bytes. */
static void expect_no_object(mach_port_t object)
{
    io_data_t data = "";
    mach_msg_type_number_t count = sizeof(data);
    unsigned written = 0;
    unsigned ready = 0;
    uint64_t amount = 0;
    io_stat_t stat;
    EXPECT_EQ(io_read(object, 0, 1, IO_NO_WAIT, data, &count), SERVER_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(io_write(object, 0, IO_NO_WAIT, data, 1, &written), SERVER_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(io_stat(object, &stat), SERVER_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(io_readable(object, 0, &amount), SERVER_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(io_poll(object, 0, IO_POLL_READ, IO_NO_WAIT, &ready, &amount),
              SERVER_ERROR_NOT_SUPPORTED);
}

CASE(the_consoles_service_is_no_terminal)
{
    mach_port_t console = service(SERVICE_CONSOLE);
    mach_port_t terminal = MACH_PORT_NULL;
    terminal_modes_t modes = {};
    terminal_size_t size;
    expect_no_object(console);
    EXPECT_EQ(terminal_get_modes(console, &modes), SERVER_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(terminal_set_modes(console, modes), SERVER_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(terminal_get_size(console, &size), SERVER_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(terminal_set_foreground(console, MACH_PORT_NULL), SERVER_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(terminal_flush_input(console), SERVER_ERROR_NOT_SUPPORTED);
    EXPECT_EQ(console_open_terminal(console, 1, &terminal), SERVER_ERROR_NOT_FOUND);
    EXPECT_OK(console_open_terminal(console, 0, &terminal));
    modes.modes = UINT32_MAX;
    EXPECT_EQ(terminal_set_modes(terminal, modes), SERVER_ERROR_INVALID);
    drop(terminal);
    drop(console);
}

/* The answer to a look-up of PATH from the root. */
static kern_return_t look_up(const char *path, int flags)
{
    mach_port_t root = service(SERVICE_ROOT);
    mach_port_t node = MACH_PORT_NULL;
    fs_path_t text, rest;
    int how = 0;
    strlcpy(text, path, sizeof(text));
    kern_return_t result = dir_lookup(root, text, flags, &how, &node, rest);
    if (result == KERN_SUCCESS) {
        drop(node);
    }
    drop(root);
    return result;
}

CASE(look_ups_that_fail)
{
    EXPECT_OK(look_up("bin/echo", 0));
    EXPECT_EQ(look_up("bin/echo", FS_LOOKUP_FLAG_MASK + 1), SERVER_ERROR_INVALID);
    EXPECT_EQ(look_up("bin/echo", FS_LOOKUP_FLAG_CREATE | FS_LOOKUP_FLAG_EXCLUSIVE),
              SERVER_ERROR_EXISTS);
    EXPECT_EQ(look_up("bin/echo", FS_LOOKUP_FLAG_WRITE), SERVER_ERROR_READ_ONLY);
    EXPECT_EQ(look_up("bin/echo", FS_LOOKUP_FLAG_DIRECTORY), SERVER_ERROR_NOT_DIRECTORY);
    EXPECT_EQ(look_up("bin/echo/x", 0), SERVER_ERROR_NOT_DIRECTORY);
    EXPECT_EQ(look_up("bin/nothing", 0), SERVER_ERROR_NOT_FOUND);
}

CASE(processes_that_are_none)
{
    mach_port_t server = service(SERVICE_PROC);
    mach_port_t own = startup_port(STARTUP_PORT_PROC);
    mach_port_t process = MACH_PORT_NULL;
    int pid = 0, status = 0;
    EXPECT_EQ(proc_wait(own, PROC_ANY, PROC_NO_WAIT << 1, &pid, &status), SERVER_ERROR_INVALID);
    EXPECT_EQ(proc_wait(own, PROC_ANY, PROC_NO_WAIT, &pid, &status), SERVER_ERROR_NO_CHILD);
    EXPECT_EQ(proc_wait(server, PROC_ANY, PROC_NO_WAIT, &pid, &status), SERVER_ERROR_NO_CHILD);
    EXPECT_EQ(proc_attach(server, bootstrap_port, &process, &pid), SERVER_ERROR_INVALID);
    EXPECT_EQ(proc_attach(own, mach_task_self(), &process, &pid), SERVER_ERROR_INVALID);
    drop(server);
}

static void try_pipes(void)
{
    mach_port_t server = service(SERVICE_PIPES);
    mach_port_t input = MACH_PORT_NULL, output = MACH_PORT_NULL, other = MACH_PORT_NULL;
    EXPECT_OK(pipe_create(server, &output, &input));
    EXPECT_EQ(pipe_create(output, &other, &other), SERVER_ERROR_NOT_SUPPORTED);
    drop(input);
    drop(output);
    drop(server);
}

CASE(a_pipes_end_makes_no_pipes)
{
    try_pipes();
}

/* Servers keep some memory for later. */
void systest_prepare(void)
{
    (void)look_up("bin/echo", 0);
    try_pipes();
}
