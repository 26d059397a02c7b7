/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ports of proc and the loop that serves them.
 */
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <mach/mach_time.h>
#include <mach/mig.h>
#include <mach_r/fs_server.h>
#include <mach_r/io_server.h>
#include <mach_r/mach_r_host.h>
#include <mach_r/notify_server.h>
#include <mach_r/proc_server.h>
#include <mach_r/services.h>
#include <mach_r/startup.h>
#include <servers/bootstrap.h>

#include "proc.h"

/* Room for the largest request or reply of all that is served. */
#define MESSAGE_MAX 8192

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;

static mach_port_t port_set;
static mach_port_t service_port;
static mach_port_t notify_port;

static const void *const interfaces[] = {
    &serve_proc_subsystem,
    &serve_fs_subsystem,
    &serve_io_subsystem,
    &do_notify_subsystem,
};
static struct mig_server server;

/* Set by proc_end_self(). */
static bool is_ending;

mach_port_t proc_service_port(void)
{
    return service_port;
}

mach_port_t proc_notify_port(void)
{
    return notify_port;
}

void proc_lock(void)
{
    (void)pthread_mutex_lock(&table_lock);
}

void proc_unlock(void)
{
    (void)pthread_mutex_unlock(&table_lock);
}

void right_release(mach_port_t *right)
{
    if (MACH_PORT_VALID(*right)) {
        (void)mach_port_deallocate(mach_task_self(), *right);
    }
    *right = MACH_PORT_NULL;
}

mach_port_t proc_port_create(void)
{
    mach_port_t port;
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    if (mach_port_insert_member(mach_task_self(), port, port_set) != KERN_SUCCESS) {
        proc_port_destroy(&port);
    }
    return port;
}

void proc_port_destroy(mach_port_t *port)
{
    if (*port != MACH_PORT_NULL) {
        (void)mach_port_mod_refs(mach_task_self(), *port, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    *port = MACH_PORT_NULL;
}

mach_msg_type_name_t proc_port_send_right(mach_port_t port, mach_port_t *right)
{
    kern_return_t result =
        mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    *right = result == KERN_SUCCESS ? port : MACH_PORT_NULL;
    return MACH_MSG_TYPE_MOVE_SEND;
}

bool proc_ports_create(void)
{
    kern_return_t result =
        mig_server_init(&server, interfaces, sizeof(interfaces) / sizeof(interfaces[0]));
    if (result == KERN_SUCCESS) {
        result = mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &port_set);
    }
    if (result == KERN_SUCCESS) {
        result = bootstrap_check_in(bootstrap_port, SERVICE_PROC, &service_port);
    }
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_member(mach_task_self(), service_port, port_set);
    }
    if (result != KERN_SUCCESS) {
        proc_log("cannot check in as %s: %s", SERVICE_PROC, mach_error_string(result));
        return false;
    }
    notify_port = proc_port_create();
    if (notify_port == MACH_PORT_NULL) {
        proc_log("no memory for ports");
    }
    return notify_port != MACH_PORT_NULL;
}

void proc_end_self(void)
{
    is_ending = true;
}

/* The reply leaves before the server ends: its client must not take the death for a failure. */
static void send_last_reply(mach_msg_header_t *reply)
{
    (void)mach_msg(reply, MACH_SEND_MSG | MACH_SEND_TIMEOUT, reply->msgh_size, 0, MACH_PORT_NULL, 0,
                   MACH_PORT_NULL);
    (void)task_terminate(mach_task_self());
}

static boolean_t demux(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    proc_lock();
    boolean_t is_served = mig_demux(&server, request, reply);
    if (is_ending) {
        send_last_reply(reply);
    }
    proc_unlock();
    return is_served;
}

void proc_thread_prepare(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    const struct timespec no_time = { 0 };
    (void)mig_get_reply_port();
    (void)pthread_mutex_lock(&mutex);
    (void)pthread_cond_timedwait_relative_np(&never, &mutex, &no_time);
    (void)pthread_mutex_unlock(&mutex);
}

void *proc_serve(void *argument)
{
    (void)argument;
    proc_thread_prepare();
    mach_msg_return_t result = mach_msg_server(demux, MESSAGE_MAX, port_set, 0);
    proc_log("cannot receive: %s", mach_error_string(result));
    return nullptr;
}

uint64_t proc_now(void)
{
    mach_timebase_info_data_t base;
    (void)mach_timebase_info(&base);
    return mach_absolute_time() * base.numer / base.denom;
}

void proc_log_text(const char *text, size_t size)
{
    const size_t most = sizeof(log_text_t);
    while (size > 0) {
        size_t part = size < most ? size : most;
        (void)host_log_write(startup_port(STARTUP_PORT_HOST_PRIV), text,
                             (mach_msg_type_number_t)part);
        text += part;
        size -= part;
    }
}

void proc_log(const char *format, ...)
{
    char line[512] = "proc: ";
    size_t used = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + used, sizeof(line) - used - 1, format, arguments);
    va_end(arguments);
    (void)strlcat(line, "\n", sizeof(line));
    proc_log_text(line, strlen(line));
}
