/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies of messages, as <arch/user_copy.h> wants them, by way of the fake machine's plain ones.
 */
#pragma once

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
