/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and user references: the routines of mach_port.defs that act on a space.
 */
#include <ipc/mach_port.h>

#include <lib/assert.h>
#include <mem/zone.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_request.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_violation.h>
#include <ipc/mach_port_internal.h>

kern_return_t mach_port_lock_entry(struct ipc_space *task, mach_port_name_t name,
                                   struct ipc_entry **entry)
{
    if (UNLIKELY(task == nullptr)) {
        return KERN_INVALID_TASK;
    }
    spin_lock(&task->lock);
    if (UNLIKELY(!task->is_active)) {
        spin_unlock(&task->lock);
        return KERN_INVALID_TASK;
    }
    *entry = ipc_entry_lookup(task, name);
    if (UNLIKELY(*entry == nullptr)) {
        spin_unlock(&task->lock);
        return KERN_INVALID_NAME;
    }
    return LOCKED;
}

/* What a call returns that did not find NAME, with RESULT: OF_NONE if it is null or dead.  Those are not
 * looked for beforehand: who asks for what is there pays nothing. */
static COLD kern_return_t result_without_entry(kern_return_t result, mach_port_name_t name,
                                               kern_return_t of_none)
{
    if (MACH_PORT_VALID(name)) {
        return ipc_violation_by_result(name, result);
    }
    return result == KERN_INVALID_NAME ? of_none : result;
}

/* The same, of a call on user references of kind RIGHT: null and dead count as a right to send. */
static COLD kern_return_t result_without_refs(kern_return_t result, mach_port_name_t name,
                                              mach_port_right_t right)
{
    bool is_to_send = right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_SEND_ONCE;
    return result_without_entry(result, name, is_to_send ? KERN_SUCCESS : KERN_INVALID_NAME);
}

kern_return_t mach_port_lock_receive(struct ipc_space *task, mach_port_name_t name,
                                     struct ipc_port **port)
{
    struct ipc_entry *entry;
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result != LOCKED) {
        return result_without_entry(result, name, KERN_INVALID_RIGHT);
    }
    if (!(entry->bits & MACH_PORT_TYPE_RECEIVE)) {
        spin_unlock(&task->lock);
        return ipc_violation_by_result(name, KERN_INVALID_RIGHT);
    }
    *port = ipc_entry_port(entry);
    ipc_port_reference(*port);
    ipc_port_lock(*port);
    spin_unlock(&task->lock);
    return LOCKED;
}

void mach_port_unlock_receive(struct ipc_port *port)
{
    ipc_port_unlock(port);
    ipc_port_release(port);
}

kern_return_t mach_port_find_set(struct ipc_space *task, mach_port_name_t name,
                                 struct ipc_pset **set)
{
    struct ipc_entry *entry;
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result != LOCKED) {
        return result_without_entry(result, name, KERN_INVALID_RIGHT);
    }
    result = KERN_INVALID_RIGHT;
    if (entry->bits & MACH_PORT_TYPE_PORT_SET) {
        *set = (struct ipc_pset *)entry->object;
        ipc_object_reference(entry->object);
        result = KERN_SUCCESS;
    }
    spin_unlock(&task->lock);
    return ipc_violation_by_result(name, result);
}

/* The type bits that ENTRY shows to users. */
static mach_port_type_t entry_visible_type(const struct ipc_entry *entry)
{
    return ipc_entry_type(entry) | (ipc_request_type(entry) & MACH_PORT_TYPE_DNREQUEST);
}

kern_return_t mach_port_type(struct ipc_space *task, mach_port_name_t name, mach_port_type_t *type)
{
    struct ipc_entry *entry;
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result != LOCKED) {
        *type = MACH_PORT_TYPE_DEAD_NAME;
        return name == MACH_PORT_DEAD ? result_without_entry(result, name, KERN_SUCCESS) : result;
    }
    (void)ipc_right_check(task, entry);
    *type = entry_visible_type(entry);
    spin_unlock(&task->lock);
    return KERN_SUCCESS;
}

/* Give the caller's receive right of a new port, a new set or a dead name to TASK, under *NAME
 * (null: any). */
static kern_return_t install_new(struct ipc_space *task, struct ipc_object *object, uint32_t bits,
                                 mach_port_name_t *name)
{
    struct ipc_entry *entry;
    kern_return_t result = KERN_INVALID_TASK;
    spin_lock(&task->lock);
    if (task->is_active) {
        result = *name == MACH_PORT_NULL ? ipc_entry_alloc(task, &entry)
                                         : ipc_entry_alloc_name(task, *name, &entry);
    }
    if (result == KERN_SUCCESS) {
        entry->object = object;
        entry->bits = bits;
        *name = entry->name;
    }
    spin_unlock(&task->lock);
    return result;
}

static kern_return_t allocate_port(struct ipc_space *task, mach_port_name_t *name)
{
    struct ipc_port *port = ipc_port_create_for(task->quota);
    if (port == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t result = KERN_INVALID_TASK;
    spin_lock(&task->lock);
    if (task->is_active) {
        result = *name == MACH_PORT_NULL
                     ? ipc_right_copyout(task, port, MACH_MSG_TYPE_PORT_RECEIVE, name)
                     : ipc_right_copyout_name(task, port, MACH_MSG_TYPE_PORT_RECEIVE, *name);
    }
    spin_unlock(&task->lock);
    if (result != KERN_SUCCESS) {
        ipc_port_destroy(port);
    }
    return result;
}

static kern_return_t allocate_set(struct ipc_space *task, mach_port_name_t *name)
{
    struct ipc_pset *set = ipc_pset_create(task->quota);
    if (set == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t result = install_new(task, &set->object, MACH_PORT_TYPE_PORT_SET, name);
    if (result != KERN_SUCCESS) {
        ipc_pset_destroy(set);
    }
    return result;
}

/* Make an object of kind RIGHT under *NAME (null: any). */
static kern_return_t allocate(struct ipc_space *task, mach_port_right_t right,
                              mach_port_name_t *name)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    switch (right) {
    case MACH_PORT_RIGHT_RECEIVE: return allocate_port(task, name);
    case MACH_PORT_RIGHT_PORT_SET: return allocate_set(task, name);
    case MACH_PORT_RIGHT_DEAD_NAME:
        return install_new(task, nullptr, MACH_PORT_TYPE_DEAD_NAME | 1, name);
    default: return KERN_INVALID_VALUE;
    }
}

kern_return_t mach_port_allocate(struct ipc_space *task, mach_port_right_t right,
                                 mach_port_name_t *name)
{
    mach_port_name_t chosen = MACH_PORT_NULL;
    kern_return_t result = allocate(task, right, &chosen);
    if (result == KERN_SUCCESS) {
        *name = chosen;
    }
    return result;
}

kern_return_t mach_port_allocate_name(struct ipc_space *task, mach_port_right_t right,
                                      mach_port_name_t name)
{
    return MACH_PORT_VALID(name) ? allocate(task, right, &name) : KERN_INVALID_VALUE;
}

kern_return_t mach_port_destroy(struct ipc_space *task, mach_port_name_t name)
{
    struct ipc_entry *entry;
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result != LOCKED) {
        return result_without_entry(result, name, KERN_SUCCESS);
    }
    struct ipc_right_remains remains = {};
    (void)ipc_right_check(task, entry);
    if (ipc_right_is_guarded(entry)) {
        result = KERN_INVALID_RIGHT;
    } else {
        ipc_right_destroy(task, entry, &remains);
    }
    spin_unlock(&task->lock);
    ipc_right_drop(&remains);
    return result;
}

kern_return_t mach_port_deallocate(struct ipc_space *task, mach_port_name_t name)
{
    struct ipc_entry *entry;
    if (!MACH_PORT_VALID(name)) {
        return task == nullptr ? KERN_INVALID_TASK : KERN_SUCCESS;
    }
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (UNLIKELY(result != LOCKED)) {
        return ipc_violation_by_result(name, result);
    }
    struct ipc_right_remains remains = {};
    result = ipc_right_deallocate(task, entry, &remains);
    spin_unlock(&task->lock);
    ipc_right_drop(&remains);
    return LIKELY(result == KERN_SUCCESS) ? result : ipc_violation_by_result(name, result);
}

kern_return_t mach_port_get_refs(struct ipc_space *task, mach_port_name_t name,
                                 mach_port_right_t right, mach_port_urefs_t *refs)
{
    struct ipc_entry *entry;
    if (right >= MACH_PORT_RIGHT_NUMBER) {
        return KERN_INVALID_VALUE;
    }
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result != LOCKED) {
        *refs = 1;
        return result_without_refs(result, name, right);
    }
    (void)ipc_right_check(task, entry);
    bool is_counted = right == MACH_PORT_RIGHT_SEND || right == MACH_PORT_RIGHT_DEAD_NAME;
    if (!(entry->bits & MACH_PORT_TYPE(right))) {
        *refs = 0;
    } else {
        *refs = is_counted ? ipc_entry_urefs(entry) : 1;
    }
    spin_unlock(&task->lock);
    return KERN_SUCCESS;
}

kern_return_t mach_port_mod_refs(struct ipc_space *task, mach_port_name_t name,
                                 mach_port_right_t right, mach_port_delta_t delta)
{
    struct ipc_entry *entry;
    if (right >= MACH_PORT_RIGHT_NUMBER) {
        return KERN_INVALID_VALUE;
    }
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result != LOCKED) {
        return result_without_refs(result, name, right);
    }
    struct ipc_right_remains remains = {};
    result = ipc_right_delta(task, entry, right, delta, &remains);
    spin_unlock(&task->lock);
    ipc_right_drop(&remains);
    return LIKELY(result == KERN_SUCCESS) ? result : ipc_violation_by_result(name, result);
}

/* What speaks of ENTRY's port by its name learns ENTRY's, a new one. */
static void rename_port(struct ipc_entry *entry)
{
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    if (entry->bits & MACH_PORT_TYPE_RECEIVE) {
        port->receiver_name = entry->name;
    }
    if (entry->request != nullptr && entry->request->notification != nullptr) {
        ipc_notify_set_name(entry->request->notification, entry->name);
    }
    ipc_port_unlock(port);
}

/* Move what ENTRY denotes to TO, a fresh entry with another name. */
static void rename_entry(struct ipc_space *task, struct ipc_entry *entry, struct ipc_entry *to)
    REQUIRES(task->lock)
{
    bool is_hashed = entry->bits & MACH_PORT_TYPE_SEND_RECEIVE;
    if (is_hashed) {
        ipc_hash_remove(task, entry);
    }
    to->object = entry->object;
    to->bits = entry->bits;
    to->request = entry->request;
    if (is_hashed) {
        ipc_hash_insert(task, to);
    }
    if (to->bits & MACH_PORT_TYPE_PORT_RIGHTS) {
        rename_port(to);
    }
    entry->request = nullptr;
    ipc_entry_free(task, entry);
}

kern_return_t mach_port_rename(struct ipc_space *task, mach_port_name_t old_name,
                               mach_port_name_t new_name)
{
    struct ipc_entry *entry;
    struct ipc_entry *to;
    if (!MACH_PORT_VALID(new_name)) {
        return KERN_INVALID_VALUE;
    }
    kern_return_t result = mach_port_lock_entry(task, old_name, &entry);
    if (result != LOCKED) {
        return result;
    }
    (void)ipc_right_check(task, entry);
    result = ipc_entry_alloc_name(task, new_name, &to);
    if (result == KERN_SUCCESS) {
        rename_entry(task, entry, to);
    }
    spin_unlock(&task->lock);
    return result;
}

/* On Darwin all names have these, and an index. */
#define DARWIN_GENERATION_BITS 3u

/* May a right be put under NAME?  Not if that denotes nothing and has index 0: Darwin's programs
 * expect to be refused, in this way. */
static kern_return_t check_new_name(struct ipc_space *task, mach_port_name_t name)
    REQUIRES(task->lock)
{
    if (MACH_PORT_INDEX(name) != 0 || ipc_entry_lookup(task, name) != nullptr) {
        return KERN_SUCCESS;
    }
    return (name & DARWIN_GENERATION_BITS) == DARWIN_GENERATION_BITS ? KERN_FAILURE
                                                                     : KERN_INVALID_VALUE;
}

kern_return_t mach_port_insert_right(struct ipc_space *task, mach_port_name_t name,
                                     struct ipc_port *poly, mach_msg_type_name_t poly_type)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (!MACH_PORT_VALID(name) || !MACH_MSG_TYPE_PORT_ANY_RIGHT(poly_type)) {
        return KERN_INVALID_VALUE;
    }
    if (!ipc_port_is_valid(poly)) {
        return KERN_INVALID_CAPABILITY;
    }
    spin_lock(&task->lock);
    kern_return_t result = check_new_name(task, name);
    if (result == KERN_SUCCESS) {
        result = ipc_right_copyout_name(task, poly, poly_type, name);
    }
    spin_unlock(&task->lock);
    return result;
}

kern_return_t mach_port_extract_right(struct ipc_space *task, mach_port_name_t name,
                                      mach_msg_type_name_t type, struct ipc_port **poly,
                                      mach_msg_type_name_t *poly_type)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (!MACH_MSG_TYPE_PORT_ANY(type)) {
        return KERN_INVALID_VALUE;
    }
    if (!MACH_PORT_VALID(name)) {
        return KERN_INVALID_RIGHT;
    }
    kern_return_t result = ipc_space_copyin(task, name, type, poly);
    if (result == KERN_SUCCESS) {
        *poly_type = ipc_right_result_type(type);
    }
    return result;
}
