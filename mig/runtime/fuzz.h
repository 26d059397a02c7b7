/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the harnesses of `mig fuzz` share. libFuzzer's bytes become a request such as a kernel may
 * deliver: header and descriptors are well formed, everything else is arbitrary. The server's
 * routines of a harness read all that they are given, so that a sanitizer sees what is not there.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/mig.h>

struct fuzz_target {
    boolean_t (*demux)(mach_msg_header_t *request, mach_msg_header_t *reply);
    mach_msg_id_t first;
    unsigned int count;
    mach_msg_size_t max_reply;
};
extern const struct fuzz_target fuzz_target;

/* Read SIZE bytes. */
void fuzz_read(const void *bytes, size_t size);

/* Read up to the first null, which must be among SIZE bytes. */
void fuzz_read_string(const char *s, size_t size);

/* The next of the fuzzer's choices, from 0 to LIMIT. */
uint32_t fuzz_choose(uint32_t limit);

/* What the routine returns: success, an error, or that the reply comes later. */
kern_return_t fuzz_result(void);
