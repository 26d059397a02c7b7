/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sbrk(), on which newlib's malloc stands. The heap has an address range of its own, far from where
 * the kernel places other memory, and grows in large steps; pages cost nothing until touched.
 */
#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_vm.h>

#include "../threads/park.h"

#define HEAP_BASE 0x200000000ULL
#define HEAP_STEP (1024 * 1024)

static struct {
    uint32_t lock;
    uintptr_t end;    /* of what was handed out */
    uintptr_t mapped; /* end of what is allocated */
} heap = { 0, HEAP_BASE, HEAP_BASE };

/* Have memory up to END. Locks: heap. */
static kern_return_t heap_map(uintptr_t end)
{
    if (end <= heap.mapped) {
        return KERN_SUCCESS;
    }
    mach_vm_address_t address = heap.mapped;
    mach_vm_size_t size = (end - heap.mapped + HEAP_STEP - 1) & ~(mach_vm_size_t)(HEAP_STEP - 1);
    kern_return_t result = mach_vm_allocate(mach_task_self_, &address, size, VM_FLAGS_FIXED);
    if (result == KERN_SUCCESS) {
        heap.mapped += size;
    }
    return result;
}

void *sbrk(ptrdiff_t increment)
{
    void *result = (void *)-1;
    word_lock(&heap.lock);
    uintptr_t end = heap.end + (uintptr_t)increment;
    bool sane = increment >= 0 ? end >= heap.end : end >= HEAP_BASE && end < heap.end;
    if (sane && heap_map(end) == KERN_SUCCESS) {
        result = (void *)heap.end;
        heap.end = end;
    }
    word_unlock(&heap.lock);
    if (result == (void *)-1) {
        errno = ENOMEM;
    }
    return result;
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) {
        return EINVAL;
    }
    void *found = memalign(alignment, size);
    if (found == NULL) {
        return ENOMEM;
    }
    *memory = found;
    return 0;
}
