/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loop-back's two halves share: values with their ledger, and the message system. */
#pragma once

#include "loopback.h"

#define PATTERN 0xdd

extern long loop_rights;   /* received and not given back */
extern long loop_memories; /* blocks of out-of-line memory */

/* The call is over: free what was lent to its messages. */
void loop_free_lent(void);

/* The bytes are defined. Addresses may hold any byte. */
void loop_check_bytes(const void *bytes, size_t size);

/* Turn what was sent into what is received: dispositions, memory. */
void loop_transfer_body(mach_msg_header_t *message);

/* The longest trailer behind MESSAGE. */
void loop_append_trailer(mach_msg_header_t *message);
