/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses of pages, as vm_mapped_pages_info() would list them.
 */
#pragma once

#include <mach/machine/vm_types.h>

typedef vm_offset_t *page_address_array_t;
