/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The run-time that generated stubs call: bounded string copies, memory, the beginning of a reply.
 */
#include <stddef.h>
#include <string.h>

#include <mach/mach_init.h>
#include <mach/mach_vm.h>
#include <mach/mig.h>

NDR_record_t NDR_record = NDR_RECORD_VALUE;

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
    mach_vm_address_t memory = 0; /* stays so if there is none */
    (void)mach_vm_allocate(mach_task_self_, &memory, size, VM_FLAGS_ANYWHERE);
    *address = memory;
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
