/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Several subsystems behind one port. Their tables are kept in the order of their ids, so finding
 * the one that a request belongs to is a binary search, and two that claim one id are noticed when
 * the server starts and not when the wrong routine runs.
 */
#include <mach/mig.h>

/* The first subsystem that ends behind ID. Returns: its index; the count, there is none. */
static unsigned int first_behind(const struct mig_server *server, mach_msg_id_t id)
{
    unsigned int low = 0;
    unsigned int high = server->count;
    while (low < high) {
        unsigned int middle = low + (high - low) / 2;
        if (id < server->subsystems[middle]->end) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

kern_return_t mig_server_add(struct mig_server *server, const void *subsystem)
{
    const struct mig_subsystem *added = subsystem;
    unsigned int place = first_behind(server, added->start);
    if (added->end <= added->start) {
        return KERN_INVALID_ARGUMENT;
    }
    if (place < server->count && server->subsystems[place]->start < added->end) {
        return KERN_NAME_EXISTS;
    }
    if (server->count == MIG_SERVER_SUBSYSTEMS) {
        return KERN_NO_SPACE;
    }
    for (unsigned int i = server->count; i > place; i--) {
        server->subsystems[i] = server->subsystems[i - 1];
    }
    server->subsystems[place] = added;
    server->count++;
    if (server->max_reply < added->maxsize) {
        server->max_reply = added->maxsize;
    }
    return KERN_SUCCESS;
}

kern_return_t mig_server_init(struct mig_server *server, const void *const *subsystems,
                              unsigned int count)
{
    kern_return_t result = KERN_SUCCESS;
    *server = (struct mig_server){};
    for (unsigned int i = 0; i < count && result == KERN_SUCCESS; i++) {
        result = mig_server_add(server, subsystems[i]);
    }
    return result;
}

boolean_t mig_demux(const struct mig_server *server, mach_msg_header_t *request,
                    mach_msg_header_t *reply)
{
    mach_msg_id_t id = request->msgh_id;
    unsigned int place = first_behind(server, id);
    mig_reply_setup(request, reply);
    if (place == server->count || id < server->subsystems[place]->start) {
        return FALSE;
    }
    const struct mig_subsystem *subsystem = server->subsystems[place];
    const mig_routine_descriptor *routines = subsystem->routine;
    mig_stub_routine_t stub = routines[id - subsystem->start].stub_routine;
    if (stub == nullptr) {
        return FALSE;
    }
    stub(request, reply);
    return TRUE;
}
