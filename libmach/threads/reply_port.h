/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the calling thread keeps its reply port: in its block (thread_block.h), which host tests do
 * not have.
 */
#pragma once

#include <mach/mach_msg_inline.h>

#if MACH_R_HOST
mach_port_t *thread_reply_port(void);
#else
static inline mach_port_t *thread_reply_port(void)
{
    char *block;
    __asm__("movq %%fs:0, %0" : "=r"(block));
    return (mach_port_t *)(block + MIG_REPLY_PORT_PLACE);
}
#endif
