/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Darwin tells of threads beyond POSIX: number, name, stack.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <mach/mach_init.h>
#include <mach/mach_traps.h>
#include <mach/thread_act.h>
#include <mach_r/startup.h>

#include "thread_block.h"

int pthread_threadid_np(pthread_t thread, __uint64_t *id)
{
    thread_identifier_info_data_t info;
    mach_msg_type_number_t count = THREAD_IDENTIFIER_INFO_COUNT;
    if (id == NULL) {
        return EINVAL;
    }
    mach_port_t port = pthread_mach_thread_np(thread != NULL ? thread : pthread_self());
    if (thread_info(port, THREAD_IDENTIFIER_INFO, (thread_info_t)&info, &count) != KERN_SUCCESS) {
        return ESRCH;
    }
    *id = info.thread_id;
    return 0;
}

int pthread_setname_np(const char *name)
{
    struct thread_block *self = thread_block_self();
    if (strlen(name) >= sizeof(self->name)) {
        return ENAMETOOLONG;
    }
    strcpy(self->name, name);
    return 0;
}

int pthread_getname_np(pthread_t thread, char *name, size_t size)
{
    if (strlcpy(name, thread->name, size) >= size) {
        return ERANGE;
    }
    return 0;
}

static void stack_of(const struct thread_block *block, mach_vm_address_t *end, mach_vm_size_t *size)
{
    if (block->memory == 0) {
        const struct startup_info *startup = startup_block();
        *size = startup->stack_size;
        *end = startup->stack_address + startup->stack_size;
    } else {
        *end = block->stack_end;
        *size = block->stack_size;
    }
}

void *pthread_get_stackaddr_np(pthread_t thread)
{
    mach_vm_address_t end;
    mach_vm_size_t size;
    stack_of(thread, &end, &size);
    return (void *)end;
}

size_t pthread_get_stacksize_np(pthread_t thread)
{
    mach_vm_address_t end;
    mach_vm_size_t size;
    stack_of(thread, &end, &size);
    return size;
}

void pthread_yield_np(void)
{
    (void)swtch();
}
