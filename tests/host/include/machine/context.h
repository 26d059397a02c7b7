/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline bodies of <arch/context.h> for the fake machine. */
#pragma once

static inline struct trap_frame *context_user_frame(struct thread_context *context)
{
    return &context->frame;
}

static inline void context_set_pmap(struct thread_context *context, struct pmap *pmap)
{
    context->pmap = pmap;
}
