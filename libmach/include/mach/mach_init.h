/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every program finds set before main(): the name of its own task port, the bootstrap port and
 * the page size; and the calls by which a program asks for its own ports.
 */
#pragma once

#include <stdarg.h>

#include <mach/mach_types.h>
#include <mach/mach_traps.h>
#include <mach/vm_page_size.h>

MACH_BEGIN_DECLS

/* The caller's task port; one name for the whole life of the task, never to be deallocated. */
extern mach_port_t mach_task_self_;

/* Where services are registered and looked up. */
extern mach_port_t bootstrap_port;

/*
 * Send rights to the host and to the calling thread.
 *
 * References: each call gives the caller one user reference, to be deallocated.
 */
mach_port_t mach_host_self(void);
mach_port_t mach_thread_self(void);

/* The same right as mach_task_self_, for callers that undefine the macro below; adds a reference. */
mach_port_t mach_task_self(void);

/* Bytes of a page (<mach/mach_host.h>). */
kern_return_t host_page_size(host_t host, vm_size_t *page_size);

/* TASK is the caller's own task, under whatever name. */
boolean_t mach_task_is_self(task_name_t task);

/* What a processor of this type is called; both texts are constants. */
void slot_name(cpu_type_t cpu_type, cpu_subtype_t cpu_subtype, char **cpu_name, char **cpu_subname);

/* Prints what mach_error() has to say, as vprintf() does, if the program sets it; else standard error gets it. */
extern int (*vprintf_stderr_func)(const char *format, va_list arguments);

MACH_END_DECLS

/* Places among mach_ports_register()'s ports, by old convention. */
#define NAME_SERVER_SLOT      0
#define ENVIRONMENT_SLOT      1
#define SERVICE_SLOT          2
#define MACH_PORTS_SLOTS_USED 3

#define mach_task_self() mach_task_self_
#define current_task()   mach_task_self()
