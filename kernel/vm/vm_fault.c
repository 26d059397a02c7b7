/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fault is a small state that a few steps carry on:
 *
 *      look up the entry --> make it writable (shadow) --> find the page in the chain
 *          --> fill with zeros, copy it, or have it paged in --> enter it in the pmap
 *
 * The map stays locked from the first step to the last, so that nobody can unmap what is being
 * entered; only a page-in, which may take for ever, gives up all locks and begins again.
 *
 * The kernel's own reads and writes go through the same steps and touch the page while the objects
 * are locked, which keeps it from being freed.
 */
#include <vm/vm_fault.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <vm/vm_map_internal.h>
#include <vm/vm_purgeable.h>
#include <vm/vm_shadow.h>

/* Not a code of the ABI: all locks were given up, begin again. */
#define FAULT_RETRY (-1)

/* One access.  Kernel accesses have a BUFFER: they copy, and may not need the pmap. */
struct vm_fault {
    struct vm_map *map;
    virt_addr_t address;
    vm_prot_t access;
    void *buffer;  /* null: a processor's fault */
    uint64_t size; /* bytes of BUFFER, within the page of ADDRESS */

    struct vm_map_entry *entry;
    uint64_t offset; /* of the page in the entry's object */
    struct vm_page_view view;
};

struct vm_fault_counts vm_fault_counts;

static void count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* Find the entry, see that it allows the access, and give it an object that may be accessed so. */
static kern_return_t fault_lookup(struct vm_fault *fault) REQUIRES(fault->map->lock)
{
    struct vm_map_entry *entry = vm_map_lookup_entry(fault->map, fault->address);
    if (entry == nullptr) {
        return KERN_INVALID_ADDRESS;
    }
    if ((fault->access & ~entry->protection) != 0) {
        return KERN_PROTECTION_FAILURE;
    }
    fault->entry = entry;
    kern_return_t result = KERN_SUCCESS;
    if (entry->object == nullptr) {
        result = vm_map_entry_make_object(entry);
    } else if ((fault->access & VM_PROT_WRITE) != 0) {
        result = entry->object->kind == VM_OBJECT_PHYSICAL ? KERN_SUCCESS
                                                           : vm_map_entry_make_writable(entry);
    }
    fault->offset = entry->offset + ((fault->address & ~PAGE_MASK) - entry->start);
    return result;
}

/* Whether the running thread must do without another page. */
static bool fault_page_is_refused(void)
{
    return UNLIKELY(vm_page_is_scarce()) && !current_thread()->vm_privilege;
}

/* Put a page of zeros where the chain has none. */
static kern_return_t fault_zero_fill(struct vm_page_view *view) NO_LOCK_ANALYSIS
{
    struct vm_page *page = fault_page_is_refused() ? nullptr : vm_page_allocate_zeroed();
    if (page == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    count(&vm_fault_counts.zero_fills);
    view->page = page;
    return KERN_SUCCESS;
}

/* Replace the view's page, which belongs to an object behind the first, by a copy. */
static kern_return_t fault_copy(struct vm_page_view *view)
{
    struct vm_page *original = view->page;
    struct vm_page *page = fault_page_is_refused() ? nullptr : vm_page_allocate();
    if (page == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    memcpy(vm_page_data(page), vm_page_data(original), PAGE_SIZE);
    if (vm_object_current_use(view->first) == VM_OBJECT_SHARED) {
        /* Other maps may have the original mapped through the same first object. */
        pmap_page_protect(vm_page_physical(original), VM_PROT_NONE);
    }
    count(&vm_fault_counts.copies);
    view->page = page;
    return KERN_SUCCESS;
}

/* Make the page of the locked view one that the access may use: the first object's own if it writes
 * or there is none yet.  The view holds the objects' locks, which the analysis does not see. */
static kern_return_t fault_make_page(struct vm_fault *fault) NO_LOCK_ANALYSIS
{
    struct vm_page_view *view = &fault->view;
    bool is_write = (fault->access & VM_PROT_WRITE) != 0;
    kern_return_t result;
    if (view->page == nullptr) {
        result = fault_zero_fill(view);
    } else if (is_write && view->holder != view->first) {
        result = fault_copy(view);
    } else {
        return KERN_SUCCESS;
    }
    if (result != KERN_SUCCESS) {
        return result;
    }
    vm_object_insert_page(view->first, view->page, fault->offset);
    return KERN_SUCCESS;
}

/* What the page may be mapped for: no writing before a copy was made. */
static vm_prot_t fault_protection(const struct vm_fault *fault)
{
    vm_prot_t protection = fault->entry->protection;
    if (fault->entry->needs_copy || fault->view.page->object != fault->view.first) {
        protection &= ~VM_PROT_WRITE;
    }
    return protection;
}

/* Copy between the buffer and the page, and map the page unless that changes nothing. */
static kern_return_t fault_enter(const struct vm_fault *fault)
{
    struct vm_page *page = fault->view.page;
    if (fault->buffer != nullptr) {
        char *data = (char *)vm_page_data(page) + (fault->address & PAGE_MASK);
        if ((fault->access & VM_PROT_WRITE) == 0) {
            memcpy(fault->buffer, data, fault->size);
            return KERN_SUCCESS;
        }
        memcpy(data, fault->buffer, fault->size);
    }
    return pmap_enter(fault->map->pmap, fault->address & ~PAGE_MASK, vm_page_physical(page),
                      fault_protection(fault), PMAP_CACHE_NORMAL);
}

static kern_return_t fault_physical(const struct vm_fault *fault)
{
    const struct vm_object *object = fault->entry->object;
    if (fault->buffer != nullptr) {
        return KERN_PROTECTION_FAILURE;
    }
    return pmap_enter(fault->map->pmap, fault->address & ~PAGE_MASK,
                      object->physical + fault->offset, fault->entry->protection, object->cache);
}

/* Ask the pager for the view's page, without any lock. */
static kern_return_t fault_page_in(struct vm_fault *fault) RELEASE(fault->map->lock)
{
    struct vm_object *holder = fault->view.holder;
    uint64_t offset = fault->view.offset;
    vm_object_reference_for(holder, VM_OBJECT_COPIED);
    vm_page_view_end(&fault->view);
    mutex_unlock(&fault->map->lock);
    count(&vm_fault_counts.page_ins);
    kern_return_t result = vm_object_page_in(holder, offset);
    return result == KERN_SUCCESS ? FAULT_RETRY : result;
}

/* All steps once. */
static kern_return_t fault_try(struct vm_fault *fault)
{
    mutex_lock(&fault->map->lock);
    kern_return_t result = fault_lookup(fault);
    if (result == KERN_SUCCESS && fault->entry->object->kind == VM_OBJECT_PHYSICAL) {
        result = fault_physical(fault);
    } else if (result == KERN_SUCCESS) {
        vm_page_view_begin(&fault->view, fault->entry->object, fault->offset);
        if (vm_page_view_is_paged_out(&fault->view)) {
            return fault_page_in(fault);
        }
        result = fault_make_page(fault);
        if (result == KERN_SUCCESS) {
            result = fault_enter(fault);
        }
        vm_page_view_end(&fault->view);
    }
    mutex_unlock(&fault->map->lock);
    return result;
}

static kern_return_t fault_resolve(struct vm_fault *fault)
{
    kern_return_t result;
    do {
        result = fault_try(fault);
    } while (result == FAULT_RETRY ||
             UNLIKELY(result == KERN_RESOURCE_SHORTAGE && vm_purgeable_reclaim()));
    return result;
}

kern_return_t vm_fault(struct vm_map *map, virt_addr_t address, vm_prot_t access)
{
    struct vm_fault fault;
    fault.map = map;
    fault.address = address;
    fault.access = access;
    fault.buffer = nullptr;
    count(&vm_fault_counts.faults);
    return fault_resolve(&fault);
}

/* Access SIZE bytes at ADDRESS page by page. */
static kern_return_t access_bytes(struct vm_map *map, virt_addr_t address, char *buffer,
                                  uint64_t size, vm_prot_t access)
{
    struct vm_fault fault;
    fault.map = map;
    fault.access = access;
    while (size > 0) {
        fault.address = address;
        fault.buffer = buffer;
        fault.size = vm_page_rest(address) < size ? vm_page_rest(address) : size;
        kern_return_t result = fault_resolve(&fault);
        if (result != KERN_SUCCESS) {
            return result;
        }
        address += fault.size;
        buffer += fault.size;
        size -= fault.size;
    }
    return KERN_SUCCESS;
}

kern_return_t vm_map_read_bytes(struct vm_map *map, virt_addr_t from, void *to, uint64_t size)
{
    return access_bytes(map, from, to, size, VM_PROT_READ);
}

kern_return_t vm_map_write_bytes(struct vm_map *map, virt_addr_t to, const void *from,
                                 uint64_t size)
{
    /* Only written through for reads. */
    return access_bytes(map, to, (char *)(uintptr_t)from, size, VM_PROT_WRITE);
}
