/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The last exception handler of every task: what nobody else handles becomes a report and the end
 * of the process.
 */
#pragma once

/* Become the host's exception handler. Returns: false, with a line in the log. */
bool crash_handler_register(void);

/* Serve exceptions for ever. Called without the lock. */
void *crash_serve(void *argument);
