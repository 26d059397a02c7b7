/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of idl/io.defs.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach_r/server_errors.h>

/* The most one io_read or io_write carries. */
#define IO_INLINE_MAX 4096

typedef char io_data_t[IO_INLINE_MAX];

/* Flags of io_read and io_write. */
#define IO_NO_WAIT 0x1 /* fail instead of waiting */
#define IO_APPEND  0x2 /* write at the end, whatever offset says */

/* What io_poll tells. */
#define IO_POLL_READ   0x01 /* a read would not wait: bytes or the end */
#define IO_POLL_WRITE  0x04 /* a write of at most IO_POLL_ROOM bytes would not wait */
#define IO_POLL_ERROR  0x08 /* nothing of what was asked for can ever be so */
#define IO_POLL_HANGUP 0x10 /* the other end has gone */
#define IO_POLL_ALWAYS (IO_POLL_ERROR | IO_POLL_HANGUP)
#define IO_POLL_ROOM   512

/* What an object is. */
#define IO_TYPE_UNKNOWN   0
#define IO_TYPE_FILE      1
#define IO_TYPE_DIRECTORY 2
#define IO_TYPE_TERMINAL  3
#define IO_TYPE_STREAM    4 /* bytes pass, there is no position */
#define IO_TYPE_LINK      5

struct io_stat {
    uint64_t server;   /* number of the server's file system */
    uint64_t node;     /* number of the object, unique in its server */
    uint64_t size;     /* bytes; 0 for what has no size */
    uint64_t modified; /* seconds since 1970 */
    uint32_t type;     /* IO_TYPE_* */
    uint32_t mode;     /* permission bits, as in 0755 */
    uint32_t links;
    uint32_t block_size; /* what is good to read at once */
    uint32_t uid;
    uint32_t gid;
};
typedef struct io_stat io_stat_t;
MACH_ABI_SIZE(struct io_stat, 56);
