/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All of Mach that a user program sees. Neither routines that a program supplies itself
 * (catch_exception_raise and the like) nor any *_server function are declared here: programs do
 * that with types of their own choice.
 */
#pragma once

#include <string.h>

#include <mach/boolean.h>
#include <mach/clock_types.h>
#include <mach/error.h>
#include <mach/machine/vm_param.h>
#include <mach/mach_error.h>
#include <mach/mach_init.h>
#include <mach/mach_interface.h>
#include <mach/mach_traps.h>
#include <mach/mach_types.h>
#include <mach/message.h>
#include <mach/mig.h>
#include <mach/ndr.h>
#include <mach/rpc.h>
#include <mach/std_types.h>
#include <mach/vm_page_size.h>

#define MACH_IPC_FLAVOR UNTYPED

MACH_BEGIN_DECLS

/* Send MESSAGE, its size being msgh_size. */
mach_msg_return_t mach_msg_send(mach_msg_header_t *message);

/* Receive into MESSAGE from its msgh_local_port; msgh_size is the size of the buffer. */
mach_msg_return_t mach_msg_receive(mach_msg_header_t *message);

/*
 * Serve requests that arrive on PORT (a receive right or a port set), each by one call of DEMUX,
 * whose result is the reply. MAX_SIZE is the size of the largest request or reply, without trailer.
 * OPTIONS are receive options (trailer, MACH_RCV_LARGE, MACH_RCV_TIMEOUT: do not wait). With MACH_RCV_VOUCHER the
 * thread works for the voucher of a request while it serves it; Darwin's does that always.
 *
 * Returns: only when a receive fails.
 */
mach_msg_return_t mach_msg_server(boolean_t (*demux)(mach_msg_header_t *, mach_msg_header_t *),
                                  mach_msg_size_t max_size, mach_port_t port,
                                  mach_msg_options_t options);

/* Serve one request. */
mach_msg_return_t mach_msg_server_once(boolean_t (*demux)(mach_msg_header_t *, mach_msg_header_t *),
                                       mach_msg_size_t max_size, mach_port_t port,
                                       mach_msg_options_t options);

/* mach_msg_server(). Importance goes with every call here: the scheduler lets a server run as its clients would. */
mach_msg_return_t mach_msg_server_importance(boolean_t (*demux)(mach_msg_header_t *,
                                                                mach_msg_header_t *),
                                             mach_msg_size_t max_size, mach_port_t port,
                                             mach_msg_options_t options);

/* Sleep: clock_sleep_trap() of <mach/mach_traps.h>. */
kern_return_t clock_sleep(mach_port_t clock_name, sleep_type_t sleep_type,
                          mach_timespec_t sleep_time, mach_timespec_t *wakeup_time);

/* Print "panic: ", FORMAT and a newline on standard error, ask the host whose privileged port panic_init() was given
 * to stop in its debugger, and abort() the program, as no host here has one. */
__attribute__((format(printf, 1, 2))) void panic(const char *format, ...);
void panic_init(mach_port_t host_priv);

/*
 * The voucher that the calling thread works for goes along with what it sends, and comes from what it serves.
 */
#define VOUCHER_MACH_MSG_API_VERSION 20140205

/* What a thread worked for before; opaque. */
typedef struct voucher_mach_msg_state_s *voucher_mach_msg_state_t;

#define VOUCHER_MACH_MSG_STATE_UNCHANGED ((voucher_mach_msg_state_t)~0ul)

/* Send the thread's voucher along with MESSAGE, which is to be sent at once, if it names none. Returns: does
 * MESSAGE have another header now? */
boolean_t voucher_mach_msg_set(mach_msg_header_t *message);

/* Undo voucher_mach_msg_set() of MESSAGE, which was sent, or could not be: then the right that it may have got goes. */
void voucher_mach_msg_clear(mach_msg_header_t *message);

/* Work for the voucher that was received in MESSAGE, and take it out there. Returns: what is to be handed to
 * voucher_mach_msg_revert(). */
voucher_mach_msg_state_t voucher_mach_msg_adopt(mach_msg_header_t *message);

/* Give up the voucher that was adopted last, and work for what STATE says again. */
void voucher_mach_msg_revert(voucher_mach_msg_state_t state);

MACH_END_DECLS
