/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What in a thread's registers may be pointers, for collectors of garbage.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/mach.h>

MACH_BEGIN_DECLS

/*
 * Write the registers of THREAD, one of the own task that should be suspended, that may hold pointers to
 * VALUES, which has room for *LENGTH of them (0: VALUES may be null); *LENGTH becomes how many there are.
 * *SP, if SP is not null, becomes the end of its stack, with the 128 bytes below the pointer that leaf
 * functions use; null if there is none.
 * Returns: KERN_SUCCESS; KERN_INSUFFICIENT_BUFFER_SIZE, there are more than have room, or no room was given;
 * KERN_INVALID_ARGUMENT, no LENGTH, or no VALUES for it; the errors of thread_get_state().
 */
kern_return_t thread_get_register_pointer_values(thread_t thread, uintptr_t *sp, size_t *length,
                                                 uintptr_t *values);

MACH_END_DECLS
