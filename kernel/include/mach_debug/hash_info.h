/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How full the buckets of a hash table are.
 */
#pragma once

#include <mach/machine/vm_types.h>

typedef struct hash_info_bucket {
    natural_t hib_count; /* records in it */
} hash_info_bucket_t;
typedef hash_info_bucket_t *hash_info_bucket_array_t;
