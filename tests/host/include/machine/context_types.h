/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct thread_context of the fake machine.
 */
#pragma once

#include <arch/trap_frame.h>

struct pmap;

struct thread_context {
    void *stack_pointer; /* while it does not run: at it stand its registers */
    void *stack;         /* its host stack; null: the program's own */
    void *fake_stack;    /* AddressSanitizer's, while it does not run */
    struct pmap *pmap;   /* loaded at switch-in; null: none of its own */
    void (*entry)(void *argument);
    void *argument;
    struct trap_frame frame;
};
