/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps that send and receive messages.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

/*
 * mach_msg_trap (31): send, receive, or both.  The seventh argument of the user's call, notify, is
 * on the user's stack and only read if OPTION needs it.  Returns: mach_msg_return_t.
 */
uint64_t mach_msg_trap(uint64_t msg, uint64_t option, uint64_t send_size, uint64_t rcv_size,
                       uint64_t rcv_name, uint64_t timeout_ms);

/* mach_msg_overwrite_trap (32): the eighth argument, the receive buffer, is on the user's stack
 * (null: MSG). */
uint64_t mach_msg_overwrite_trap(uint64_t msg, uint64_t option, uint64_t send_size,
                                 uint64_t rcv_size, uint64_t rcv_name, uint64_t timeout_ms);

/* mach_reply_port (26): a new receive right.  Returns: its name, or MACH_PORT_NULL without room. */
uint64_t mach_reply_port_trap(void);

/* Hand the processor from sender to waiting receiver directly (default) or, in debug kernels for
 * tests, go through the run queue. */
#ifdef MACH_R_DEBUG
extern bool ipc_handoff_is_enabled;

static inline void ipc_handoff_enable(bool on)
{
    ipc_handoff_is_enabled = on;
}
#else
enum : bool {
    ipc_handoff_is_enabled = true
};

static inline void ipc_handoff_enable([[maybe_unused]] bool on)
{
}
#endif
