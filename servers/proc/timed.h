/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How long proc waits for another server. Whoever answers later is treated as dead, so that no
 * client can keep the process server busy with a port behind which nobody listens.
 */
#pragma once

#define TIMED_CALL_MS 3000
