/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a ustar archive (POSIX.1-2017, pax, "ustar Interchange Format") that lies in memory: one
 * member after the other, names put together, extended headers (types x and g) skipped.  Trusts
 * nothing in the archive.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Longest path: prefix (155), slash, name (100), terminating zero. */
#define USTAR_PATH_MAX 257

enum ustar_type {
    USTAR_FILE,
    USTAR_DIRECTORY,
    USTAR_OTHER, /* links, devices: listed, without contents */
};

struct ustar_member {
    char path[USTAR_PATH_MAX]; /* plain: no "./", no slash at either end; "" is the root */
    enum ustar_type type;
    uint32_t mode;     /* permission bits */
    uint64_t modified; /* seconds since 1970 */
    uint64_t data;     /* offset of the contents in the archive */
    uint64_t size;     /* bytes of contents, all inside the archive */
};

/* A position in an archive. */
struct ustar {
    const char *archive;
    size_t size;
    size_t offset; /* of the next header */
};

/* Begin with the SIZE bytes at ARCHIVE. */
void ustar_begin(struct ustar *ustar, const void *archive, size_t size);

enum ustar_result {
    USTAR_MEMBER,     /* there is one more */
    USTAR_END,        /* that was all */
    USTAR_NO_ARCHIVE, /* no ustar header where one has to be */
    USTAR_BAD_CHECKSUM,
    USTAR_BAD_NUMBER, /* a number field is not octal, or too large */
    USTAR_TRUNCATED,  /* the contents or the end mark are missing */
};

/* Fetch the next member.  After anything but USTAR_MEMBER the archive is over. */
enum ustar_result ustar_next(struct ustar *ustar, struct ustar_member *member);

/* What is wrong, in words that continue "NAME: ". */
const char *ustar_error(enum ustar_result result);

/* Find the file PATH (as in member->path).  Returns: USTAR_MEMBER, or USTAR_END if it is not
 * there, or an error. */
enum ustar_result ustar_find(const void *archive, size_t size, const char *path,
                             struct ustar_member *member);
