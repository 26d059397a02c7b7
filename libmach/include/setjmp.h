/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's jumps, with Darwin's about signals: setjmp() keeps which signals the thread blocks and longjmp() blocks
 * those again, so that a handler can be left by it; _setjmp() and _longjmp() do not.
 */
#pragma once

#if __has_include(<newlib.h>)

#include <sys/cdefs.h>
#include <sys/signal.h>

struct __jump_place {
    long registers[8]; /* newlib's */
    sigset_t blocked;
    long is_kept;
};

typedef struct __jump_place jmp_buf[1];
typedef jmp_buf sigjmp_buf;

__BEGIN_DECLS

int _setjmp(jmp_buf place) __asm__("setjmp") __attribute__((__returns_twice__));
void _longjmp(jmp_buf place, int value) __asm__("longjmp") __attribute__((__noreturn__));

/* What setjmp() does besides: keep the blocked signals in PLACE, if IS_KEPT is not 0. */
void __jump_note(jmp_buf place, int is_kept);
void siglongjmp(sigjmp_buf place, int value) __attribute__((__noreturn__));

__END_DECLS

#define sigsetjmp(place, is_kept) (__jump_note((place), (is_kept)), _setjmp(place))
#define setjmp(place)             sigsetjmp((place), 1)
#define longjmp(place, value)     siglongjmp((place), (value))

#else /* a program for another system, of what mig makes: its own */
#include_next <setjmp.h>
#endif
