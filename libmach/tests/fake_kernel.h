/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel that only writes down what it is asked: each call becomes one line of text. mach_msg()
 * follows a script instead.
 */
#pragma once

#include <mach/message.h>

/* The lines since the last fake_reset(), each ended by a semicolon. */
const char *fake_calls(void);

void fake_reset(void);

/*
 * What the next calls of mach_msg() do, in order: a receive half gets a copy of MESSAGE (null: none)
 * if it fits, and the call returns RESULT; with MACH_RCV_TOO_LARGE just the size. When the script is
 * at its end, MACH_RCV_PORT_DIED.
 */
struct fake_message {
    const mach_msg_header_t *message;
    mach_msg_return_t result;
};
void fake_script(const struct fake_message *steps, int count);
