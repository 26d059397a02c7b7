/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spaces: creation, growth, destruction.  Table and hash grow together, so that inserting a right
 * never needs memory after the name was found.  The hash grows by as many slots as a chunk brings, each
 * of which takes its share from the slot half as far (linear hashing), so growth is as short in a space
 * of many names as in one of few.
 */
#include <ipc/ipc_space.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <mem/quota.h>
#include <mem/zone.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_zones.h>

/* Slots of the first directory, and names a task may have unless told otherwise. */
#define DIRECTORY_FIRST 8u
#define ENTRY_LIMIT     (1u << 18)

#define CHUNK_BYTES (IPC_ENTRY_CHUNK * sizeof(struct ipc_entry))
#define SLOTS_BYTES (IPC_HASH_CHUNK * sizeof(struct ipc_entry *))

/* The table of a space that never had a name: one slot, a chunk of free entries without index. */
static struct ipc_entry no_entries[IPC_ENTRY_CHUNK];
static struct ipc_entry *no_directory[] = { no_entries };

struct ipc_sender ipc_sender_kernel = {
    .references = { 1 },
    .security = KERNEL_SECURITY_TOKEN_VALUE,
    .audit = KERNEL_AUDIT_TOKEN_VALUE,
};

struct ipc_sender *ipc_sender_create(const security_token_t *security, const audit_token_t *audit)
{
    struct ipc_sender *sender = zone_alloc(&ipc_sender_zone);
    if (sender != nullptr) {
        refcount_init(&sender->references, 1);
        sender->security = *security;
        sender->audit = *audit;
    }
    return sender;
}

void ipc_sender_free(struct ipc_sender *sender)
{
    assert(sender != &ipc_sender_kernel);
    zone_free(&ipc_sender_zone, sender);
}

struct ipc_space *ipc_space_create(struct task *task, struct ipc_sender *sender)
{
    struct ipc_space *space = zone_alloc_zeroed(&ipc_space_zone);
    if (space == nullptr) {
        return nullptr;
    }
    spinlock_init(&space->lock, LOCK_CLASS_SPACE);
    refcount_init(&space->references, 1);
    spinlock_init(&space->servers_lock, LOCK_CLASS_SERVERS);
    list_init(&space->servers);
    space->is_active = true;
    space->entry_limit = ENTRY_LIMIT;
    space->directory = no_directory;
    space->task = task;
    rbtree_init(&space->chosen);
    ipc_sender_reference(sender);
    space->sender = sender;
    return space;
}

void ipc_space_enter(struct ipc_space *space, struct thread *thread)
{
    static struct ipc_entry no_entry;
    thread->space = space;
    thread->sent_by = &no_entry;
    thread->received_by = &no_entry;
}

void ipc_space_set_quota(struct ipc_space *space, struct quota *quota)
{
    assert(space->quota == nullptr && space->capacity == 0);
    quota_reference(quota);
    space->quota = quota;
}

void ipc_space_set_sender(struct ipc_space *space, struct ipc_sender *sender)
{
    ipc_sender_reference(sender);
    interrupt_state_t interrupts = spin_lock_save(&space->lock);
    struct ipc_sender *former = space->sender;
    space->sender = sender;
    spin_unlock_restore(&space->lock, interrupts);
    ipc_sender_release(former);
}

/* Memory for SPACE's table, charged to its quota, and its way back. */
static void *table_alloc(struct ipc_space *space, size_t size)
{
    if (!quota_charge(space->quota, QUOTA_KERNEL_BYTES, size)) {
        return nullptr;
    }
    void *memory = kalloc_zeroed(size);
    if (memory == nullptr) {
        quota_uncharge(space->quota, QUOTA_KERNEL_BYTES, size);
    }
    return memory;
}

static void table_free(struct ipc_space *space, void *memory, size_t size)
{
    quota_uncharge(space->quota, QUOTA_KERNEL_BYTES, size);
    kfree(memory, size);
}

/* Free the directories of chunks and of slots of SPACE, which has some. */
static void free_directories(struct ipc_space *space)
{
    uint32_t size = space->directory_mask + 1;
    table_free(space, space->directory, size * sizeof(space->directory[0]));
    table_free(space, space->buckets, size * sizeof(space->buckets[0]));
}

/* Free the table and hash of SPACE. */
static void free_table(struct ipc_space *space)
{
    for (uint32_t i = 0; i < space->capacity / IPC_ENTRY_CHUNK; i++) {
        table_free(space, space->directory[i], CHUNK_BYTES);
        table_free(space, space->buckets[i], SLOTS_BYTES);
        sched_let_in_after(i);
    }
    if (space->directory != no_directory) {
        free_directories(space);
    }
}

void ipc_space_release(struct ipc_space *space)
{
    if (space == nullptr || !refcount_release(&space->references)) {
        return;
    }
    assert(!space->is_active);
    free_table(space);
    quota_release(space->quota);
    ipc_sender_release(space->sender);
    zone_free(&ipc_space_zone, space);
}

/* Make the directories of SPACE large enough for one more chunk. */
static kern_return_t grow_directories(struct ipc_space *space) REQUIRES(space->lock)
{
    uint32_t chunks = space->capacity / IPC_ENTRY_CHUNK;
    bool is_first = space->directory == no_directory;
    if (!is_first && chunks <= space->directory_mask) {
        return KERN_SUCCESS;
    }
    uint32_t size = is_first ? DIRECTORY_FIRST : 2 * chunks;
    struct ipc_entry **directory = table_alloc(space, size * sizeof(directory[0]));
    if (directory == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    struct ipc_entry ***buckets = table_alloc(space, size * sizeof(buckets[0]));
    if (buckets == nullptr) {
        table_free(space, directory, size * sizeof(directory[0]));
        return KERN_RESOURCE_SHORTAGE;
    }
    for (uint32_t i = 0; i < size; i++) {
        directory[i] = space->directory[i < chunks ? i : 0];
    }
    if (!is_first) {
        memcpy(buckets, space->buckets, chunks * sizeof(buckets[0]));
        free_directories(space);
    }
    space->directory = directory;
    space->directory_mask = size - 1;
    space->buckets = buckets;
    return KERN_SUCCESS;
}

/* Move what belongs into slot NUMBER of SPACE's hash, which is new, there from the one that had it. */
static void split_slot(struct ipc_space *space, uint32_t number) REQUIRES(space->lock)
{
    struct ipc_entry **to = ipc_hash_slot(space, number);
    struct ipc_entry **link = ipc_hash_slot(space, number & space->hash_mask / 2);
    while (*link != nullptr) {
        struct ipc_entry *entry = *link;
        if (ipc_entry_hash(entry->object, space->hash_mask) == number) {
            *link = entry->hash_next;
            entry->hash_next = *to;
            *to = entry;
        } else {
            link = &entry->hash_next;
        }
    }
}

/* SPACE, whose capacity does not count it yet, has another chunk: the hash uses its slots. */
static void grow_hash(struct ipc_space *space) REQUIRES(space->lock)
{
    uint32_t first = space->capacity / IPC_ENTRY_CHUNK * IPC_HASH_CHUNK;
    if (first == 0) {
        space->hash_mask = IPC_HASH_CHUNK - 1;
        return;
    }
    if (first > space->hash_mask) {
        space->hash_mask = 2 * space->hash_mask + 1;
    }
    for (uint32_t i = 0; i < IPC_HASH_CHUNK; i++) {
        split_slot(space, first + i);
    }
}

kern_return_t ipc_space_grow(struct ipc_space *space)
{
    if (space->capacity >= IPC_ENTRY_INDEX_MAX) {
        return KERN_NO_SPACE;
    }
    kern_return_t result = grow_directories(space);
    if (result != KERN_SUCCESS) {
        return result;
    }
    struct ipc_entry *chunk = table_alloc(space, CHUNK_BYTES);
    if (chunk == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    struct ipc_entry **slots = table_alloc(space, SLOTS_BYTES);
    if (slots == nullptr) {
        table_free(space, chunk, CHUNK_BYTES);
        return KERN_RESOURCE_SHORTAGE;
    }
    uint32_t first = space->capacity;
    space->directory[first / IPC_ENTRY_CHUNK] = chunk;
    space->buckets[first / IPC_ENTRY_CHUNK] = slots;
    grow_hash(space);
    space->capacity += IPC_ENTRY_CHUNK;
    /* Lowest index on top of the free list; index 0 never, its names would include
     * MACH_PORT_NULL. */
    for (uint32_t i = IPC_ENTRY_CHUNK; i-- > 0;) {
        chunk[i].name = MACH_PORT_MAKE(first + i, 0);
        if (first + i != 0) {
            chunk[i].next_free = space->free;
            space->free = &chunk[i];
        }
    }
    return KERN_SUCCESS;
}

/* Destroy the right behind ENTRY of SPACE, which is dead: nobody else looks at its entries. */
static void terminate_entry(struct ipc_entry *entry)
{
    if (entry->bits != 0) {
        ipc_right_terminate(entry);
    }
}

/* A space with many names takes long to end: go back to the state INTERRUPTS for a moment when the Ith
 * is gone, now and then. */
static void let_interrupts_in(uint32_t i, interrupt_state_t interrupts)
{
    if (i % IPC_ENTRY_CHUNK == 0) {
        sched_restore_interrupts(interrupts);
        (void)interrupts_save();
    }
}

/* The entries with chosen names. */
static void terminate_chosen(struct ipc_space *space, interrupt_state_t interrupts)
{
    struct rbtree_node *node;
    for (uint32_t i = 1; (node = rbtree_first(&space->chosen)) != nullptr; i++) {
        struct ipc_chosen_entry *chosen = rbtree_entry(node, struct ipc_chosen_entry, node);
        rbtree_remove(&space->chosen, node);
        terminate_entry(&chosen->entry);
        quota_uncharge(space->quota, QUOTA_KERNEL_BYTES, sizeof(*chosen));
        zone_free(&ipc_chosen_entry_zone, chosen);
        let_interrupts_in(i, interrupts);
    }
}

void ipc_space_terminate(struct ipc_space *space)
{
    interrupt_state_t interrupts = spin_lock_save(&space->lock);
    bool was_active = space->is_active;
    space->is_active = false;
    spin_unlock(&space->lock);

    /* All functions look at is_active under the lock before they touch an entry, so the table is
     * ours now. */
    if (was_active) {
        for (uint32_t i = 1; i < space->capacity; i++) {
            terminate_entry(&space->directory[i / IPC_ENTRY_CHUNK][i % IPC_ENTRY_CHUNK]);
            let_interrupts_in(i, interrupts);
        }
        terminate_chosen(space, interrupts);
    }
    sched_restore_interrupts(interrupts);
}

kern_return_t ipc_space_give(struct ipc_space *space, struct ipc_port *port,
                             mach_msg_type_name_t type, mach_port_name_t *name)
{
    *name = port == nullptr ? MACH_PORT_NULL : MACH_PORT_DEAD;
    if (!ipc_port_is_valid(port)) {
        return KERN_SUCCESS;
    }
    interrupt_state_t interrupts = spin_lock_save(&space->lock);
    kern_return_t result = ipc_right_copyout(space, port, type, name);
    spin_unlock(&space->lock);
    if (result != KERN_SUCCESS) {
        ipc_port_release_right(port, type);
    }
    sched_restore_interrupts(interrupts);
    if (result == KERN_INVALID_CAPABILITY) {
        *name = MACH_PORT_DEAD;
        return KERN_SUCCESS;
    }
    return result;
}

mach_port_name_t ipc_space_copyout(struct ipc_space *space, struct ipc_port *port,
                                   mach_msg_type_name_t type)
{
    mach_port_name_t name;
    return ipc_space_give(space, port, type, &name) == KERN_SUCCESS ? name : MACH_PORT_NULL;
}

/* Take the right NAME of SPACE as TYPE says; who waits for a receive right's messages is claimed, on
 * WOKEN. */
static kern_return_t copyin_locked(struct ipc_space *space, mach_port_name_t name,
                                   mach_msg_type_name_t type, struct list *woken,
                                   struct ipc_port **port) REQUIRES(space->lock)
{
    if (!space->is_active) {
        return KERN_INVALID_TASK;
    }
    struct ipc_entry *entry = ipc_entry_lookup(space, name);
    if (entry == nullptr) {
        return KERN_INVALID_NAME;
    }
    return type == MACH_MSG_TYPE_MOVE_RECEIVE
               ? ipc_right_copyin_receive(space, entry, nullptr, woken, port)
               : ipc_right_copyin(space, entry, type, true, port);
}

kern_return_t ipc_space_copyin(struct ipc_space *space, mach_port_name_t name,
                               mach_msg_type_name_t type, struct ipc_port **port)
{
    if (!MACH_MSG_TYPE_PORT_ANY(type)) {
        return KERN_INVALID_VALUE;
    }
    if (!MACH_PORT_VALID(name)) {
        *port = name == MACH_PORT_NULL ? nullptr : IPC_PORT_DEAD;
        return KERN_SUCCESS;
    }
    struct list woken;
    list_init(&woken);
    interrupt_state_t interrupts = spin_lock_save(&space->lock);
    kern_return_t result = copyin_locked(space, name, type, &woken, port);
    spin_unlock(&space->lock);
    waitq_wake_claimed(&woken);
    interrupts_restore(interrupts);
    return result;
}
