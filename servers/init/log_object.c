/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An object of io.defs for servers that have no terminal: what is written to it goes to the
 * kernel's log.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <mach/mach.h>
#include <mach_r/io_server.h>
#include <mach_r/mach_r_host.h>
#include <mach_r/startup.h>

#include "init.h"

/* Hand SIZE bytes to the kernel; a log that cannot be written has no other place to complain. */
static void write_log(const char *text, size_t size)
{
    (void)host_log_write(startup_port(STARTUP_PORT_HOST_PRIV), text, (mach_msg_type_number_t)size);
}

void init_log(const char *format, ...)
{
    char line[512] = "init: ";
    size_t used = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + used, sizeof(line) - used - 1, format, arguments);
    va_end(arguments);
    strlcat(line, "\n", sizeof(line));
    write_log(line, strlen(line));
}

mach_port_t init_log_object(void)
{
    static mach_port_t object;
    if (object == MACH_PORT_NULL &&
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &object) == KERN_SUCCESS) {
        (void)mach_port_insert_right(mach_task_self(), object, object, MACH_MSG_TYPE_MAKE_SEND);
        (void)mach_port_insert_member(mach_task_self(), object, init_port_set());
    }
    return object;
}

kern_return_t serve_io_write(mach_port_t object, mach_port_t reply, uint64_t offset, int flags,
                             const io_data_t data, mach_msg_type_number_t dataCnt,
                             unsigned *written)
{
    (void)reply;
    (void)offset;
    (void)flags;
    if (object != init_log_object()) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    write_log(data, dataCnt);
    *written = dataCnt;
    return KERN_SUCCESS;
}

kern_return_t serve_io_read(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned amount,
                            int flags, io_data_t data, mach_msg_type_number_t *dataCnt)
{
    (void)object;
    (void)reply;
    (void)offset;
    (void)amount;
    (void)flags;
    (void)data;
    *dataCnt = 0;
    return SERVER_ERROR_BAD_MODE;
}

kern_return_t serve_io_stat(mach_port_t object, io_stat_t *stat)
{
    (void)object;
    *stat = (io_stat_t){ .type = IO_TYPE_STREAM, .mode = 0200, .links = 1 };
    return KERN_SUCCESS;
}

kern_return_t serve_io_readable(mach_port_t object, uint64_t offset, uint64_t *amount)
{
    (void)object;
    (void)offset;
    (void)amount;
    return SERVER_ERROR_BAD_MODE;
}

/* Who waits to read would wait for ever. */
kern_return_t serve_io_poll(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned events,
                            int flags, unsigned *ready, uint64_t *amount)
{
    (void)object;
    (void)reply;
    (void)offset;
    (void)flags;
    *ready = IO_POLL_WRITE | ((events & IO_POLL_WRITE) == 0 ? IO_POLL_ERROR : 0);
    *amount = 0;
    return KERN_SUCCESS;
}
