/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of idl/fs.defs.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach_r/io_types.h>
#include <mach_r/server_errors.h>

/* Sizes with the terminating zero. */
#define FS_PATH_MAX 1024
#define FS_NAME_MAX 256

typedef char fs_path_t[FS_PATH_MAX];
typedef char *fs_data_t;

/* Results of dir_lookup. */
#define FS_LOOKUP_DONE  1
#define FS_LOOKUP_AGAIN 2

/* Flags of dir_lookup. */
#define FS_LOOKUP_FLAG_DIRECTORY 0x1  /* fail unless it is a directory */
#define FS_LOOKUP_FLAG_CREATE    0x2  /* make a file if there is none */
#define FS_LOOKUP_FLAG_EXCLUSIVE 0x4  /* with CREATE: fail if there is one */
#define FS_LOOKUP_FLAG_TRUNCATE  0x8  /* empty the file */
#define FS_LOOKUP_FLAG_WRITE     0x10 /* fail unless it can be changed */
#define FS_LOOKUP_FLAG_MASK      0x1f

/* How many servers a look-up may be passed on to. */
#define FS_LOOKUP_DEPTH_MAX 16

/* An entry of a directory. */
struct fs_entry {
    uint64_t node; /* number of the node, unique in its server */
    uint64_t size; /* bytes */
    uint32_t type; /* IO_TYPE_* */
    uint32_t mode; /* permission bits */
    char name[FS_NAME_MAX];
};
typedef struct fs_entry fs_entry_t;
typedef fs_entry_t *fs_entry_array_t;
MACH_ABI_SIZE(struct fs_entry, 280);
