/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All of Mach that a user program sees. Neither routines that a program supplies itself
 * (catch_exception_raise and the like) nor any *_server function are declared here: programs do
 * that with types of their own choice.
 */
#pragma once

#include <string.h>

#include <mach/boolean.h>
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
#include <mach/std_types.h>
#include <mach/vm_page_size.h>

MACH_BEGIN_DECLS

/* Send MESSAGE, its size being msgh_size. */
mach_msg_return_t mach_msg_send(mach_msg_header_t *message);

/* Receive into MESSAGE from its msgh_local_port; msgh_size is the size of the buffer. */
mach_msg_return_t mach_msg_receive(mach_msg_header_t *message);

/*
 * Serve requests that arrive on PORT (a receive right or a port set), each by one call of DEMUX,
 * whose result is the reply. MAX_SIZE is the size of the largest request or reply, without trailer.
 * OPTIONS are receive options (trailer, MACH_RCV_LARGE, MACH_RCV_TIMEOUT: do not wait).
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

MACH_END_DECLS
