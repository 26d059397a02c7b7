/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing stacks inside the host program: the registers that a function keeps, and no more. */
#include "fake_stack.h"

#include <string.h>

__asm__(".text\n"
        ".globl fake_switch_stacks\n"
        "fake_switch_stacks:\n"
        "    push %rbp; push %rbx; push %r12; push %r13; push %r14; push %r15\n"
        "    mov %rsp, (%rdi)\n"
        "    mov %rsi, %rsp\n"
        "    pop %r15; pop %r14; pop %r13; pop %r12; pop %rbx; pop %rbp\n"
        "    ret\n");

void *fake_stack_prepare(void *top, void (*entry)(void))
{
    void **words = (void **)top - FAKE_STACK_WORDS;
    memset(words, 0, FAKE_STACK_WORDS * sizeof(*words));
    words[6] = (void *)entry;
    return words;
}
