/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading a pmap, and what goes with it besides CR3: the I/O ports of its user code.  The bitmap
 * lives in the TSS.  It is copied there when a pmap with ports follows one with other ports; a pmap
 * without ports only moves the bitmap's offset out of the TSS, so that switching to and from the
 * only driver copies nothing.
 */
#include <pmap_internal.h>

#include <stdatomic.h>

#include <lib/string.h>
#include <arch/cpu.h>
#include <arch/upcalls.h>
#include <gdt.h>

/* Whose bitmap the TSS holds, and whether the processor looks at it. */
static PERCPU_DEFINE(struct pmap *, io_bitmap_owner);
static PERCPU_DEFINE(uintptr_t, io_bitmap_enabled);

static void io_bitmap_copy(struct pmap *pmap)
{
    struct tss *tss = percpu_ptr(cpu_tss);
    for (int i = 0; i < IO_BITMAP_PAGES; i++) {
        memcpy(tss->io_bitmap + (size_t)i * PAGE_SIZE, pmap->io_bitmap[i], PAGE_SIZE);
    }
    percpu_write(io_bitmap_owner, pmap);
}

static RARE_CALL void io_bitmap_switch(struct pmap *pmap)
{
    bool has_ports = pmap->io_bitmap[0] != nullptr;
    if (has_ports && percpu_read(io_bitmap_owner) != pmap) {
        io_bitmap_copy(pmap);
    }
    tss_enable_io_bitmap(has_ports);
    percpu_write(io_bitmap_enabled, has_ports);
}

void pmap_switch(struct pmap *pmap)
{
    struct pmap *previous = percpu_read(pmap_active);
    cpu_mask_t self = cpu_self();
    atomic_fetch_or(&pmap->cpus, self);
    tlb_load(pmap);
    percpu_write(pmap_active, pmap);
    atomic_fetch_and(&previous->cpus, ~self);
    if (UNLIKELY(((uintptr_t)pmap->io_bitmap[0] | percpu_read(io_bitmap_enabled)) != 0)) {
        io_bitmap_switch(pmap);
    }
}

static void io_bitmap_forget_here(const void *pmap)
{
    if (percpu_read(io_bitmap_owner) == pmap) {
        percpu_write(io_bitmap_owner, nullptr);
    }
}

/* The ports of *ARGUMENT, a pointer to a pmap, have changed. */
static void io_bitmap_update_here(const void *argument)
{
    struct pmap *pmap = *(struct pmap *const *)argument;
    io_bitmap_forget_here(pmap);
    if (percpu_read(pmap_active) == pmap) {
        io_bitmap_switch(pmap);
    }
}

/* A kernel thread runs in whatever was loaded before it. */
static void pmap_drop_here(const void *pmap)
{
    if (percpu_read(pmap_active) == pmap) {
        pmap_switch(kernel_pmap);
    }
    io_bitmap_forget_here(pmap);
}

void pmap_drop(struct pmap *pmap)
{
    pmap_drop_here(pmap);
    bool has_ports = pmap->io_bitmap[0] != nullptr;
    cross_call(has_ports ? CPU_SET_ALL : atomic_load(&pmap->cpus), pmap_drop_here, pmap);
}

/* Give PMAP a bitmap without ports. */
static bool io_bitmap_create(struct pmap *pmap)
{
    phys_addr_t pages[IO_BITMAP_PAGES];
    if (!upcall_page_table_allocate(&pages[0])) {
        return false;
    }
    if (!upcall_page_table_allocate(&pages[1])) {
        upcall_page_table_free(pages[0]);
        return false;
    }
    for (int i = 0; i < IO_BITMAP_PAGES; i++) {
        uint8_t *bitmap = phys_to_virt(pages[i]);
        memset(bitmap, 0xff, PAGE_SIZE);
        pmap->io_bitmap[i] = bitmap;
    }
    return true;
}

kern_return_t pmap_grant_io_ports(struct pmap *pmap, uint32_t first, uint32_t count)
{
    interrupt_state_t state = spin_lock_save(&pmap->lock);
    if (pmap->io_bitmap[0] == nullptr && !io_bitmap_create(pmap)) {
        spin_unlock_restore(&pmap->lock, state);
        return KERN_RESOURCE_SHORTAGE;
    }
    for (uint32_t port = first; port < first + count; port++) {
        uint32_t byte = port / 8;
        pmap->io_bitmap[byte / PAGE_SIZE][byte % PAGE_SIZE] &= (uint8_t)~(1u << port % 8);
    }
    io_bitmap_update_here(&pmap);
    cross_call(CPU_SET_ALL, io_bitmap_update_here, &pmap);
    spin_unlock_restore(&pmap->lock, state);
    return KERN_SUCCESS;
}
