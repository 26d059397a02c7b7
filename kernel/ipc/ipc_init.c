/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start of ipc/: its zones, and the end of its objects.
 */
#include <ipc/ipc_zones.h>

#include <lib/assert.h>
#include <mem/quota.h>
#include <ipc/ipc_entry.h>
#include <ipc/ipc_kmsg_internal.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_request.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_voucher.h>

struct zone ipc_port_zone;
struct zone ipc_pset_zone;
struct zone ipc_pset_link_zone;
struct zone ipc_space_zone;
struct zone ipc_sender_zone;
struct zone ipc_chosen_entry_zone;
struct zone ipc_request_zone;
struct zone ipc_kmsg_zone;
struct zone ipc_kmsg_page_zone;

void ipc_init(void)
{
    zone_init(&ipc_port_zone, "ports", sizeof(struct ipc_port));
    zone_init(&ipc_pset_zone, "port sets", sizeof(struct ipc_pset));
    zone_init(&ipc_pset_link_zone, "port set members", sizeof(struct ipc_pset_link));
    zone_init(&ipc_space_zone, "spaces", sizeof(struct ipc_space));
    zone_init(&ipc_sender_zone, "senders", sizeof(struct ipc_sender));
    zone_init(&ipc_chosen_entry_zone, "chosen names", sizeof(struct ipc_chosen_entry));
    zone_init(&ipc_request_zone, "dead-name requests", sizeof(struct ipc_request));
    ipc_kmsg_init();
    ipc_voucher_init();
}

void ipc_object_free(struct ipc_object *object)
{
    assert(!object->is_active);
    if (object->kind == IPC_OBJECT_PORT) {
        quota_release(((struct ipc_port *)object)->quota);
        zone_free(&ipc_port_zone, object);
    } else {
        ipc_pset_free((struct ipc_pset *)object);
    }
}
