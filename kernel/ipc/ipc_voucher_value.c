/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making values, finding those that are there, and freeing them.
 */
#include <ipc/ipc_voucher_value.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <arch/spinlock.h>
#include <mem/quota.h>
#include <mem/zone.h>

static struct spinlock values_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_VOUCHER_VALUES);
static struct rbtree values;   /* (values_lock) */
static struct zone value_zone; /* a line of the ledger: sizes differ */

void ipc_voucher_value_init(void)
{
    rbtree_init(&values);
    zone_init_counter(&value_zone, "voucher values");
}

/* FNV-1a. */
static uint64_t hash_bytes(const uint8_t *bytes, uint32_t size)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint32_t i = 0; i < size; i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

static const struct ipc_voucher_value *value_of(const struct rbtree_node *node)
{
    return rbtree_entry(node, const struct ipc_voucher_value, node);
}

static int value_compare(const struct rbtree_node *node_a, const struct rbtree_node *node_b)
{
    const struct ipc_voucher_value *a = value_of(node_a);
    const struct ipc_voucher_value *b = value_of(node_b);
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    if (a->key != b->key) {
        return a->key < b->key ? -1 : 1;
    }
    if (a->size != b->size) {
        return a->size < b->size ? -1 : 1;
    }
    return memcmp(a->bytes, b->bytes, a->size);
}

static bool value_less(const struct rbtree_node *a, const struct rbtree_node *b)
{
    return value_compare(a, b) < 0;
}

/* The value that is equal to SOUGHT, with a reference; if there is none, ADDED (or null) becomes one. */
static struct ipc_voucher_value *find_or_add(const struct ipc_voucher_value *sought,
                                             struct ipc_voucher_value *added)
{
    interrupt_state_t state = spin_lock_save(&values_lock);
    struct rbtree_node *node = rbtree_find(&values, &sought->node, value_compare);
    struct ipc_voucher_value *found = added;
    if (node != nullptr) {
        found = rbtree_entry(node, struct ipc_voucher_value, node);
    } else if (added != nullptr) {
        rbtree_insert(&values, &added->node, value_less);
    }
    if (found != nullptr) {
        found->references++;
    }
    spin_unlock_restore(&values_lock, state);
    return found;
}

static size_t value_size(uint32_t size)
{
    return sizeof(struct ipc_voucher_value) + size;
}

static void value_free(struct ipc_voucher_value *value)
{
    size_t size = value_size(value->size);
    quota_uncharge(value->quota, QUOTA_KERNEL_BYTES, size);
    quota_release(value->quota);
    zone_count(&value_zone, -1);
    kfree(value, size);
}

/* A value like SOUGHT, charged to QUOTA, that is not in the tree yet.  Returns: null if it is not to be
 * had. */
static struct ipc_voucher_value *value_alloc(const struct ipc_voucher_value *sought,
                                             struct quota *quota)
{
    size_t size = value_size(sought->size);
    if (!quota_charge(quota, QUOTA_KERNEL_BYTES, size)) {
        return nullptr;
    }
    struct ipc_voucher_value *value = kalloc(size);
    if (value == nullptr) {
        quota_uncharge(quota, QUOTA_KERNEL_BYTES, size);
        return nullptr;
    }
    *value = *sought;
    memcpy(value->storage, sought->bytes, sought->size);
    value->bytes = value->storage;
    value->references = 0;
    value->quota = quota;
    quota_reference(quota);
    zone_count(&value_zone, 1);
    return value;
}

kern_return_t ipc_voucher_value_create(mach_voucher_attr_key_t key, const void *bytes,
                                       uint32_t size, struct quota *quota,
                                       struct ipc_voucher_value **result)
{
    assert(size != 0);
    const struct ipc_voucher_value sought = {
        .key = key,
        .size = size,
        .hash = hash_bytes(bytes, size),
        .bytes = bytes,
    };
    struct ipc_voucher_value *value = find_or_add(&sought, nullptr);
    if (value == nullptr) {
        struct ipc_voucher_value *added = value_alloc(&sought, quota);
        if (added == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
        value = find_or_add(&sought, added);
        if (value != added) {
            value_free(added); /* somebody was faster */
        }
    }
    *result = value;
    return KERN_SUCCESS;
}

void ipc_voucher_value_reference(struct ipc_voucher_value *value)
{
    if (value != nullptr) {
        interrupt_state_t state = spin_lock_save(&values_lock);
        value->references++;
        spin_unlock_restore(&values_lock, state);
    }
}

void ipc_voucher_value_release(struct ipc_voucher_value *value)
{
    if (value == nullptr) {
        return;
    }
    interrupt_state_t state = spin_lock_save(&values_lock);
    assert(value->references > 0);
    bool is_last = --value->references == 0;
    if (is_last) {
        rbtree_remove(&values, &value->node);
    }
    spin_unlock_restore(&values_lock, state);
    if (is_last) {
        value_free(value);
    }
}
