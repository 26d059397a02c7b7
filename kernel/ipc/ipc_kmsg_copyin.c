/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From user buffer to kmsg.  The header's two rights are resolved first, both, before either is
 * taken: a send that fails on them changes nothing.  Descriptors are taken one after the other; a
 * failure destroys those already taken.
 */
#include <sched/sched.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_kmsg_voucher.h>

#include <arch/user_copy.h>
#include <ipc/ipc_ool.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_right_internal.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_violation.h>
#include <ipc/ipc_kmsg_internal.h>

/* Is TYPE a disposition that a header's port may have? */
static inline bool is_send_disposition(mach_msg_type_name_t type)
{
    return type - MACH_MSG_TYPE_MOVE_SEND <= MACH_MSG_TYPE_MAKE_SEND_ONCE - MACH_MSG_TYPE_MOVE_SEND;
}

/* Both header ports have the same NAME: can ENTRY give both rights? */
static bool entry_can_give_both(const struct ipc_entry *entry, mach_msg_type_name_t first,
                                mach_msg_type_name_t second)
{
    bool first_moves = first == MACH_MSG_TYPE_MOVE_SEND;
    bool second_moves = second == MACH_MSG_TYPE_MOVE_SEND;
    if (first == MACH_MSG_TYPE_MOVE_SEND_ONCE || second == MACH_MSG_TYPE_MOVE_SEND_ONCE) {
        return false;
    }
    return !first_moves || !second_moves || ipc_entry_urefs(entry) >= 2;
}

/* Take both rights from the same entry: what does not consume goes first.  On failure KMSG may own one
 * of them. */
static COLD mach_msg_return_t copyin_same_name(struct ipc_space *space, struct ipc_kmsg *kmsg,
                                               struct ipc_entry *entry,
                                               mach_msg_type_name_t destination,
                                               mach_msg_type_name_t reply) REQUIRES(space->lock)
{
    if (ipc_right_check(space, entry) || !ipc_right_copyin_check(entry, destination)) {
        return MACH_SEND_INVALID_DEST;
    }
    if (!ipc_right_copyin_check(entry, reply) || !entry_can_give_both(entry, destination, reply)) {
        return MACH_SEND_INVALID_REPLY;
    }
    kern_return_t first;
    kern_return_t second;
    if (destination == MACH_MSG_TYPE_MOVE_SEND) {
        first = ipc_right_copyin(space, entry, reply, true, &kmsg->reply);
        second = ipc_right_copyin(space, entry, destination, true, &kmsg->destination);
    } else {
        first = ipc_right_copyin(space, entry, destination, true, &kmsg->destination);
        second = ipc_right_copyin(space, entry, reply, true, &kmsg->reply);
    }
    if (UNLIKELY(first != KERN_SUCCESS || second != KERN_SUCCESS ||
                 kmsg->destination == IPC_PORT_DEAD)) {
        return MACH_SEND_INVALID_DEST; /* no more rights can be counted, or the port died just now */
    }
    return MACH_MSG_SUCCESS;
}

/* Resolve both header ports in SPACE, then take them.  On failure KMSG may own one of them: a port
 * can count no more rights. */
static ALWAYS_INLINE mach_msg_return_t copyin_rights(struct ipc_space *space, struct ipc_kmsg *kmsg,
                                                     mach_msg_type_name_t destination,
                                                     mach_msg_type_name_t reply)
    REQUIRES(space->lock)
{
    mach_port_name_t name = kmsg->header.msgh_remote_port;
    mach_port_name_t reply_name = kmsg->header.msgh_local_port;
    struct ipc_entry *entry = LIKELY(space->is_active) ? ipc_entry_lookup(space, name) : nullptr;
    if (UNLIKELY(entry == nullptr)) {
        return MACH_SEND_INVALID_DEST;
    }
    struct ipc_entry *reply_entry = nullptr;
    if (reply != 0 && MACH_PORT_VALID(reply_name)) {
        if (UNLIKELY(name == reply_name)) {
            return copyin_same_name(space, kmsg, entry, destination, reply);
        }
        reply_entry = ipc_entry_lookup(space, reply_name);
        if (UNLIKELY(reply_entry == nullptr || !ipc_right_copyin_check(reply_entry, reply))) {
            return MACH_SEND_INVALID_REPLY;
        }
    }
    kern_return_t result;
    INLINE_CALL result = ipc_right_copyin(space, entry, destination, false, &kmsg->destination);
    if (UNLIKELY(result != KERN_SUCCESS)) {
        return MACH_SEND_INVALID_DEST;
    }
    if (LIKELY(reply_entry != nullptr)) {
        INLINE_CALL result = ipc_right_copyin(space, reply_entry, reply, true, &kmsg->reply);
        if (UNLIKELY(result != KERN_SUCCESS)) {
            return MACH_SEND_INVALID_REPLY;
        }
    } else if (reply != 0) {
        kmsg->reply = reply_name == MACH_PORT_NULL ? nullptr : IPC_PORT_DEAD;
    }
    return MACH_MSG_SUCCESS;
}

/* Drop what KMSG, whose header could not be taken in, owns by these dispositions. */
static COLD void drop_header(struct ipc_kmsg *kmsg, mach_msg_type_name_t destination,
                             mach_msg_type_name_t reply)
{
    ipc_port_release_right(kmsg->destination, ipc_right_result_type(destination));
    if (kmsg->reply != nullptr) {
        ipc_port_release_right(kmsg->reply, ipc_right_result_type(reply));
    }
    kmsg->destination = nullptr;
    kmsg->reply = nullptr;
}

/* copyin_rights(), with all that follows from the dispositions: inlined where those are constants,
 * nothing is left of the tables that describe them. */
static ALWAYS_INLINE mach_msg_return_t copyin_header_as(struct ipc_kmsg *kmsg,
                                                        struct ipc_space *space,
                                                        mach_msg_type_name_t destination,
                                                        mach_msg_type_name_t reply)
{
    spin_lock(&space->lock);
    mach_msg_return_t result = copyin_rights(space, kmsg, destination, reply);
    spin_unlock(&space->lock);
    if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
        drop_header(kmsg, destination, reply);
        return result;
    }
    INLINE_CALL kmsg->destination_type = (uint8_t)ipc_right_result_type(destination);
    kmsg->reply_type = 0;
    if (reply != 0) {
        INLINE_CALL kmsg->reply_type = (uint8_t)ipc_right_result_type(reply);
    }
    return MACH_MSG_SUCCESS;
}

/* A voucher that a header names, and how. */
struct named_voucher {
    mach_port_name_t name;
    mach_msg_type_name_t disposition; /* COPY_SEND or MOVE_SEND */
};

/* Where SPACE has VOUCHER, which HEADER names together with other rights.  Returns: MACH_MSG_SUCCESS and *ENTRY;
 * MACH_SEND_INVALID_VOUCHER, that is none; _DEST, it cannot be had beside the destination's. */
static mach_msg_return_t find_voucher(struct ipc_space *space, const mach_msg_header_t *header,
                                      struct named_voucher voucher, struct ipc_entry **entry)
    REQUIRES(space->lock)
{
    mach_msg_type_name_t destination = MACH_MSGH_BITS_REMOTE(header->msgh_bits);
    struct ipc_entry *found = space->is_active ? ipc_entry_lookup(space, voucher.name) : nullptr;
    if (found == nullptr || (found->bits & MACH_PORT_TYPE_SEND) == 0 ||
        ipc_entry_port(found)->kobject_kind != IPC_KOBJECT_VOUCHER) {
        return MACH_SEND_INVALID_VOUCHER;
    }
    *entry = found;
    bool is_destination = header->msgh_remote_port == voucher.name;
    return is_destination && !entry_can_give_both(found, destination, voucher.disposition)
               ? MACH_SEND_INVALID_DEST
               : MACH_MSG_SUCCESS;
}

/* Take the rights of KMSG's header, with VOUCHER: it is copied before, or moved after, the others, so that each
 * is there when it is taken.  A voucher lives as long as there are rights to it, so nothing can fail but
 * counting one more.  On failure KMSG may own some of them, and *RIGHT may be the voucher's. */
static mach_msg_return_t copyin_rights_and_voucher(struct ipc_space *space, struct ipc_kmsg *kmsg,
                                                   struct named_voucher voucher,
                                                   struct ipc_port **right) REQUIRES(space->lock)
{
    mach_msg_bits_t bits = kmsg->header.msgh_bits;
    struct ipc_entry *entry = nullptr;
    mach_msg_return_t result = find_voucher(space, &kmsg->header, voucher, &entry);
    if (result != MACH_MSG_SUCCESS) {
        return result;
    }
    bool is_copied = voucher.disposition == MACH_MSG_TYPE_COPY_SEND;
    if (is_copied &&
        ipc_right_copyin(space, entry, voucher.disposition, false, right) != KERN_SUCCESS) {
        return MACH_SEND_INVALID_VOUCHER;
    }
    result = copyin_rights(space, kmsg, MACH_MSGH_BITS_REMOTE(bits), MACH_MSGH_BITS_LOCAL(bits));
    if (result == MACH_MSG_SUCCESS && !is_copied &&
        ipc_right_copyin(space, entry, voucher.disposition, false, right) != KERN_SUCCESS) {
        return MACH_SEND_INVALID_VOUCHER;
    }
    return result;
}

/* copyin_header_as() with VOUCHER.  The kernel, if it is who gets KMSG, has no use for it. */
static mach_msg_return_t copyin_header_with(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                            struct named_voucher voucher)
{
    mach_msg_type_name_t destination = MACH_MSGH_BITS_REMOTE(kmsg->header.msgh_bits);
    mach_msg_type_name_t reply = MACH_MSGH_BITS_LOCAL(kmsg->header.msgh_bits);
    struct ipc_port *right = nullptr;
    spin_lock(&space->lock);
    mach_msg_return_t result = copyin_rights_and_voucher(space, kmsg, voucher, &right);
    spin_unlock(&space->lock);
    if (result != MACH_MSG_SUCCESS) {
        drop_header(kmsg, destination, reply);
        ipc_port_release_send(right);
        return result;
    }
    kmsg->destination_type = (uint8_t)ipc_right_result_type(destination);
    kmsg->reply_type = reply != 0 ? (uint8_t)ipc_right_result_type(reply) : 0;
    ipc_kmsg_notes(kmsg)->voucher = right;
    return MACH_MSG_SUCCESS;
}

/* The same for any name of a voucher, of which null is as good as none. */
static mach_msg_return_t copyin_voucher_header(struct ipc_kmsg *kmsg, struct ipc_space *space)
{
    const mach_msg_header_t *header = &kmsg->header;
    mach_msg_type_name_t destination = MACH_MSGH_BITS_REMOTE(header->msgh_bits);
    mach_msg_type_name_t reply = MACH_MSGH_BITS_LOCAL(header->msgh_bits);
    struct named_voucher voucher = { header->msgh_voucher_port,
                                     MACH_MSGH_BITS_VOUCHER(header->msgh_bits) };
    mach_msg_return_t result;
    if ((voucher.disposition != MACH_MSG_TYPE_COPY_SEND &&
         voucher.disposition != MACH_MSG_TYPE_MOVE_SEND) ||
        voucher.name == MACH_PORT_DEAD) {
        return MACH_SEND_INVALID_VOUCHER;
    }
    if (voucher.name == MACH_PORT_NULL) {
        ipc_kmsg_notes(kmsg)->voucher = nullptr;
        result = copyin_header_as(kmsg, space, destination, reply);
    } else if (header->msgh_local_port == voucher.name) {
        result = MACH_SEND_INVALID_REPLY;
    } else {
        result = copyin_header_with(kmsg, space, voucher);
    }
    if (result == MACH_MSG_SUCCESS && kmsg->destination->kobject_kind != IPC_KOBJECT_NONE) {
        ipc_kmsg_drop_voucher(kmsg);
    }
    return result;
}

/* The headers that neither asks nor answers. */
static NOINLINE mach_msg_return_t copyin_other_header(struct ipc_kmsg *kmsg,
                                                      struct ipc_space *space)
{
    mach_msg_bits_t bits = kmsg->header.msgh_bits;
    mach_msg_type_name_t destination = MACH_MSGH_BITS_REMOTE(bits);
    mach_msg_type_name_t reply = MACH_MSGH_BITS_LOCAL(bits);
    if ((bits & ~(MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS_PORTS_MASK)) ||
        !is_send_disposition(destination) ||
        (reply == 0 ? kmsg->header.msgh_local_port != MACH_PORT_NULL
                    : !is_send_disposition(reply))) {
        return MACH_SEND_INVALID_HEADER;
    }
    if (UNLIKELY(MACH_MSGH_BITS_VOUCHER(bits) != 0)) {
        return copyin_voucher_header(kmsg, space);
    }
    return copyin_header_as(kmsg, space, destination, reply);
}

mach_msg_return_t ipc_kmsg_copyin_header(struct ipc_kmsg *kmsg, struct ipc_space *space)
{
    mach_msg_bits_t bits = kmsg->header.msgh_bits & ~MACH_MSGH_BITS_COMPLEX;
    if (LIKELY(bits == MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE))) {
        return copyin_header_as(kmsg, space, MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    }
    if (LIKELY(bits == MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0) &&
               kmsg->header.msgh_local_port == MACH_PORT_NULL)) {
        return copyin_header_as(kmsg, space, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    }
    return copyin_other_header(kmsg, space);
}

/* Does the descriptor at OFFSET end before SIZE? */
static bool descriptor_fits(const ipc_descriptor_t *descriptor, uint32_t offset, uint32_t size)
{
    return offset + sizeof(ipc_port_descriptor_t) <= size &&
           offset + ipc_descriptor_size(descriptor->port.type) <= size;
}

mach_msg_return_t ipc_kmsg_copyin_body(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                       struct vm_map *map)
{
    uint32_t size = kmsg->header.msgh_size;
    uint32_t offset = sizeof(mach_msg_base_t);
    if (size < offset) {
        return MACH_SEND_MSG_TOO_SMALL;
    }
    uint32_t count = ipc_kmsg_body(kmsg)->msgh_descriptor_count;
    if (count > IPC_KMSG_DESCRIPTORS_MAX) {
        return MACH_SEND_TOO_LARGE;
    }
    ipc_descriptor_t *descriptor = ipc_kmsg_first_descriptor(kmsg);
    for (uint32_t i = 0; i < count; i++) {
        mach_msg_return_t result = MACH_SEND_MSG_TOO_SMALL;
        if (descriptor_fits(descriptor, offset, size)) {
            result = ipc_descriptor_copyin(descriptor, space, map, kmsg->destination,
                                           &kmsg->is_circular);
        }
        if (result != MACH_MSG_SUCCESS) {
            ipc_kmsg_destroy_body(kmsg, i);
            return result;
        }
        offset += ipc_descriptor_size(descriptor->port.type);
        descriptor = ipc_descriptor_next(descriptor);
        sched_let_in_after(i);
    }
    return MACH_MSG_SUCCESS;
}

mach_msg_return_t ipc_kmsg_copyin_contents(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                           struct vm_map *map)
{
    mach_msg_return_t result = ipc_kmsg_copyin_header(kmsg, space);
    if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
        ipc_violation_by_header(&kmsg->header, result);
        ipc_kmsg_free(kmsg);
        return result;
    }
    if (UNLIKELY(kmsg->header.msgh_bits & MACH_MSGH_BITS_COMPLEX)) {
        result = ipc_kmsg_copyin_body(kmsg, space, map);
        if (result != MACH_MSG_SUCCESS) {
            kmsg->header.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
            ipc_kmsg_destroy(kmsg);
        }
    }
    return result;
}

mach_msg_return_t ipc_kmsg_copyin_bytes(uint64_t address, uint32_t size, struct ipc_kmsg **result)
{
    if (UNLIKELY(size < sizeof(mach_msg_header_t) || size % sizeof(natural_t) != 0)) {
        return MACH_SEND_MSG_TOO_SMALL;
    }
    struct ipc_kmsg *kmsg;
    INLINE_CALL kmsg = ipc_kmsg_alloc(size);
    if (UNLIKELY(kmsg == nullptr)) {
        return size > IPC_KMSG_MAX ? MACH_SEND_TOO_LARGE : MACH_SEND_NO_BUFFER;
    }
    if (UNLIKELY(copyin_message(&kmsg->header, address, size) != KERN_SUCCESS)) {
        ipc_kmsg_free(kmsg);
        return MACH_SEND_INVALID_DATA;
    }
    kmsg->header.msgh_size = size;
    *result = kmsg;
    return MACH_MSG_SUCCESS;
}

bool ipc_kmsg_copyin_short(uint64_t address, uint32_t size, struct ipc_kmsg **result)
{
    const uint32_t least = sizeof(mach_msg_header_t);
    if (UNLIKELY(size - least > IPC_KMSG_INLINE - least || size % sizeof(natural_t) != 0)) {
        return false;
    }
    struct ipc_kmsg *kmsg;
    INLINE_CALL kmsg = ipc_kmsg_take_spare();
    if (UNLIKELY(kmsg == nullptr)) {
        return false;
    }
    if (UNLIKELY(copyin_message(&kmsg->header, address, size) != KERN_SUCCESS)) {
        ipc_kmsg_free(kmsg);
        return false;
    }
    kmsg->header.msgh_size = size;
    *result = kmsg;
    return true;
}
