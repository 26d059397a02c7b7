/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * User memory: what the active pmap shows.  A miss is the page fault that it would be on a real
 * machine, and is tried again after the upcall resolved it.
 */
#include <arch/user_copy.h>

#include <string.h>

#include <lib/assert.h>
#include <arch/upcalls.h>

#include "fake.h"

/* The byte at user address ADDRESS, after as many faults as it takes; null if it cannot be had. */
static char *user_byte(uint64_t address, vm_prot_t access)
{
    for (;;) {
        phys_addr_t physical;
        if (fake_pmap_active != nullptr &&
            (fake_pmap_protection(fake_pmap_active, address) & access) == access &&
            pmap_extract(fake_pmap_active, address, &physical)) {
            return phys_to_virt(physical);
        }
        interrupt_state_t state = interrupts_save();
        kern_return_t code = upcall_user_page_fault(address, access);
        assert(!interrupts_enabled());
        interrupts_restore(state);
        if (code != KERN_SUCCESS) {
            return nullptr;
        }
    }
}

static size_t bytes_to_page_end(uint64_t address, size_t size)
{
    size_t rest = PAGE_SIZE - (address & PAGE_MASK);
    return rest < size ? rest : size;
}

kern_return_t copyin(void *to, uint64_t from, size_t size)
{
    if (!user_range_is_valid(from, size)) {
        return KERN_INVALID_ADDRESS;
    }
    while (size != 0) {
        size_t part = bytes_to_page_end(from, size);
        const char *source = user_byte(from, VM_PROT_READ);
        if (source == nullptr) {
            return KERN_INVALID_ADDRESS;
        }
        memcpy(to, source, part);
        to = (char *)to + part;
        from += part;
        size -= part;
    }
    return KERN_SUCCESS;
}

kern_return_t copyout(uint64_t to, const void *from, size_t size)
{
    if (!user_range_is_valid(to, size)) {
        return KERN_INVALID_ADDRESS;
    }
    while (size != 0) {
        size_t part = bytes_to_page_end(to, size);
        char *target = user_byte(to, VM_PROT_WRITE);
        if (target == nullptr) {
            return KERN_INVALID_ADDRESS;
        }
        memcpy(target, from, part);
        from = (const char *)from + part;
        to += part;
        size -= part;
    }
    return KERN_SUCCESS;
}
