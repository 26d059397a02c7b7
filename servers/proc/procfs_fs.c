/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /proc: the routines of fs.defs, where they and their errors are described.
 */
#include <string.h>

#include <mach/mach_vm.h>
#include <mach_r/fs_server.h>

#include "adopt.h"
#include "node.h"
#include "proc.h"

#define FLAGS_CHANGE (FS_LOOKUP_FLAG_TRUNCATE | FS_LOOKUP_FLAG_WRITE)

/* May the look-up with FLAGS, which found PLACE (FOUND), end well? */
static kern_return_t check_flags(kern_return_t found, struct place place, int flags)
{
    if (found == SERVER_ERROR_NOT_FOUND && (flags & FS_LOOKUP_FLAG_CREATE) != 0) {
        return SERVER_ERROR_READ_ONLY;
    }
    if (found != KERN_SUCCESS) {
        return found;
    }
    if ((flags & FS_LOOKUP_FLAG_CREATE) != 0 && (flags & FS_LOOKUP_FLAG_EXCLUSIVE) != 0) {
        return SERVER_ERROR_EXISTS;
    }
    if ((flags & FLAGS_CHANGE) != 0) {
        return SERVER_ERROR_READ_ONLY;
    }
    if ((flags & FS_LOOKUP_FLAG_DIRECTORY) != 0 && !place_is_directory(place)) {
        return SERVER_ERROR_NOT_DIRECTORY;
    }
    return KERN_SUCCESS;
}

kern_return_t serve_dir_lookup(mach_port_t directory, fs_path_t path, int flags, int *result,
                               mach_port_t *port, mach_msg_type_name_t *type, fs_path_t rest)
{
    struct node *node = node_by_port(directory);
    if (node == nullptr) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    if ((flags & ~FS_LOOKUP_FLAG_MASK) != 0) {
        return SERVER_ERROR_INVALID;
    }
    struct place place = node->place;
    if (!place_is_directory(place)) {
        return SERVER_ERROR_NOT_DIRECTORY;
    }
    kern_return_t error = check_flags(place_follow(&place, path), place, flags);
    if (error == KERN_SUCCESS) {
        error = node_open(place, port);
    }
    if (error != KERN_SUCCESS) {
        return error;
    }
    *type = MACH_MSG_TYPE_MAKE_SEND;
    *result = FS_LOOKUP_DONE;
    rest[0] = '\0';
    return KERN_SUCCESS;
}

/* Number of entries of PLACE from FIRST on, at most MAXIMUM. */
static unsigned count_entries(struct place place, unsigned first, unsigned maximum)
{
    unsigned count = 0;
    struct fs_entry entry;
    while (count < maximum && place_entry(place, first + count, &entry)) {
        count++;
    }
    return count;
}

kern_return_t serve_dir_list(mach_port_t directory, unsigned first, unsigned maximum,
                             fs_entry_array_t *entries, mach_msg_type_number_t *entries_count)
{
    struct node *node = node_by_port(directory);
    if (node == nullptr || !place_is_directory(node->place)) {
        return node == nullptr ? SERVER_ERROR_NOT_SUPPORTED : SERVER_ERROR_NOT_DIRECTORY;
    }
    if (node->place.kind == PLACE_ROOT && first == 0) {
        adopt_all();
    }
    mach_vm_address_t memory = 0;
    unsigned count = count_entries(node->place, first, maximum);
    if (count != 0 && mach_vm_allocate(mach_task_self(), &memory, count * sizeof(fs_entry_t),
                                       VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return SERVER_ERROR_NO_MEMORY;
    }
    *entries = (fs_entry_array_t)memory;
    *entries_count = count;
    for (unsigned i = 0; i < count; i++) {
        (void)place_entry(node->place, first + i, &(*entries)[i]);
    }
    return KERN_SUCCESS;
}

kern_return_t serve_file_read(mach_port_t file, uint64_t offset, uint64_t amount, fs_data_t *data,
                              mach_msg_type_number_t *data_count)
{
    struct node *node = node_by_port(file);
    if (node == nullptr || place_is_directory(node->place)) {
        return node == nullptr ? SERVER_ERROR_NOT_SUPPORTED : SERVER_ERROR_IS_DIRECTORY;
    }
    mach_vm_address_t memory = 0;
    uint64_t left = offset < node->size ? node->size - offset : 0;
    uint64_t size = amount < left ? amount : left;
    if (size != 0) {
        if (mach_vm_allocate(mach_task_self(), &memory, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
            return SERVER_ERROR_NO_MEMORY;
        }
        memcpy((void *)memory, node->text + offset, size);
    }
    *data = (fs_data_t)memory;
    *data_count = (mach_msg_type_number_t)size;
    return KERN_SUCCESS;
}

kern_return_t serve_file_map(mach_port_t file, mach_port_t *entry, mach_msg_type_name_t *type,
                             uint64_t *offset, uint64_t *size)
{
    (void)entry;
    (void)type;
    (void)offset;
    (void)size;
    struct node *node = node_by_port(file);
    return node != nullptr && place_is_directory(node->place) ? SERVER_ERROR_IS_DIRECTORY
                                                              : SERVER_ERROR_NOT_SUPPORTED;
}
