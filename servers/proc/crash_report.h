/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A crash in words. Pure: what was found out about the thread in, text out.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/exception_types.h>
#include <mach/thread_status.h>
#include <mach_r/proc_types.h>

#include "elf_symbols.h"

/* Callers shown at most. */
#define CRASH_FRAMES_MAX 24

/* Room for any report. */
#define CRASH_REPORT_MAX 8192

struct crash {
    char path[PROC_PATH_MAX]; /* of the program; empty: not known */
    int32_t pid;
    unsigned thread; /* counted from 1 */
    unsigned threads;
    exception_type_t exception;
    int64_t codes[2];
    uint32_t error; /* the processor's error code, of a page fault */
    x86_thread_state64_t registers;
    unsigned frame_count;
    uint64_t frames[CRASH_FRAMES_MAX]; /* return addresses, innermost first */
};

/* The signal that stands for EXCEPTION with its first CODE, as on Darwin: PROC_SIGNAL_*. */
int crash_signal(exception_type_t exception, int64_t code);

/* Did the thread jump to where no code is? Then the caller's address is on top of the stack. */
bool crash_is_jump(const struct crash *crash);

/* Say in words what happened. Returns: the length, less than SIZE. */
size_t crash_kind(const struct crash *crash, char *text, size_t size);

/* Write the report; SYMBOLS, if not null, name functions. Returns: the length, less than SIZE. */
size_t crash_report(const struct crash *crash, const struct elf_symbols *symbols, char *text,
                    size_t size);
