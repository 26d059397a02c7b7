/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File systems, as Darwin tells of them. The file servers do not tell: the calls fail.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#define MFSTYPENAMELEN 16
#define MFSNAMELEN     15
#define MNAMELEN       1024

#define MNT_WAIT        1
#define MNT_NOWAIT      2
#define MNT_RDONLY      0x00000001
#define MNT_SYNCHRONOUS 0x00000002
#define MNT_NOEXEC      0x00000004
#define MNT_NOSUID      0x00000008
#define MNT_NODEV       0x00000010
#define MNT_UNION       0x00000020
#define MNT_ASYNC       0x00000040
#define MNT_LOCAL       0x00001000
#define MNT_ROOTFS      0x00004000

typedef struct fsid {
    int32_t val[2];
} fsid_t;

struct statfs {
    uint32_t f_bsize;  /* bytes of a block */
    int32_t f_iosize;  /* bytes that are read best at a time */
    uint64_t f_blocks; /* in all */
    uint64_t f_bfree;
    uint64_t f_bavail; /* for who is not privileged */
    uint64_t f_files;
    uint64_t f_ffree;
    fsid_t f_fsid;
    uid_t f_owner;
    uint32_t f_type;
    uint32_t f_flags; /* MNT_* */
    uint32_t f_fssubtype;
    char f_fstypename[MFSTYPENAMELEN];
    char f_mntonname[MNAMELEN];
    char f_mntfromname[MNAMELEN];
    uint32_t f_flags_ext;
    uint32_t f_reserved[7];
};

#ifdef __cplusplus
extern "C" {
#endif

/* Fail with the errno of a PATH or FD that is none, else with ENOTSUP. */
int statfs(const char *path, struct statfs *result);
int fstatfs(int fd, struct statfs *result);

/* Fail with ENOTSUP; getmntinfo() returns 0, as its failures do. */
int getfsstat(struct statfs *results, int bytes, int mode);
int getmntinfo(struct statfs **results, int mode);

#ifdef __cplusplus
}
#endif
