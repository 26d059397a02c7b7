/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of messages, as <arch/user_copy.h> wants them, by way of the fake machine's plain ones.
 */
#pragma once

#include <string.h>

#include <lib/assert.h>

static inline kern_return_t copyin_message(void *to, uint64_t from, size_t size)
{
    assert(size % 4 == 0);
    return copyin(to, from, size);
}

static inline kern_return_t copyout_message(uint64_t to, const void *from, size_t size)
{
    assert(size % 4 == 0);
    return copyout(to, from, size);
}

static inline kern_return_t copyin_message_header(mach_msg_header_t *to, uint64_t from)
{
    mach_msg_header_t header;
    kern_return_t result = copyin(&header, from, sizeof(header));
    if (result == KERN_SUCCESS) {
        to->msgh_bits = header.msgh_bits;
        to->msgh_remote_port = header.msgh_remote_port;
        to->msgh_local_port = header.msgh_local_port;
    }
    return result;
}

static inline kern_return_t copy_message_within(uint64_t to, uint64_t from, size_t size,
                                                const mach_msg_header_t *header,
                                                const mach_msg_trailer_t *trailer)
{
    char message[4096];
    assert(size % 4 == 0 && size >= sizeof(*header) && size + sizeof(*trailer) <= sizeof(message));
    if (copyin(message, from, size) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    mach_msg_header_t *copied = (mach_msg_header_t *)message;
    mach_msg_id_t id = copied->msgh_id;
    *copied = *header;
    copied->msgh_size = (mach_msg_size_t)size;
    copied->msgh_voucher_port = MACH_PORT_NULL;
    copied->msgh_id = id;
    memcpy(message + size, trailer, sizeof(*trailer));
    return copyout(to, message, size + sizeof(*trailer));
}
