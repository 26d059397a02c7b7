/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of vm/ share.
 */
#include <test/test_vm.h>

#include <arch/user_copy.h>
#include <sched/thread.h>
#include <vm/vm_map_internal.h>

/* Store VALUE at ADDRESS with the running thread, one of the kernel's, in MAP for the while. */
static kern_return_t store_in_map(struct vm_map *map, virt_addr_t address, unsigned char value)
{
    struct thread *self = current_thread();
    interrupt_state_t state = interrupts_save();
    self->map = map;
    context_set_pmap(&self->context, map->pmap);
    pmap_activate(map->pmap);
    kern_return_t result = copyout(address, &value, sizeof(value));
    self->map = nullptr;
    context_set_pmap(&self->context, nullptr);
    pmap_activate(kernel_pmap);
    interrupts_restore(state);
    return result;
}

kern_return_t test_write(struct vm_map *map, virt_addr_t address, unsigned char value)
{
    if (store_in_map(map, address, value) == KERN_SUCCESS) {
        return KERN_SUCCESS;
    }
    /* Ask for the reason; an injected failure happens only once. */
    kern_return_t reason = vm_fault(map, address, VM_PROT_WRITE);
    return reason == KERN_SUCCESS ? KERN_RESOURCE_SHORTAGE : reason;
}

struct vm_map_entry *test_entry(struct vm_map *map, virt_addr_t address)
{
    mutex_lock(&map->lock);
    struct vm_map_entry *entry = vm_map_lookup_entry(map, address);
    mutex_unlock(&map->lock);
    return entry;
}

struct zone_query {
    const char *name;
    uint64_t count;
};

static void query_zone(const struct zone *zone, void *argument)
{
    struct zone_query *query = argument;
    if (strcmp(zone->name, query->name) == 0) {
        query->count = zone_in_use(zone);
    }
}

uint64_t test_in_use(const char *name)
{
    struct zone_query query = { .name = name };
    zone_visit(query_zone, &query);
    return query.count;
}
