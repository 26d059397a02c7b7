/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel mappings of the fake machine are mappings of the host program.
 */
#pragma once

#include <arch/pmap.h>

/* Show the page PHYSICAL at VIRTUAL too, and take it away. */
void fake_memory_map(virt_addr_t virtual, phys_addr_t physical);
void fake_memory_unmap(virt_addr_t virtual);

/* In a child process: let writes to memory be this process's own from now on. */
void fake_memory_make_private(void);
