/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Jumps that take the blocked signals along.
 */
#include <pthread.h>
#include <setjmp.h>

#include "signals.h"

void __jump_note(jmp_buf place, int is_kept)
{
    place->is_kept = is_kept;
    place->blocked = signal_blocked;
}

void siglongjmp(sigjmp_buf place, int value)
{
    if (place->is_kept) {
        (void)pthread_sigmask(SIG_SETMASK, &place->blocked, NULL);
    }
    _longjmp(place, value);
}
