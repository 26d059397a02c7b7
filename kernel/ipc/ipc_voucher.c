/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making vouchers, finding those that are there, and their end.
 */
#include <ipc/ipc_voucher.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <mem/quota.h>
#include <mem/zone.h>
#include <sched/sched.h>
#include <ipc/ipc_entry.h>
#include <ipc/ipc_space.h>

static struct spinlock vouchers_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_VOUCHERS);
static struct rbtree vouchers; /* (vouchers_lock) */
static struct zone voucher_zone;

void ipc_voucher_init(void)
{
    rbtree_init(&vouchers);
    zone_init(&voucher_zone, "vouchers", sizeof(struct ipc_voucher));
    ipc_voucher_value_init();
}

void ipc_voucher_values_release(struct ipc_voucher_values *values)
{
    for (uint32_t i = 0; i < IPC_VOUCHER_KEYS; i++) {
        ipc_voucher_value_release(values->of_key[i]);
        values->of_key[i] = nullptr;
    }
}

/* Equal values are one, so their addresses tell vouchers apart. */
static int voucher_compare(const struct rbtree_node *a, const struct rbtree_node *b)
{
    return memcmp(&rbtree_entry(a, const struct ipc_voucher, node)->values,
                  &rbtree_entry(b, const struct ipc_voucher, node)->values,
                  sizeof(struct ipc_voucher_values));
}

static bool voucher_less(const struct rbtree_node *a, const struct rbtree_node *b)
{
    return voucher_compare(a, b) < 0;
}

/* The voucher that has the values of SOUGHT, with a reference; if there is none, ADDED (or null) becomes
 * one. */
static struct ipc_voucher *find_or_add(const struct ipc_voucher *sought, struct ipc_voucher *added)
{
    interrupt_state_t state = spin_lock_save(&vouchers_lock);
    struct rbtree_node *node = rbtree_find(&vouchers, &sought->node, voucher_compare);
    struct ipc_voucher *found = added;
    if (node != nullptr) {
        found = rbtree_entry(node, struct ipc_voucher, node);
    } else if (added != nullptr) {
        rbtree_insert(&vouchers, &added->node, voucher_less);
    }
    if (found != nullptr) {
        found->references++;
    }
    spin_unlock_restore(&vouchers_lock, state);
    return found;
}

/* Free VOUCHER, which nobody finds any more, with all it has. */
static void voucher_free(struct ipc_voucher *voucher)
{
    struct ipc_port *port = voucher->port;
    interrupt_state_t state = interrupts_save();
    quota_uncharge(port->quota, QUOTA_KERNEL_BYTES, sizeof(*voucher));
    ipc_port_clear_kobject(port);
    ipc_port_destroy(port);
    ipc_port_release(port); /* voucher->port */
    sched_restore_interrupts(state);
    ipc_voucher_values_release(&voucher->values);
    zone_free(&voucher_zone, voucher);
}

/* Let VOUCHER have a port, and charge both to QUOTA.  Returns: false, that is not to be had. */
static bool voucher_get_port(struct ipc_voucher *voucher, struct quota *quota)
{
    if (!quota_charge(quota, QUOTA_KERNEL_BYTES, sizeof(*voucher))) {
        return false;
    }
    interrupt_state_t state = interrupts_save();
    struct ipc_port *port = ipc_port_create_kernel(IPC_KOBJECT_VOUCHER, voucher);
    if (port != nullptr && !ipc_port_charge(port, quota)) {
        ipc_port_destroy(port);
        port = nullptr;
    }
    if (port != nullptr) {
        ipc_port_reference(port); /* voucher->port; the receive right has its own */
    }
    interrupts_restore(state);
    if (port == nullptr) {
        quota_uncharge(quota, QUOTA_KERNEL_BYTES, sizeof(*voucher));
    }
    voucher->port = port;
    return port != nullptr;
}

/* A voucher with the values of SOUGHT, of which it has no references yet, that nobody can find.  Returns:
 * null if it is not to be had. */
static struct ipc_voucher *voucher_alloc(const struct ipc_voucher *sought, struct quota *quota)
{
    struct ipc_voucher *voucher = zone_alloc(&voucher_zone);
    if (voucher != nullptr) {
        *voucher = *sought;
        if (!voucher_get_port(voucher, quota)) {
            zone_free(&voucher_zone, voucher);
            voucher = nullptr;
        }
    }
    return voucher;
}

kern_return_t ipc_voucher_create(struct ipc_voucher_values *values, struct quota *quota,
                                 struct ipc_voucher **result)
{
    const struct ipc_voucher sought = { .values = *values };
    struct ipc_voucher *voucher = find_or_add(&sought, nullptr);
    struct ipc_voucher *added = nullptr;
    if (voucher == nullptr) {
        added = voucher_alloc(&sought, quota);
        voucher = added != nullptr ? find_or_add(&sought, added) : nullptr;
    }
    if (voucher != nullptr && voucher == added) {
        *values = (struct ipc_voucher_values){}; /* its own now */
    } else if (added != nullptr) {
        added->values = (struct ipc_voucher_values){}; /* somebody was faster */
        voucher_free(added);
    }
    ipc_voucher_values_release(values);
    *result = voucher;
    return voucher != nullptr ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

/* The voucher behind PORT; null if there is none. */
static struct ipc_voucher *voucher_behind(struct ipc_port *port) REQUIRES(port->object.lock)
{
    return ipc_port_kobject_locked(port, IPC_KOBJECT_VOUCHER);
}

/* Drop COUNT references of the voucher behind PORT, if there is one; it ends if then it has no more, and PORT no
 * send right. */
static void drop_references(struct ipc_port *port, uint32_t count)
{
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct ipc_voucher *voucher = voucher_behind(port);
    bool ends = false;
    if (voucher != nullptr) {
        spin_lock(&vouchers_lock);
        assert(voucher->references >= count);
        voucher->references -= count;
        ends = voucher->references == 0 && port->send_rights == 0;
        if (ends) {
            rbtree_remove(&vouchers, &voucher->node);
            port->kobject = nullptr;
        }
        spin_unlock(&vouchers_lock);
    }
    spin_unlock_restore(&port->object.lock, state);
    if (ends) {
        voucher_free(voucher);
    }
}

void ipc_voucher_reference(struct ipc_voucher *voucher)
{
    interrupt_state_t state = spin_lock_save(&vouchers_lock);
    voucher->references++;
    spin_unlock_restore(&vouchers_lock, state);
}

void ipc_voucher_release(struct ipc_voucher *voucher)
{
    if (voucher != nullptr) {
        drop_references(voucher->port, 1);
    }
}

void ipc_voucher_no_senders(struct ipc_port *port)
{
    drop_references(port, 0);
}

/* The same as voucher_behind(), with a reference. */
static struct ipc_voucher *take_behind(struct ipc_port *port) REQUIRES(port->object.lock)
{
    struct ipc_voucher *voucher = voucher_behind(port);
    if (voucher != nullptr) {
        ipc_voucher_reference(voucher);
    }
    return voucher;
}

struct ipc_voucher *ipc_voucher_of_port(struct ipc_port *port)
{
    if (!ipc_port_is_valid(port)) {
        return nullptr;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct ipc_voucher *voucher = take_behind(port);
    spin_unlock_restore(&port->object.lock, state);
    return voucher;
}

struct ipc_voucher *ipc_voucher_of_name(struct ipc_space *space, mach_port_name_t name)
{
    struct ipc_voucher *voucher = nullptr;
    interrupt_state_t state = spin_lock_save(&space->lock);
    const struct ipc_entry *entry = space->is_active ? ipc_entry_lookup(space, name) : nullptr;
    if (entry != nullptr && (entry->bits & MACH_PORT_TYPE_SEND)) {
        struct ipc_port *port = ipc_entry_port(entry);
        ipc_port_lock(port);
        voucher = take_behind(port);
        ipc_port_unlock(port);
    }
    spin_unlock_restore(&space->lock, state);
    return voucher;
}

struct ipc_port *ipc_voucher_make_send(struct ipc_voucher *voucher)
{
    return ipc_port_make_send(voucher->port);
}
