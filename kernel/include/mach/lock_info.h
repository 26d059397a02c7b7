/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a debug kernel knows about a class of its locks: how often they were taken and waited for,
 * and how long one of them was held at most, since boot. One more entry, "interrupts off, N", says for
 * how long processor N took no interrupts at most, and between which places.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>

#define LOCK_INFO_NAME_MAX  32
#define LOCK_INFO_PLACE_MAX 60
#define LOCK_INFO_MAX       40 /* entries of host_lock_info() */

#pragma pack(push, 4)
struct lock_info {
    char name[LOCK_INFO_NAME_MAX];           /* the class, terminated */
    char longest_place[LOCK_INFO_PLACE_MAX]; /* file:line where longest_ns began */
    uint32_t is_mutex;                       /* a sleeping lock; else a spin lock */
    uint64_t acquisitions;
    uint64_t contended;  /* acquisitions that had to wait */
    uint64_t spins;      /* rounds of waiting; 0 for mutexes */
    uint64_t longest_ns; /* the longest time for which one was held */
};
#pragma pack(pop)
typedef struct lock_info lock_info_t;
typedef lock_info_t *lock_info_array_t;
MACH_ABI_SIZE(struct lock_info, 128);
