/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX's view of file systems, of which the file servers do not tell.
 */
#pragma once

#include <sys/types.h>

#define ST_RDONLY 0x00000001
#define ST_NOSUID 0x00000002

struct statvfs {
    unsigned long f_bsize;
    unsigned long f_frsize; /* bytes of what the next count */
    fsblkcnt_t f_blocks;
    fsblkcnt_t f_bfree;
    fsblkcnt_t f_bavail;
    fsfilcnt_t f_files;
    fsfilcnt_t f_ffree;
    fsfilcnt_t f_favail;
    unsigned long f_fsid;
    unsigned long f_flag; /* ST_* */
    unsigned long f_namemax;
};

#ifdef __cplusplus
extern "C" {
#endif

/* Fail with the errno of a PATH or FD that is none, else with ENOTSUP. */
int statvfs(const char *path, struct statvfs *result);
int fstatvfs(int fd, struct statvfs *result);

#ifdef __cplusplus
}
#endif
