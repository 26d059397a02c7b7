/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The zones of ipc/: what the ledger counts.
 */
#pragma once

#include <mem/zone.h>

extern struct zone ipc_port_zone;
extern struct zone ipc_pset_zone;
extern struct zone ipc_pset_link_zone;
extern struct zone ipc_space_zone;
extern struct zone ipc_sender_zone;
extern struct zone ipc_chosen_entry_zone;
extern struct zone ipc_request_zone;
extern struct zone ipc_kmsg_zone;
extern struct zone ipc_kmsg_page_zone;
