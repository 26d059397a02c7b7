/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Resolving page faults, and the kernel's access to any map's memory, which is the same thing.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/vm_prot.h>

#include <vm/vm_map.h>

/* Events since boot, for statistics. */
struct vm_fault_counts {
    _Atomic uint64_t faults;
    _Atomic uint64_t zero_fills;
    _Atomic uint64_t copies;
    _Atomic uint64_t page_ins;
};
extern struct vm_fault_counts vm_fault_counts;

/*
 * Make ACCESS at ADDRESS possible in MAP: find or make the page and enter it in the pmap.  May
 * sleep.
 * Returns: KERN_SUCCESS; KERN_INVALID_ADDRESS, nothing is mapped; KERN_PROTECTION_FAILURE, not for
 *          this access; KERN_MEMORY_ERROR, the pager failed; KERN_RESOURCE_SHORTAGE, no memory.
 */
[[nodiscard]] kern_return_t vm_fault(struct vm_map *map, virt_addr_t address, vm_prot_t access);

/*
 * Copy between kernel memory and any map (not only the current one), page by page with faults.  May
 * sleep.  Device memory is not accessible so.  Returns: as vm_fault(); a part may have been copied.
 */
[[nodiscard]] kern_return_t vm_map_read_bytes(struct vm_map *map, virt_addr_t from, void *to,
                                              uint64_t size);
[[nodiscard]] kern_return_t vm_map_write_bytes(struct vm_map *map, virt_addr_t to, const void *from,
                                               uint64_t size);
