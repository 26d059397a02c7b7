/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The balance of the kernel's objects around a case.
 */
#pragma once

#include <stdint.h>

/* Remember the ledger, once it stands still. */
void ledger_begin(void);

/* Wait until the ledger is as it was; what has gone away late, has gone away. Prints what stays
 * different.
 * Returns: how many kinds do. */
uint32_t ledger_end(void);
