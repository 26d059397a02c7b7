/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A space: the port names of one task.
 *
 * Names are 24 bits of index and 8 of generation.  Entries live in chunks that never move; a
 * directory of chunks grows by doubling.  Looking a name up is two loads and a compare with the
 * name stored in the entry, so a stale name fails.  The same comparison bounds the index: it is cut
 * to the directory's size, whose free slots hold the first chunk again, and an entry found by a cut
 * index has another name.  Names that the caller chose and that are not the
 * table's next live in a tree beside it.
 *
 * At most one entry of a space denotes send or receive rights to a given port; a hash from port to
 * entry finds it.  It is as large as the table, which therefore has room for all names, wherever they live.  Send-once rights each have an entry of their own and are
 * not hashed.
 *
 * Locks: the space's spin lock protects table, hash and entries.  Order: task -> space -> port ->
 * port set.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/port.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/refcount.h>
#include <arch/spinlock.h>
#include <ipc/ipc_entry.h>

struct quota;
struct task;
struct thread;

/* Who a task says it is: copied into trailers.  Shared by reference, never changed after
 * creation. */
struct ipc_sender {
    struct refcount references;
    security_token_t security;
    audit_token_t audit;
};

/* The kernel's own identity: all zero. */
extern struct ipc_sender ipc_sender_kernel;

struct ipc_space {
    struct spinlock lock;
    struct refcount references;
    bool is_active;               /* (lock) */
    struct ipc_entry **directory; /* (lock) chunks of IPC_ENTRY_CHUNK entries */
    uint32_t directory_mask;      /* (lock) its slots, a power of two, less one */
    uint32_t capacity;            /* (lock) entries in chunks */
    uint32_t entry_count;         /* (lock) entries in use */
    uint32_t entry_limit;         /* (lock) quota: entry_count stays below */
    struct ipc_entry *free;       /* (lock) list of free entries by next_free */
    struct ipc_entry **
        *buckets;         /* (lock) hash from port to entry: IPC_HASH_CHUNK slots for each chunk */
    uint32_t hash_mask;   /* (lock) the power of two that its slots do not exceed, less one */
    struct rbtree chosen; /* (lock) entries with caller-chosen names (struct ipc_chosen_entry) */
    struct ipc_sender *sender; /* (lock) a reference */
    struct spinlock servers_lock;
    struct list servers;    /* (servers_lock) thread.server_link: see ipc_donation.h */
    struct ipc_entry *self; /* a hint: the entry that named the task's own port last */
    struct task *task;      /* constant; opaque, no reference */
    struct quota *quota;    /* constant once it is in use; a reference, or null */
};

/* Create an empty space for TASK with SENDER's identity (a reference is taken).  Returns: null
 * without memory. */
[[nodiscard]] struct ipc_space *ipc_space_create(struct task *task, struct ipc_sender *sender);

/* Charge what SPACE, which is new, uses to QUOTA, of which it takes a reference. */
void ipc_space_set_quota(struct ipc_space *space, struct quota *quota);

/* Give SPACE another identity (a reference is taken). */
void ipc_space_set_sender(struct ipc_space *space, struct ipc_sender *sender);

/* Destroy all rights in SPACE and accept no more.  Context: may sleep; the references stay. */
void ipc_space_terminate(struct ipc_space *space);

/* Let THREAD, which is new or the running one, send and receive by the names of SPACE, or of none
 * (null). */
void ipc_space_enter(struct ipc_space *space, struct thread *thread);

static inline void ipc_space_reference(struct ipc_space *space)
{
    refcount_acquire(&space->references);
}

/* Drop a reference; the last one frees the space, which must have been terminated, and lets interrupts in
 * meanwhile.  Null is ignored.  Locks: none. */
void ipc_space_release(struct ipc_space *space);

/* A sender identity with one reference.  Returns: null without memory. */
[[nodiscard]] struct ipc_sender *ipc_sender_create(const security_token_t *security,
                                                   const audit_token_t *audit);

static inline void ipc_sender_reference(struct ipc_sender *sender)
{
    refcount_acquire(&sender->references);
}

void ipc_sender_free(struct ipc_sender *sender);

static inline void ipc_sender_release(struct ipc_sender *sender)
{
    if (UNLIKELY(refcount_release(&sender->references))) {
        ipc_sender_free(sender);
    }
}

/*
 * Give SPACE a right that the kernel holds: put PORT's right of kind TYPE (MACH_MSG_TYPE_PORT_SEND,
 * _SEND_ONCE or _RECEIVE; its count and reference are consumed) into SPACE.
 * Returns: the name; MACH_PORT_NULL or MACH_PORT_DEAD for a null or dead port, or (right dropped)
 * without room.
 */
mach_port_name_t ipc_space_copyout(struct ipc_space *space, struct ipc_port *port,
                                   mach_msg_type_name_t type);

/*
 * The same for who wants to know why there is no name.
 * Returns: KERN_SUCCESS and *NAME; KERN_INVALID_TASK, KERN_NO_SPACE, KERN_RESOURCE_SHORTAGE: the right
 * was dropped.
 */
[[nodiscard]] kern_return_t ipc_space_give(struct ipc_space *space, struct ipc_port *port,
                                           mach_msg_type_name_t type, mach_port_name_t *name);

/*
 * Take a right from SPACE as a sender would: NAME with disposition TYPE (MACH_MSG_TYPE_*).
 * Returns: KERN_SUCCESS and *PORT with the right (perhaps IPC_PORT_DEAD, or null for
 * MACH_PORT_NULL);
 *          KERN_INVALID_NAME, KERN_INVALID_RIGHT, KERN_INVALID_VALUE, KERN_INVALID_TASK;
 *          KERN_INVALID_CAPABILITY, KERN_UREFS_OVERFLOW: see ipc_right_copyin() and
 *          ipc_right_copyin_receive().  Who waits for messages of a receive right is woken.  Locks: none.
 */
[[nodiscard]] kern_return_t ipc_space_copyin(struct ipc_space *space, mach_port_name_t name,
                                             mach_msg_type_name_t type, struct ipc_port **port);

/* The same among the names that callers chose. */
struct ipc_entry *ipc_entry_lookup_chosen(struct ipc_space *space, mach_port_name_t name)
    REQUIRES(space->lock);

/* The one of them with the lowest name above NAME, or null. */
struct ipc_entry *ipc_entry_next_chosen(struct ipc_space *space, mach_port_name_t name)
    REQUIRES(space->lock);

/* Add a chunk of free entries.  Locks: the space's.  Returns: KERN_SUCCESS; KERN_NO_SPACE;
 * KERN_RESOURCE_SHORTAGE. */
[[nodiscard]] kern_return_t ipc_space_grow(struct ipc_space *space) REQUIRES(space->lock);

/* The entry of SPACE's table with INDEX; for one beyond the table, some other entry. */
static inline struct ipc_entry *ipc_entry_of_index(const struct ipc_space *space, uint32_t index)
{
    uint32_t chunk = index / IPC_ENTRY_CHUNK & space->directory_mask;
    return &space->directory[chunk][index % IPC_ENTRY_CHUNK];
}

/* The entry that NAME denotes, or null.  Locks: the space's. */
static ALWAYS_INLINE struct ipc_entry *ipc_entry_lookup(struct ipc_space *space,
                                                        mach_port_name_t name) REQUIRES(space->lock)
{
    struct ipc_entry *entry = ipc_entry_of_index(space, MACH_PORT_INDEX(name));
    if (LIKELY(entry->name == name && entry->bits != 0)) {
        return entry;
    }
    return rbtree_empty(&space->chosen) ? nullptr : ipc_entry_lookup_chosen(space, name);
}

/* True if ENTRY stands in no chunk of SPACE's table, but in a struct ipc_chosen_entry. */
static inline bool ipc_entry_is_chosen(const struct ipc_space *space, const struct ipc_entry *entry)
{
    return UNLIKELY(!rbtree_empty(&space->chosen)) &&
           entry != ipc_entry_of_index(space, MACH_PORT_INDEX(entry->name));
}

/* Take a free entry with a fresh name; the caller fills object and bits.  Locks: the space's.
 * Returns: KERN_SUCCESS; KERN_NO_SPACE, quota or table are full; KERN_RESOURCE_SHORTAGE. */
[[nodiscard]] kern_return_t ipc_entry_alloc(struct ipc_space *space, struct ipc_entry **entry)
    REQUIRES(space->lock);

/* Take an entry with the name NAME, which denotes nothing.  Locks: the space's.
 * Returns: as ipc_entry_alloc(); KERN_INVALID_VALUE, NAME is null or dead; KERN_NAME_EXISTS, it is in use. */
[[nodiscard]] kern_return_t ipc_entry_alloc_name(struct ipc_space *space, mach_port_name_t name,
                                                 struct ipc_entry **entry) REQUIRES(space->lock);

/* Free ENTRY, which holds nothing, has no request and is not in the hash any more.  Locks: the space's. */
void ipc_entry_free(struct ipc_space *space, struct ipc_entry *entry) REQUIRES(space->lock);

/* The same for one of SPACE's table. */
static inline void ipc_entry_put_back(struct ipc_space *space, struct ipc_entry *entry)
    REQUIRES(space->lock)
{
    space->entry_count--;
    entry->object = nullptr;
    entry->bits = 0;
    entry->next_free = space->free;
    space->free = entry;
}

/* The number of OBJECT in a hash with MASK + 1 slots: ports lie apart by their size, so the middle
 * bits spread well. */
static inline uint32_t ipc_entry_hash(const struct ipc_object *object, uint32_t mask)
{
    uintptr_t address = (uintptr_t)object;
    return (uint32_t)(address >> 6 ^ address >> 14) & mask;
}

/* The slot with NUMBER of SPACE's hash. */
static inline struct ipc_entry **ipc_hash_slot(const struct ipc_space *space, uint32_t number)
{
    return &space->buckets[number / IPC_HASH_CHUNK][number % IPC_HASH_CHUNK];
}

/* The entry with a send or receive right to PORT, or null.  Locks: the space's. */
struct ipc_entry *ipc_hash_find(struct ipc_space *space, const struct ipc_port *port)
    REQUIRES(space->lock);

/* Enter ENTRY, whose object is a port, into the hash, or take it out.  Locks: the space's. */
void ipc_hash_insert(struct ipc_space *space, struct ipc_entry *entry) REQUIRES(space->lock);
void ipc_hash_remove(struct ipc_space *space, struct ipc_entry *entry) REQUIRES(space->lock);
