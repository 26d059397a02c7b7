/* SPDX-License-Identifier: BSD-2-Clause */
/* Changing stacks inside the host program. */
#pragma once

/* Words on the stack of a context that has not begun: six registers, where to return to, and one
 * that aligns the stack as a call would. */
#define FAKE_STACK_WORDS 8

/*
 * Push the registers that a function keeps, store the stack pointer in *SAVED and go on at WANTED,
 * where another switch or fake_stack_prepare() left the same picture (System V ABI, AMD64 supplement).
 */
void fake_switch_stacks(void **saved, void *wanted);

/* The stack pointer of a context that begins with ENTRY, which does not return, on the stack that ends at
 * TOP. */
void *fake_stack_prepare(void *top, void (*entry)(void));
