/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of idl/console.defs.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach_r/io_types.h>
#include <mach_r/server_errors.h>

/* Input. */
#define TERMINAL_COOKED 0x01 /* by lines, with the editing keys; else key by key */
#define TERMINAL_ECHO   0x02 /* show what is typed */
#define TERMINAL_SIGNAL 0x04 /* the interrupt key interrupts; else it is a character */
#define TERMINAL_MAP_CR 0x08 /* the return key gives a newline */
/* Output. */
#define TERMINAL_ADD_CR    0x10 /* a newline also returns to the first column */
#define TERMINAL_MODE_MASK 0x1f

#define TERMINAL_DEFAULT \
    (TERMINAL_COOKED | TERMINAL_ECHO | TERMINAL_SIGNAL | TERMINAL_MAP_CR | TERMINAL_ADD_CR)

struct terminal_modes {
    uint32_t modes;         /* TERMINAL_* */
    uint32_t interrupt_key; /* characters; 0: none */
    uint32_t erase_key;
    uint32_t kill_key; /* erases the line */
    uint32_t end_key;  /* at the start of a line: end of input */
    uint32_t no_wait;  /* without TERMINAL_COOKED a read gets what there is, or nothing, at once */
    uint32_t patience; /* no_wait: the tenths of a second that a program's library waits before it reads */
    uint32_t reserved;
};
typedef struct terminal_modes terminal_modes_t;
MACH_ABI_SIZE(struct terminal_modes, 32);

struct terminal_size {
    uint32_t columns;
    uint32_t rows;
    uint32_t width; /* pixels; 0: not known */
    uint32_t height;
};
typedef struct terminal_size terminal_size_t;
MACH_ABI_SIZE(struct terminal_size, 16);
