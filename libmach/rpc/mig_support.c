/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run-time that generated stubs call: a reply port per thread and bounded string copies.
 *
 * A client stub needs a reply port for every call, and a new one each time would be two kernel
 * calls and, when forgotten, a leak. So each thread keeps one in thread-local storage; taking it is
 * one load. It is thrown away when a reply might still arrive late on it.
 */
#include <stddef.h>
#include <string.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_traps.h>
#include <mach/mach_vm.h>
#include <mach/mig.h>

#include "../posix/fork.h"

static __thread mach_port_t reply_port;

NDR_record_t NDR_record = NDR_RECORD_VALUE;

/* Give this thread a reply port. Rare: once per thread, and after a port was thrown away. */
[[gnu::noinline]] static mach_port_t reply_port_create(void)
{
    reply_port = mach_reply_port();
    return reply_port;
}

mach_port_t mig_get_reply_port(void)
{
    mach_port_t port = reply_port;
    if (__builtin_expect(port == MACH_PORT_NULL, 0)) {
        return reply_port_create();
    }
    return port;
}

void mig_put_reply_port(mach_port_t port)
{
    (void)port; /* it stays this thread's reply port */
}

void mig_dealloc_reply_port(mach_port_t port)
{
    mach_port_t mine = reply_port;
    reply_port = MACH_PORT_NULL;
    if (mine != MACH_PORT_NULL) {
        (void)mach_port_mod_refs(mach_task_self_, mine, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    if (port != mine && MACH_PORT_VALID(port)) {
        (void)mach_port_mod_refs(mach_task_self_, port, MACH_PORT_RIGHT_RECEIVE, -1);
    }
}

int mig_strncpy(char *destination, const char *source, int size)
{
    int length = 0;
    if (size <= 0) {
        return 0;
    }
    while (length < size - 1 && source[length] != '\0') {
        destination[length] = source[length];
        length++;
    }
    destination[length] = '\0';
    return length + 1;
}

int mig_strncpy_zerofill(char *destination, const char *source, int size)
{
    int length = mig_strncpy(destination, source, size);
    if (length > 0 && length < size) {
        memset(destination + length, 0, (size_t)(size - length));
    }
    return length;
}

void mig_allocate(vm_address_t *address, vm_size_t size)
{
    if (mach_vm_allocate(mach_task_self_, address, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        *address = 0;
    }
}

void mig_deallocate(vm_address_t address, vm_size_t size)
{
    (void)mach_vm_deallocate(mach_task_self_, address, size);
}

void mig_reply_setup(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    reply->msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(request->msgh_bits), 0);
    reply->msgh_size = sizeof(mig_reply_error_t);
    reply->msgh_remote_port = request->msgh_remote_port;
    reply->msgh_local_port = MACH_PORT_NULL;
    reply->msgh_voucher_port = MACH_PORT_NULL;
    /* The client chose the id: their sum may be none that an int can be. */
    reply->msgh_id = (mach_msg_id_t)((unsigned int)request->msgh_id + 100u);
    ((mig_reply_error_t *)reply)->NDR = NDR_record;
    ((mig_reply_error_t *)reply)->RetCode = MIG_BAD_ID;
}

void mig_after_fork(void)
{
    reply_port = MACH_PORT_NULL;
}
