/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device memory in a part of the kernel's half that is only ever filled upwards: devices do not go
 * away.
 */
#include <pmap_device.h>

#include <arch/spinlock.h>
#include <page_table.h>

static struct spinlock device_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_DEVICE_MEMORY);
static virt_addr_t device_next = DEVICE_MAP_BASE; /* (device_lock) */

/* Reserve SIZE bytes of addresses.  Returns: 0 if there are none left. */
static virt_addr_t device_reserve(uint64_t size)
{
    interrupt_state_t state = spin_lock_save(&device_lock);
    virt_addr_t start = 0;
    if (size <= DEVICE_MAP_END - device_next) {
        start = device_next;
        device_next += size;
    }
    spin_unlock_restore(&device_lock, state);
    return start;
}

void *pmap_map_device_cached(phys_addr_t physical, uint64_t size, enum pmap_cache cache)
{
    uint64_t offset = physical & PAGE_MASK;
    if (size == 0 || size > DEVICE_MAP_END - DEVICE_MAP_BASE) {
        return nullptr;
    }
    size = (size + offset + PAGE_MASK) & ~PAGE_MASK;
    virt_addr_t start = device_reserve(size);
    if (start == 0) {
        return nullptr;
    }
    for (uint64_t done = 0; done < size; done += PAGE_SIZE) {
        if (pmap_enter(kernel_pmap, start + done, physical - offset + done,
                       VM_PROT_READ | VM_PROT_WRITE, cache) != KERN_SUCCESS) {
            pmap_remove(kernel_pmap, start, start + done);
            return nullptr;
        }
    }
    return (char *)start + offset;
}

void *pmap_map_device(phys_addr_t physical, uint64_t size)
{
    return pmap_map_device_cached(physical, size, PMAP_CACHE_DEVICE);
}
