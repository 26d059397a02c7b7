/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C types of ownership.defs, and translations that can tell if one is not undone: an object that
 * is never forgotten makes their number grow until there is no room. Null is no object.
 */
#pragma once

#include <stdint.h>
#include <stdlib.h>

#include <mach/port.h>

typedef mach_port_t port_pair_t[2];
typedef mach_port_t *ports_t;
typedef char *bytes_t;
typedef int32_t *numbers_t;
typedef char string_t[20];
typedef bytes_t data_list_t[2];
typedef ports_t moved_list_t[2];
typedef uint32_t handle_t;
typedef int64_t wide_t;

enum { patience = 5, MOST_HANDLES = 8 };

#if !KERNEL_SERVER
__attribute__((weak)) int handles_alive;

static inline handle_t handle_of(mach_port_t port)
{
    if (port != MACH_PORT_NULL && ++handles_alive > MOST_HANDLES) {
        abort();
    }
    return port;
}

static inline void handle_forget(handle_t handle)
{
    if (handle != 0 && --handles_alive < 0) {
        abort();
    }
}

/* These give back the reference too. */
static inline mach_port_t port_of(handle_t handle)
{
    handle_forget(handle);
    return handle;
}

static inline handle_t handle_of_number(int number)
{
    return handle_of((mach_port_t)number);
}

static inline int number_of(handle_t handle)
{
    handle_forget(handle);
    return (int)handle;
}

static inline wide_t wide_of(int number)
{
    return number;
}

static inline int narrow_of(wide_t wide)
{
    return (int)wide;
}
#endif
