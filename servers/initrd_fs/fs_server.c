/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of fs.defs and io.defs over the boot archive. Contents are never copied: a reader is
 * sent pages of a fresh copy-on-write mapping of the archive.
 */
#include "initrd_fs.h"

#include <stdio.h>
#include <string.h>

#include <mach/mach_vm.h>
#include <mach/mig.h>
#include <mach/notify.h>
#include <mach_r/fs_server.h>
#include <mach_r/io_server.h>
#include <mach_r/notify_server.h>
#include <mach_r/services.h>
#include <mach_r/startup.h>
#include <servers/bootstrap.h>

#include "node_ports.h"
#include "tree.h"

#define SERVER_NUMBER UINT64_C(1)
#define PERMISSIONS   0777u

static struct {
    struct tree tree;
    const char *archive; /* in this task's memory; null: there is none */
    uint64_t size;
    mach_port_t entry; /* the memory entry behind it */
    struct mig_server server;
} fs;

static const void *const interfaces[] = { &serve_fs_subsystem, &serve_io_subsystem };

/* Map the archive for reading. */
static void map_archive(void)
{
    mach_vm_address_t address = 0;
    fs.entry = startup_port(STARTUP_PORT_INITRD);
    fs.size = startup_block()->initrd_size;
    if (fs.entry == MACH_PORT_NULL || fs.size == 0) {
        fprintf(stderr, "initrd_fs: started without a boot archive; the root directory is empty\n");
        return;
    }
    kern_return_t result =
        mach_vm_map(mach_task_self(), &address, fs.size, 0, VM_FLAGS_ANYWHERE, fs.entry, 0, FALSE,
                    VM_PROT_READ, VM_PROT_READ, VM_INHERIT_NONE);
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "initrd_fs: cannot map the boot archive: %s\n", mach_error_string(result));
        return;
    }
    fs.archive = (const char *)address;
}

bool initrd_fs_open(void)
{
    struct tree_report report;
    map_archive();
    if (!tree_create(&fs.tree, fs.archive, fs.size, &report)) {
        fprintf(stderr, "initrd_fs: no memory for the boot archive's names\n");
    } else if (fs.archive != nullptr && report.end != USTAR_END) {
        fprintf(stderr, "initrd_fs: boot archive: %s; serving the %llu names before that\n",
                ustar_error(report.end), (unsigned long long)fs.tree.count - 1);
    }
    if (report.left_out != 0) {
        fprintf(stderr, "initrd_fs: boot archive: %u members are no files or have no place\n",
                report.left_out);
    }
    return fs.tree.root != nullptr && tree_mount(&fs.tree, "proc", SERVICE_PROC);
}

bool initrd_fs_check_in(void)
{
    mach_port_t service;
    kern_return_t result =
        mig_server_init(&fs.server, interfaces, sizeof(interfaces) / sizeof(interfaces[0]));
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "initrd_fs: cannot serve: %s\n", mach_error_string(result));
        return false;
    }
    result = bootstrap_check_in(bootstrap_port, SERVICE_ROOT, &service);
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "initrd_fs: cannot check in %s: %s\n", SERVICE_ROOT,
                bootstrap_strerror(result));
        return false;
    }
    result = node_ports_adopt(fs.tree.root, service);
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "initrd_fs: cannot serve: %s\n", mach_error_string(result));
    }
    return result == KERN_SUCCESS;
}

/* Only the kernel has send-once rights to nodes: what comes through one is a notification, and no
 * other message is taken for one. */
boolean_t initrd_fs_demux(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    if (MACH_MSGH_BITS_LOCAL(request->msgh_bits) == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        return notify_server(request, reply);
    }
    return mig_demux(&fs.server, request, reply);
}

/* A send right to the directory behind a mount point. */
static kern_return_t leave(const struct tree_node *mount, mach_port_t *node,
                           mach_msg_type_name_t *disposition)
{
    name_t name;
    strlcpy(name, mount->service, sizeof(name));
    *disposition = MACH_MSG_TYPE_MOVE_SEND;
    kern_return_t result = bootstrap_look_up(bootstrap_port, name, node);
    return result == KERN_SUCCESS ? KERN_SUCCESS : SERVER_ERROR_NOT_FOUND;
}

/* A send right to NODE itself, if FLAGS permit. */
static kern_return_t arrive(struct tree_node *node, int flags, mach_port_t *port,
                            mach_msg_type_name_t *disposition)
{
    if ((flags & (FS_LOOKUP_FLAG_WRITE | FS_LOOKUP_FLAG_TRUNCATE)) != 0) {
        return SERVER_ERROR_READ_ONLY;
    }
    if ((flags & FS_LOOKUP_FLAG_CREATE) != 0 && (flags & FS_LOOKUP_FLAG_EXCLUSIVE) != 0) {
        return SERVER_ERROR_EXISTS;
    }
    if ((flags & FS_LOOKUP_FLAG_DIRECTORY) != 0 && node->type != TREE_DIRECTORY) {
        return SERVER_ERROR_NOT_DIRECTORY;
    }
    *disposition = MACH_MSG_TYPE_MAKE_SEND;
    return node_port(node, port) == KERN_SUCCESS ? KERN_SUCCESS : SERVER_ERROR_NO_MEMORY;
}

kern_return_t serve_dir_lookup(mach_port_t directory, fs_path_t path, int flags, int *result,
                               mach_port_t *node, mach_msg_type_name_t *nodePoly, fs_path_t rest)
{
    struct tree_node *start = node_of_port(directory);
    struct tree_node *found;
    const char *remainder = "";
    if (start == nullptr) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    if ((flags & ~FS_LOOKUP_FLAG_MASK) != 0) {
        return SERVER_ERROR_INVALID;
    }
    switch (tree_lookup(start, path, &found, &remainder)) {
    case TREE_FOUND:
        *result = FS_LOOKUP_DONE;
        rest[0] = '\0';
        return arrive(found, flags, node, nodePoly);
    case TREE_LEAVES:
        *result = FS_LOOKUP_AGAIN;
        strlcpy(rest, remainder, sizeof(fs_path_t));
        return leave(found, node, nodePoly);
    case TREE_NOT_DIRECTORY: return SERVER_ERROR_NOT_DIRECTORY;
    case TREE_NAME_TOO_LONG: return SERVER_ERROR_NAME_TOO_LONG;
    default:
        return (flags & FS_LOOKUP_FLAG_CREATE) != 0 ? SERVER_ERROR_READ_ONLY
                                                    : SERVER_ERROR_NOT_FOUND;
    }
}

static uint32_t io_type(const struct tree_node *node)
{
    return node->type == TREE_FILE ? IO_TYPE_FILE : IO_TYPE_DIRECTORY;
}

static void describe_entry(const struct tree_node *node, fs_entry_t *entry)
{
    entry->node = node->number;
    entry->size = node->size;
    entry->type = io_type(node);
    entry->mode = node->mode & PERMISSIONS;
    (void)strlcpy(entry->name, node->name, sizeof(entry->name));
}

/* At most MAXIMUM, how many nodes there are from NODE on. */
static unsigned count_nodes(const struct tree_node *node, unsigned maximum)
{
    unsigned count = 0;
    while (node != nullptr && count < maximum) {
        node = node->sibling;
        count++;
    }
    return count;
}

kern_return_t serve_dir_list(mach_port_t directory, unsigned first, unsigned maximum,
                             fs_entry_array_t *entries, mach_msg_type_number_t *entriesCnt)
{
    const struct tree_node *node = node_of_port(directory);
    mach_vm_address_t memory = 0;
    if (node == nullptr || node->type != TREE_DIRECTORY) {
        return SERVER_ERROR_NOT_DIRECTORY;
    }
    for (node = node->child; node != nullptr && first > 0; first--) {
        node = node->sibling;
    }
    unsigned count = count_nodes(node, maximum);
    if (count != 0 && mach_vm_allocate(mach_task_self(), &memory, count * sizeof(fs_entry_t),
                                       VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        return SERVER_ERROR_NO_MEMORY;
    }
    *entries = (fs_entry_array_t)memory;
    *entriesCnt = count;
    for (unsigned i = 0; i < count; i++, node = node->sibling) {
        describe_entry(node, &(*entries)[i]);
    }
    return KERN_SUCCESS;
}

/* The file behind PORT. */
static kern_return_t file_of_port(mach_port_t port, const struct tree_node **file)
{
    *file = node_of_port(port);
    if (*file == nullptr) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    return (*file)->type == TREE_FILE ? KERN_SUCCESS : SERVER_ERROR_IS_DIRECTORY;
}

/* How much of AMOUNT there is in FILE from OFFSET on. */
static uint64_t clip(const struct tree_node *file, uint64_t offset, uint64_t amount)
{
    uint64_t left = offset < file->size ? file->size - offset : 0;
    return amount < left ? amount : left;
}

kern_return_t serve_file_read(mach_port_t port, uint64_t offset, uint64_t amount, fs_data_t *data,
                              mach_msg_type_number_t *dataCnt)
{
    const struct tree_node *file;
    mach_vm_address_t address = 0;
    kern_return_t result = file_of_port(port, &file);
    if (result != KERN_SUCCESS) {
        return result;
    }
    uint64_t count = clip(file, offset, amount);
    uint64_t start = file->data + offset;
    uint64_t lead = start & vm_page_mask;
    if (count != 0) {
        result =
            mach_vm_map(mach_task_self(), &address, lead + count, 0, VM_FLAGS_ANYWHERE, fs.entry,
                        start - lead, TRUE, VM_PROT_READ, VM_PROT_READ, VM_INHERIT_NONE);
    }
    *data = count == 0 ? nullptr : (fs_data_t)(address + lead);
    *dataCnt = (mach_msg_type_number_t)count;
    return result == KERN_SUCCESS ? KERN_SUCCESS : SERVER_ERROR_NO_MEMORY;
}

kern_return_t serve_file_map(mach_port_t port, mach_port_t *entry, mach_msg_type_name_t *entryPoly,
                             uint64_t *offset, uint64_t *size)
{
    const struct tree_node *file;
    kern_return_t result = file_of_port(port, &file);
    if (result != KERN_SUCCESS) {
        return result;
    }
    *entry = fs.entry;
    *entryPoly = MACH_MSG_TYPE_COPY_SEND;
    *offset = file->data;
    *size = file->size;
    return KERN_SUCCESS;
}

kern_return_t serve_io_read(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned amount,
                            int flags, io_data_t data, mach_msg_type_number_t *dataCnt)
{
    const struct tree_node *file;
    (void)reply;
    (void)flags;
    kern_return_t result = file_of_port(object, &file);
    if (result == KERN_SUCCESS) {
        uint64_t count = clip(file, offset, amount < IO_INLINE_MAX ? amount : IO_INLINE_MAX);
        if (count != 0) {
            memcpy(data, fs.archive + file->data + offset, count);
        }
        *dataCnt = (mach_msg_type_number_t)count;
    }
    return result;
}

kern_return_t serve_io_write(mach_port_t object, mach_port_t reply, uint64_t offset, int flags,
                             const io_data_t data, mach_msg_type_number_t dataCnt,
                             unsigned *written)
{
    const struct tree_node *file;
    (void)reply;
    (void)offset;
    (void)flags;
    (void)data;
    (void)dataCnt;
    (void)written;
    kern_return_t result = file_of_port(object, &file);
    return result == KERN_SUCCESS ? SERVER_ERROR_READ_ONLY : result;
}

kern_return_t serve_io_stat(mach_port_t object, io_stat_t *stat)
{
    const struct tree_node *node = node_of_port(object);
    if (node == nullptr) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    *stat = (io_stat_t){
        .server = SERVER_NUMBER,
        .node = node->number,
        .size = node->size,
        .modified = node->modified,
        .type = io_type(node),
        .mode = node->mode & PERMISSIONS,
        .links = 1,
        .block_size = (uint32_t)vm_page_size,
    };
    return KERN_SUCCESS;
}

kern_return_t serve_io_readable(mach_port_t object, uint64_t offset, uint64_t *amount)
{
    const struct tree_node *file;
    kern_return_t result = file_of_port(object, &file);
    if (result == KERN_SUCCESS) {
        *amount = clip(file, offset, UINT64_MAX);
    }
    return result;
}

kern_return_t serve_io_poll(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned events,
                            int flags, unsigned *ready, uint64_t *amount)
{
    const struct tree_node *file;
    (void)reply;
    (void)events;
    (void)flags;
    if (node_of_port(object) == nullptr) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    *ready = IO_POLL_READ | IO_POLL_WRITE;
    *amount = file_of_port(object, &file) == KERN_SUCCESS ? clip(file, offset, UINT64_MAX) : 0;
    return KERN_SUCCESS;
}

/* The only notification that was asked for: a node's port has no senders left. */
kern_return_t do_mach_notify_no_senders(mach_port_t notify, mach_port_mscount_t mscount)
{
    (void)mscount;
    node_port_without_senders(notify);
    return KERN_SUCCESS;
}
