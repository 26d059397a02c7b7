/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an object's pager must be able to do.  vm/ knows pagers only through this table; kern/
 * implements one that sends messages.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

struct vm_page;

struct vm_pager_ops {
    /* Fill PAGE, allocated and not yet in the object, with the data at OFFSET.  May sleep; neither
     * map nor object is locked.  Two threads may ask for the same page at once; one answer is used.
     * Returns: KERN_SUCCESS; another code, which the fault returns. */
    kern_return_t (*page_in)(void *pager, uint64_t offset, struct vm_page *page);
    /* The last reference on the object is gone.  A map may be locked; must not wait for a task. */
    void (*terminate)(void *pager);
};
