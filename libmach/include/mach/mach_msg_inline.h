/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The two calls that every stub makes, without the call: mach_msg() is the trap itself and
 * mig_get_reply_port() one load, unless something rare happens. In programs that are not optimised
 * both are ordinary functions, where a debugger can stop; <mach/mig.h> includes this file.
 */
#pragma once

#include <mach/message.h>
#include <mach/port.h>
#include <mach/syscall_numbers.h>

/* Where a thread keeps its reply port, in bytes from what its fs register points to. */
#define MIG_REPLY_PORT_PLACE 16

MACH_BEGIN_DECLS

/* mach_msg() has returned RESULT, no success: do what is left of it, if its wait was aborted. */
mach_msg_return_t mach_msg_again(mach_msg_header_t *msg, mach_msg_option_t option,
                                 mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                 mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                 mach_msg_return_t result);

/* Give this thread a reply port. Rare: once per thread, and after a port was thrown away. */
mach_port_t mig_new_reply_port(void);

#if defined(__MACH__) && defined(__OPTIMIZE__) && !defined(__cplusplus)

/* The definition outside of this header is the one that pointers and other files get. */
#define MACH_INLINE extern inline __attribute__((gnu_inline, always_inline))

MACH_INLINE mach_msg_return_t mach_msg(mach_msg_header_t *msg, mach_msg_option_t option,
                                       mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                       mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                       mach_port_name_t notify)
{
    /* The kernel does not promise to preserve its arguments; it has no use for NOTIFY. */
    unsigned long rax = MACH_TRAP_CLASS | 31;
    unsigned long rdi = (unsigned long)msg;
    unsigned int rsi = (unsigned int)option;
    unsigned int rdx = send_size;
    register unsigned int r10 __asm__("r10") = rcv_size;
    register unsigned int r8 __asm__("r8") = rcv_name;
    register unsigned int r9 __asm__("r9") = timeout;
    (void)notify;
    __asm__ volatile("syscall"
                     : "+a"(rax), "+D"(rdi), "+S"(rsi), "+d"(rdx), "+r"(r10), "+r"(r8), "+r"(r9)
                     :
                     : "rcx", "r11", "memory", "cc");
    if (__builtin_expect((mach_msg_return_t)rax != MACH_MSG_SUCCESS, 0)) {
        return mach_msg_again(msg, option, send_size, rcv_size, rcv_name, timeout,
                              (mach_msg_return_t)rax);
    }
    return MACH_MSG_SUCCESS;
}

MACH_INLINE mach_port_t mig_get_reply_port(void)
{
    mach_port_t port = *(const mach_port_t __seg_fs *)MIG_REPLY_PORT_PLACE;
    return __builtin_expect(port != MACH_PORT_NULL, 1) ? port : mig_new_reply_port();
}

#undef MACH_INLINE

#endif

MACH_END_DECLS
