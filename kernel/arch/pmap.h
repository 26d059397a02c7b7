/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The physical map: what the processor's page tables say.  It is a cache of what vm/ knows and may
 * forget any user mapping at any time (a fault brings it back); it forgets no wired one.  A struct
 * pmap belongs to one struct vm_map.
 *
 * Write protection of whole page-table spans (2 MiB) is done at the directory level, so that
 * protecting a large range costs what its ends cost; the span's own entries are brought in line at
 * the next pmap_enter() into it.
 *
 * Locks: each pmap has a spin lock of its own, taken inside these functions, below all others.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/vm_prot.h>

#include <lib/compiler.h>

typedef uint64_t phys_addr_t;
typedef uint64_t virt_addr_t;

#define PAGE_SHIFT 12
#define PAGE_SIZE  (UINT64_C(1) << PAGE_SHIFT)
#define PAGE_MASK  (PAGE_SIZE - 1)

/* How a mapping is cached. */
enum pmap_cache {
    PMAP_CACHE_NORMAL,          /* write-back memory */
    PMAP_CACHE_DEVICE,          /* uncached device registers */
    PMAP_CACHE_WRITE_COMBINING, /* frame buffers */
};

/*
 * The kernel addresses that are for mem/ to hand out through kernel_pmap; all else above is arch's
 * own.
 */
#define KERNEL_VIRTUAL_START UINT64_C(0xffffc00000000000)
#define KERNEL_VIRTUAL_END   UINT64_C(0xffffc08000000000)

struct pmap;

/* The kernel's own map: the upper half that all pmaps share. */
extern struct pmap *const kernel_pmap;

/* Create an empty user pmap.  Returns: null if there is no memory. */
[[nodiscard]] struct pmap *pmap_create(void);

/*
 * Destroy PMAP, which no processor has loaded and nobody else refers to, with all its tables.  May
 * take long.
 */
void pmap_destroy(struct pmap *pmap);

/*
 * Map the page at VIRTUAL to PHYSICAL with PROTECTION (VM_PROT_*; never writable and executable in
 * the kernel's map). Replaces what was there.  User pmaps take user addresses, kernel_pmap kernel
 * ones.
 * Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE, no page for a table.
 */
[[nodiscard]] kern_return_t pmap_enter(struct pmap *pmap, virt_addr_t virtual, phys_addr_t physical,
                                       vm_prot_t protection, enum pmap_cache cache);

/* Forget all mappings in [START, END).  Costs nothing for parts that have no table. */
void pmap_remove(struct pmap *pmap, virt_addr_t start, virt_addr_t end);

/*
 * Reduce the protection of all mappings in [START, END) to at most PROTECTION; with VM_PROT_NONE,
 * forget them.
 */
void pmap_protect(struct pmap *pmap, virt_addr_t start, virt_addr_t end, vm_prot_t protection);

/* Where VIRTUAL is mapped.  Returns: true and *PHYSICAL if it is. */
bool pmap_extract(struct pmap *pmap, virt_addr_t virtual, phys_addr_t *physical);

/*
 * Reduce the protection of every mapping of the physical page to at most PROTECTION, in all pmaps;
 * VM_PROT_NONE forgets them.  Context: may take the lock of any pmap.
 */
void pmap_page_protect(phys_addr_t physical, vm_prot_t protection);

/*
 * Make PMAP the running processor's map.  Does nothing if it is already.  Context: interrupts off.
 */
static inline void pmap_activate(struct pmap *pmap);

/* Bytes of resident user mappings in PMAP. */
uint64_t pmap_resident_bytes(const struct pmap *pmap);

/* The most that pmap_resident_bytes() ever was. */
uint64_t pmap_resident_peak_bytes(const struct pmap *pmap);

/*
 * Give user code in PMAP the I/O ports [FIRST, FIRST + COUNT) (COUNT >= 1, FIRST + COUNT <= 65536).
 * Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE, no memory for the bitmap.
 */
[[nodiscard]] kern_return_t pmap_grant_io_ports(struct pmap *pmap, uint32_t first, uint32_t count);

/* The kernel's view of the physical address PHYSICAL, through the direct map (RAM only). */
static inline void *phys_to_virt(phys_addr_t physical);

/* The physical address behind POINTER into the direct map. */
static inline phys_addr_t virt_to_phys(const void *pointer);

/*
 * Map SIZE bytes of device memory at PHYSICAL for the kernel, uncached.  Returns: null if
 * impossible.
 */
[[nodiscard]] void *pmap_map_device(phys_addr_t physical, uint64_t size);

#include <machine/pmap.h>
