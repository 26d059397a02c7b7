/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The communication page: read-only memory at the same address in every task, which holds what a
 * program would otherwise need a trap for. The kernel writes it before the first task runs; only
 * the calendar offset changes later, and it is one aligned word.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>

#define COMM_PAGE_ADDRESS 0x7fffffe00000ull
#define COMM_PAGE_MAGIC   0x4d4d4f43u /* "COMM", as bytes in memory */
#define COMM_PAGE_VERSION 1

struct comm_page {
    uint32_t magic;
    uint32_t version;
    uint32_t page_size;
    uint32_t cpu_count; /* processors in use */
    uint32_t features;  /* COMM_FEATURE_* */

    /* mach_timebase_info: absolute time * numer / denom = nanoseconds. */
    uint32_t timebase_numer;
    uint32_t timebase_denom;

    /* Absolute time = ((unsigned __int128)(rdtsc - tsc_base) * tsc_multiplier) >> tsc_shift. */
    uint32_t tsc_shift;
    uint64_t tsc_multiplier;
    uint64_t tsc_base; /* time-stamp counter at boot */
    uint64_t tsc_hz;

    /* Nanoseconds from 1970 to boot; 0: the time of day is not known. */
    uint64_t calendar_offset;

    uint64_t memory_size; /* bytes of RAM */
    char kernel_version[64];
};
MACH_ABI_SIZE(struct comm_page, 136);

#define COMM_FEATURE_XSAVE         0x0001
#define COMM_FEATURE_AVX           0x0002
#define COMM_FEATURE_AVX512        0x0004
#define COMM_FEATURE_FSGSBASE      0x0008
#define COMM_FEATURE_INVARIANT_TSC 0x0010
#define COMM_FEATURE_HYPERVISOR    0x0020
