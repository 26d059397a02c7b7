/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The running thread, of which this layer knows only the first member.
 */
#pragma once

#include <arch/context.h>
#include <arch/upcalls.h>

static inline struct thread_context *current_context(void)
{
    return (struct thread_context *)percpu_read(current_thread_pointer);
}
