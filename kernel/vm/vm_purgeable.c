/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queues of volatile memory, and taking it back.
 *
 * Nobody who needs a page takes one here: he gives up all his locks first and tries again afterwards
 * (a fault, a copy between maps, a call of the kernel), so only who fails anyway pays.
 */
#include <vm/vm_purgeable.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <mem/zone.h>

#define GROUPS 8

static_assert(((VM_VOLATILE_GROUP_MASK >> VM_VOLATILE_GROUP_SHIFT) + 1) == GROUPS);

static struct zone purgeable_zone;
static struct mutex queues_lock;
static struct list obsolete_queue;      /* (queues_lock) first to be purged first */
static struct list fifo_queues[GROUPS]; /* (queues_lock) the same, by group */
static struct list lifo_queues[GROUPS]; /* (queues_lock) */
static struct list others;              /* (queues_lock) what is not VOLATILE */
static uint64_t volatile_count;         /* (queues_lock) objects on the queues */
static _Atomic uint64_t purged_pages;

void vm_purgeable_init(void)
{
    zone_init(&purgeable_zone, "vm_purgeable", sizeof(struct vm_purgeable));
    mutex_init(&queues_lock, LOCK_CLASS_VM_PURGEABLE);
    list_init(&obsolete_queue);
    list_init(&others);
    for (uint32_t i = 0; i < GROUPS; i++) {
        list_init(&fifo_queues[i]);
        list_init(&lifo_queues[i]);
    }
    volatile_count = 0;
}

struct vm_object *vm_object_create_purgeable(uint64_t size, uint64_t owner, int state,
                                             bool is_kernels)
{
    struct vm_purgeable *purgeable = zone_alloc_zeroed(&purgeable_zone);
    if (purgeable == nullptr) {
        return nullptr;
    }
    struct vm_object *object = vm_object_create_owned(size, purgeable);
    if (object == nullptr) {
        zone_free(&purgeable_zone, purgeable);
        return nullptr;
    }
    purgeable->object = object;
    purgeable->owner = owner;
    purgeable->state = state;
    purgeable->is_kernels = is_kernels;
    mutex_lock(&queues_lock);
    list_insert_tail(&others, &purgeable->link);
    mutex_unlock(&queues_lock);
    return object;
}

/* The queue for volatile objects of this kind. */
static struct list *queue_of(const struct vm_purgeable *purgeable)
{
    switch (purgeable->order) {
    case VM_PURGEABLE_OBSOLETE: return &obsolete_queue;
    case VM_PURGEABLE_FIFO: return &fifo_queues[purgeable->group];
    default: return &lifo_queues[purgeable->group];
    }
}

/* Take PURGEABLE out of the queue or list that it is on. */
static void unlink_locked(struct vm_purgeable *purgeable) REQUIRES(queues_lock)
{
    list_remove(&purgeable->link);
    volatile_count -= purgeable->state == VM_PURGABLE_VOLATILE;
}

void vm_purgeable_destroy(struct vm_object *object)
{
    struct vm_purgeable *purgeable = object->purgeable;
    mutex_lock(&queues_lock);
    unlink_locked(purgeable);
    mutex_unlock(&queues_lock);
    zone_free(&purgeable_zone, purgeable);
}

/* Let OBJECT be in STATE, which is not VOLATILE. */
static void leave_queue(struct vm_object *object, int state) REQUIRES(object->lock)
{
    struct vm_purgeable *purgeable = object->purgeable;
    mutex_lock(&queues_lock);
    unlink_locked(purgeable);
    purgeable->state = state;
    list_insert_tail(&others, &purgeable->link);
    mutex_unlock(&queues_lock);
}

/* Let OBJECT be VOLATILE as the bits of STATE say. */
static void join_queue(struct vm_object *object, int state) REQUIRES(object->lock)
{
    struct vm_purgeable *purgeable = object->purgeable;
    bool is_first = (state & VM_VOLATILE_ORDER_MASK) == VM_VOLATILE_MAKE_FIRST_IN_GROUP;
    mutex_lock(&queues_lock);
    unlink_locked(purgeable);
    purgeable->state = VM_PURGABLE_VOLATILE;
    purgeable->group = ((uint32_t)state & VM_VOLATILE_GROUP_MASK) >> VM_VOLATILE_GROUP_SHIFT;
    if ((state & VM_PURGABLE_ORDERING_MASK) == VM_PURGABLE_ORDERING_OBSOLETE) {
        purgeable->order = VM_PURGEABLE_OBSOLETE;
    } else if ((state & VM_PURGABLE_BEHAVIOR_MASK) == VM_PURGABLE_BEHAVIOR_LIFO) {
        purgeable->order = VM_PURGEABLE_LIFO;
        is_first = true;
    } else {
        purgeable->order = VM_PURGEABLE_FIFO;
    }
    if (is_first) {
        list_insert_head(queue_of(purgeable), &purgeable->link);
    } else {
        list_insert_tail(queue_of(purgeable), &purgeable->link);
    }
    volatile_count++;
    mutex_unlock(&queues_lock);
}

/* Take the pages of OBJECT, which becomes EMPTY.  Returns: how many. */
static uint64_t purge(struct vm_object *object) REQUIRES(object->lock)
{
    leave_queue(object, VM_PURGABLE_EMPTY);
    uint64_t pages = vm_object_discard_range(object, 0, object->size);
    atomic_fetch_add_explicit(&purged_pages, pages, memory_order_relaxed);
    return pages;
}

static kern_return_t set_state(struct vm_object *object, int state) REQUIRES(object->lock)
{
    struct vm_purgeable *purgeable = object->purgeable;
    int wanted = state & VM_PURGABLE_STATE_MASK;
    if (purgeable->is_kernels) {
        return KERN_PROTECTION_FAILURE;
    }
    purgeable->empties_at_once |= (state & VM_PURGABLE_DEBUG_EMPTY) != 0;
    if (wanted == VM_PURGABLE_VOLATILE &&
        (purgeable->state == VM_PURGABLE_EMPTY || purgeable->empties_at_once)) {
        wanted = VM_PURGABLE_EMPTY;
    }
    switch (wanted) {
    case VM_PURGABLE_NONVOLATILE: leave_queue(object, VM_PURGABLE_NONVOLATILE); return KERN_SUCCESS;
    case VM_PURGABLE_VOLATILE: join_queue(object, state); return KERN_SUCCESS;
    case VM_PURGABLE_EMPTY: (void)purge(object); return KERN_SUCCESS;
    default: return KERN_INVALID_ARGUMENT; /* what can be purged stays so */
    }
}

kern_return_t vm_object_purgeable_control(struct vm_object *object, vm_purgable_t control,
                                          int *state)
{
    if (vm_object_purgeable_state(object) == VM_PURGABLE_DENY) {
        return KERN_INVALID_ARGUMENT; /* for good */
    }
    kern_return_t result = KERN_SUCCESS;
    mutex_lock(&object->lock);
    int old = object->purgeable->state;
    if (control == VM_PURGABLE_SET_STATE) {
        result = set_state(object, *state);
    } else if (control != VM_PURGABLE_GET_STATE) {
        result = KERN_INVALID_ARGUMENT;
    }
    mutex_unlock(&object->lock);
    if (result == KERN_SUCCESS) {
        *state = old;
    }
    return result;
}

int vm_object_purgeable_state(const struct vm_object *object)
{
    return object->kind == VM_OBJECT_PURGEABLE ? object->purgeable->state : VM_PURGABLE_DENY;
}

/* An object of QUEUE, the first that is not about to end, with a reference; or null. */
static struct vm_object *first_alive(const struct list *queue) REQUIRES(queues_lock)
{
    struct vm_purgeable *purgeable;
    list_for_each_entry(purgeable, queue, link) {
        if (refcount_acquire_if_alive(&purgeable->object->references)) {
            return purgeable->object;
        }
    }
    return nullptr;
}

/* The object to be purged next, with a reference; or null. */
static struct vm_object *next_victim(void)
{
    mutex_lock(&queues_lock);
    struct vm_object *object = first_alive(&obsolete_queue);
    for (uint32_t i = 0; i < GROUPS && object == nullptr; i++) {
        object = first_alive(&fifo_queues[i]);
        if (object == nullptr) {
            object = first_alive(&lifo_queues[i]);
        }
    }
    mutex_unlock(&queues_lock);
    return object;
}

/* Purge the next object, unless its owner is faster and takes it out of the queues.
 * Returns: false if there is none; else *PAGES are more. */
static bool purge_one(uint64_t *pages)
{
    struct vm_object *object = next_victim();
    if (object == nullptr) {
        return false;
    }
    mutex_lock(&object->lock);
    if (object->purgeable->state == VM_PURGABLE_VOLATILE) {
        *pages += purge(object);
    }
    mutex_unlock(&object->lock);
    vm_object_release(object);
    return true;
}

/* As many as there are now: who makes others volatile all the time does not hold us up for ever. */
void vm_purgeable_purge_all(void)
{
    mutex_lock(&queues_lock);
    uint64_t count = volatile_count;
    mutex_unlock(&queues_lock);
    uint64_t pages = 0;
    while (count-- > 0 && purge_one(&pages)) {
    }
}

bool vm_purgeable_reclaim(void)
{
    uint64_t pages = 0;
    while (vm_page_is_scarce() && purge_one(&pages)) {
    }
    return pages != 0;
}

void vm_purgeable_set_owner(struct vm_object *object, uint64_t owner, int tag,
                            bool has_no_footprint)
{
    struct vm_purgeable *purgeable = object->purgeable;
    mutex_lock(&queues_lock);
    if (owner != 0) {
        purgeable->owner = owner;
    }
    if (tag != VM_LEDGER_TAG_UNCHANGED) {
        purgeable->ledger_tag = tag;
    }
    purgeable->has_no_footprint = has_no_footprint;
    mutex_unlock(&queues_lock);
}

/* Bytes that PURGEABLE's object has.  Its lock is not held: pages come and go meanwhile. */
static uint64_t resident_bytes(const struct vm_purgeable *purgeable)
{
    return __atomic_load_n(&purgeable->object->resident_count, __ATOMIC_RELAXED) << PAGE_SHIFT;
}

static bool belongs_to(const struct vm_purgeable *purgeable, uint64_t owner)
{
    return owner == 0 || purgeable->owner == owner;
}

static void describe_queue(const struct list *queue, uint64_t owner, vm_purgeable_stat_t *stat)
    REQUIRES(queues_lock)
{
    const struct vm_purgeable *purgeable;
    list_for_each_entry(purgeable, queue, link) {
        if (belongs_to(purgeable, owner)) {
            stat->count++;
            stat->size += resident_bytes(purgeable);
        }
    }
}

void vm_purgeable_describe(uint64_t owner, struct vm_purgeable_info *info)
{
    mutex_lock(&queues_lock);
    describe_queue(&obsolete_queue, owner, &info->obsolete_data);
    for (uint32_t i = 0; i < GROUPS; i++) {
        describe_queue(&fifo_queues[i], owner, &info->fifo_data[i]);
        describe_queue(&lifo_queues[i], owner, &info->lifo_data[i]);
    }
    mutex_unlock(&queues_lock);
}

/* Add what OWNER has on QUEUE to BYTES. */
static void count_queue(const struct list *queue, uint64_t owner, struct vm_owned_bytes *bytes)
    REQUIRES(queues_lock)
{
    const struct vm_purgeable *purgeable;
    list_for_each_entry(purgeable, queue, link) {
        if (!belongs_to(purgeable, owner)) {
            continue;
        }
        uint64_t resident = resident_bytes(purgeable);
        if (purgeable->state == VM_PURGABLE_VOLATILE || purgeable->state == VM_PURGABLE_EMPTY) {
            bytes->is_volatile += resident;
            continue;
        }
        bytes->nonvolatile += purgeable->state == VM_PURGABLE_NONVOLATILE ? resident : 0;
        uint64_t *by_tag = purgeable->has_no_footprint ? bytes->no_footprint : bytes->footprint;
        by_tag[purgeable->ledger_tag] += resident;
    }
}

struct vm_owned_bytes vm_purgeable_bytes(uint64_t owner)
{
    struct vm_owned_bytes bytes = {};
    mutex_lock(&queues_lock);
    count_queue(&others, owner, &bytes);
    count_queue(&obsolete_queue, owner, &bytes);
    for (uint32_t i = 0; i < GROUPS; i++) {
        count_queue(&fifo_queues[i], owner, &bytes);
        count_queue(&lifo_queues[i], owner, &bytes);
    }
    mutex_unlock(&queues_lock);
    return bytes;
}

uint64_t vm_purgeable_purged_pages(void)
{
    return atomic_load_explicit(&purged_pages, memory_order_relaxed);
}
