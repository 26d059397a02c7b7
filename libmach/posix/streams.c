/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A message on stderr leaves in one write, so that messages of several programs on one screen stay
 * whole. newlib prints so on an unbuffered stream only if the stream cannot be read, but it opens
 * stderr for both, as POSIX has it; nobody reads there.
 */
#include "streams.h"

#include <reent.h>
#include <stdio.h>

/* Null in a program without streams, which then does not link them. */
void __sinit(struct _reent *reent) __attribute__((weak));
extern FILE __sf[3] __attribute__((weak));

void streams_start(void)
{
    if (__sinit != NULL) {
        __sinit(_GLOBAL_REENT);
        FILE *errors = &__sf[2];
        errors->_flags = (short)((errors->_flags & ~__SRW) | __SWR);
    }
}
