/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The random half of the fuzzing test: what a thread of a private helper does (systest_wild.h).
 */
#pragma once

#include <stdint.h>

#define FUZZ_THREADS_MAX 4

/* What test and helper both see, at the same address in both. */
struct fuzz_shared {
    _Atomic uint64_t done[FUZZ_THREADS_MAX]; /* traps and messages of each thread */
};

#define FUZZ_SHARED_ADDRESS UINT64_C(0x500000000000)

/* What one thread is to do. */
struct fuzz_job {
    uint64_t seed;
    uint32_t index; /* into fuzz_shared.done */
    uint32_t count;
};

/* Do the job at ARGUMENT, which lies in the image. For bare threads. */
void fuzz_run(void *argument);
