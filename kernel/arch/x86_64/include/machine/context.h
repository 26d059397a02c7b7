/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline bodies of <arch/context.h>. */
#pragma once

static inline struct trap_frame *context_user_frame(struct thread_context *context)
{
    return (struct trap_frame *)context->stack_top - 1;
}

static inline void context_set_pmap(struct thread_context *context, struct pmap *pmap)
{
    context->pmap = pmap;
}
