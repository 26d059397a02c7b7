/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of mach_port.defs that list and describe: names, attributes of receive rights,
 * members of sets.
 */
#include <ipc/mach_port.h>

#include <mem/zone.h>
#include <vm/vm_map_copy.h>
#include <ipc/ipc_request.h>
#include <ipc/ipc_right.h>
#include <ipc/mach_port_internal.h>

/* Two lists of equal length under construction. */
struct name_list {
    mach_port_name_t *names;
    mach_port_type_t *types;
    uint32_t room;
    uint32_t count;
};

/* Append what ENTRY denotes to LIST. */
static void list_entry_name(struct ipc_space *task, struct ipc_entry *entry, struct name_list *list)
    REQUIRES(task->lock)
{
    if (entry->bits == 0) {
        return;
    }
    (void)ipc_right_check(task, entry);
    list->names[list->count] = entry->name;
    list->types[list->count] = ipc_entry_type(entry) | ipc_request_type(entry);
    list->count++;
}

/* Fill LIST with all names of TASK if it has the room. */
static bool fill_names(struct ipc_space *task, struct name_list *list) REQUIRES(task->lock)
{
    if (task->entry_count > list->room) {
        return false;
    }
    list->count = 0;
    for (uint32_t i = 1; i < task->capacity; i++) {
        list_entry_name(task, &task->directory[i / IPC_ENTRY_CHUNK][i % IPC_ENTRY_CHUNK], list);
    }
    for (struct rbtree_node *node = rbtree_first(&task->chosen); node != nullptr;
         node = rbtree_next(node)) {
        list_entry_name(task, &rbtree_entry(node, struct ipc_chosen_entry, node)->entry, list);
    }
    return true;
}

static void free_names(struct name_list *list)
{
    if (list->names != nullptr) {
        kfree(list->names, list->room * 2 * sizeof(list->names[0]));
    }
}

/* Make room for all names that TASK has now, and some that may come meanwhile. */
static kern_return_t reserve_names(struct ipc_space *task, struct name_list *list)
{
    spin_lock(&task->lock);
    bool is_active = task->is_active;
    uint32_t room = task->entry_count + 16;
    spin_unlock(&task->lock);
    if (!is_active) {
        return KERN_INVALID_TASK;
    }
    list->names = kalloc(room * 2 * sizeof(list->names[0]));
    list->types = list->names == nullptr ? nullptr : list->names + room;
    list->room = room;
    return list->names == nullptr ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS;
}

kern_return_t mach_port_names(struct ipc_space *task, struct vm_map_copy **names,
                              mach_msg_type_number_t *names_count, struct vm_map_copy **types,
                              mach_msg_type_number_t *types_count)
{
    struct name_list list = {};
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    for (bool is_complete = false; !is_complete;) {
        free_names(&list);
        kern_return_t result = reserve_names(task, &list);
        if (result != KERN_SUCCESS) {
            return result;
        }
        spin_lock(&task->lock);
        /* Of a space that has died meanwhile no entry may be looked at; the next round says so. */
        is_complete = task->is_active && fill_names(task, &list);
        spin_unlock(&task->lock);
    }
    uint64_t size = list.count * sizeof(list.names[0]);
    struct vm_map_copy *first;
    struct vm_map_copy *second;
    kern_return_t result = vm_map_copyin_kernel(list.names, size, &first);
    if (result == KERN_SUCCESS) {
        result = vm_map_copyin_kernel(list.types, size, &second);
        if (result != KERN_SUCCESS) {
            vm_map_copy_discard(first);
        }
    }
    if (result == KERN_SUCCESS) {
        *names = first;
        *types = second;
        *names_count = list.count;
        *types_count = list.count;
    }
    free_names(&list);
    return result;
}

/* The state of PORT for users. */
static void fill_status(struct ipc_port *port, mach_port_status_t *status)
    REQUIRES(port->object.lock)
{
    *status = (mach_port_status_t){
        .mps_pset = ipc_pset_count(port),
        .mps_seqno = port->sequence,
        .mps_mscount = port->make_send_count,
        .mps_qlimit = port->message_limit,
        .mps_msgcount = port->message_count,
        .mps_sorights = port->send_once_rights,
        .mps_srights = port->send_rights > 0,
        .mps_pdrequest = port->port_destroyed != nullptr,
        .mps_nsrequest = port->no_senders != nullptr,
        .mps_flags = port->flags,
    };
}

/* Number of dead-name requests on PORT. */
static uint32_t count_requests(struct ipc_port *port) REQUIRES(port->object.lock)
{
    uint32_t count = 0;
    for (struct list *link = port->requests.next; link != &port->requests; link = link->next) {
        count++;
    }
    return count;
}

/* Words of the answer to FLAVOR; 0 for an unknown one. */
static uint32_t flavor_words(mach_port_flavor_t flavor)
{
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO: return MACH_PORT_LIMITS_INFO_COUNT;
    case MACH_PORT_RECEIVE_STATUS: return MACH_PORT_RECEIVE_STATUS_COUNT;
    case MACH_PORT_DNREQUESTS_SIZE: return MACH_PORT_DNREQUESTS_SIZE_COUNT;
    default: return 0;
    }
}

kern_return_t mach_port_get_attributes(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t info,
                                       mach_msg_type_number_t *info_count)
{
    struct ipc_port *port;
    uint32_t words = flavor_words(flavor);
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (words == 0) {
        return KERN_INVALID_VALUE;
    }
    if (*info_count < words) {
        return KERN_FAILURE;
    }
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    switch (flavor) {
    case MACH_PORT_LIMITS_INFO:
        ((mach_port_limits_t *)info)->mpl_qlimit = port->message_limit;
        break;
    case MACH_PORT_RECEIVE_STATUS: fill_status(port, (mach_port_status_t *)info); break;
    default: info[0] = (integer_t)count_requests(port); break;
    }
    mach_port_unlock_receive(port);
    *info_count = words;
    return KERN_SUCCESS;
}

/* Set PORT's queue limit to LIMIT; senders that wait for room may look again. */
static void set_limit(struct ipc_port *port, uint32_t limit) REQUIRES(port->object.lock)
{
    bool grows = limit > port->message_limit;
    port->message_limit = limit;
    if (grows) {
        waitq_wake_all(&port->senders, 0);
    }
}

kern_return_t mach_port_set_attributes(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t info,
                                       mach_msg_type_number_t info_count)
{
    struct ipc_port *port;
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (flavor != MACH_PORT_LIMITS_INFO) {
        return KERN_INVALID_VALUE;
    }
    if (info_count < MACH_PORT_LIMITS_INFO_COUNT) {
        return KERN_FAILURE;
    }
    uint32_t limit = ((const mach_port_limits_t *)info)->mpl_qlimit;
    if (limit > MACH_PORT_QLIMIT_MAX) {
        return KERN_INVALID_VALUE;
    }
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    set_limit(port, limit);
    ipc_port_unlock(port);
    ipc_request_queue_changed(port);
    ipc_port_release(port);
    return KERN_SUCCESS;
}

kern_return_t mach_port_set_mscount(struct ipc_space *task, mach_port_name_t name,
                                    mach_port_mscount_t count)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    port->make_send_count = count;
    mach_port_unlock_receive(port);
    return KERN_SUCCESS;
}

/* Number of members of SET. */
static uint32_t member_count(struct ipc_pset *set) REQUIRES(set->object.lock)
{
    uint32_t count = 0;
    for (struct list *link = set->members.next; link != &set->members; link = link->next) {
        count++;
    }
    return count;
}

/* Write the members' names to NAMES if there are at most ROOM.  Returns: how many there are. */
static uint32_t fill_members(struct ipc_pset *set, mach_port_name_t *names, uint32_t room)
{
    uint32_t i = 0;
    struct ipc_pset_link *link;
    ipc_pset_lock(set);
    uint32_t count = member_count(set);
    if (count <= room) {
        list_for_each_entry(link, &set->members, set_link) {
            names[i++] = link->port->receiver_name;
        }
    }
    ipc_pset_unlock(set);
    return count;
}

/* List SET's members as out-of-line data. */
static kern_return_t copy_members(struct ipc_pset *set, struct vm_map_copy **members,
                                  mach_msg_type_number_t *members_count)
{
    uint32_t room = fill_members(set, nullptr, 0);
    for (;;) {
        size_t size = (room + 1) * sizeof(mach_port_name_t);
        mach_port_name_t *names = kalloc(size);
        if (names == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
        uint32_t count = fill_members(set, names, room);
        if (count > room) {
            kfree(names, size);
            room = count;
            continue;
        }
        kern_return_t result = vm_map_copyin_kernel(names, count * sizeof(names[0]), members);
        if (result == KERN_SUCCESS) {
            *members_count = count;
        }
        kfree(names, size);
        return result;
    }
}

kern_return_t mach_port_get_set_status(struct ipc_space *task, mach_port_name_t name,
                                       struct vm_map_copy **members,
                                       mach_msg_type_number_t *members_count)
{
    struct ipc_pset *set;
    kern_return_t result = mach_port_find_set(task, name, &set);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = copy_members(set, members, members_count);
    ipc_object_release(&set->object);
    return result;
}
