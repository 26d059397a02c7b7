/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors and open files. A descriptor is an index into a table of pointers to open files;
 * dup() makes two descriptors share one. An open file is a right to an object of io.defs, a position,
 * and what is needed to find the object again when its server has been restarted.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <mach/mach_types.h>
#include <mach_r/io_types.h>

#include "../threads/park.h"

#define FILES_MAX 128

/* How the object is found again. */
enum file_origin {
    ORIGIN_UNKNOWN,  /* it is not */
    ORIGIN_PATH,     /* by its path */
    ORIGIN_TERMINAL, /* the console server's first terminal */
};

struct open_file {
    uint32_t lock;          /* protects port against reopening */
    struct turn_lock order; /* held by who writes, and at a file by who reads or seeks */
    uint32_t references;    /* (a) descriptors and calls under way */
    mach_port_t port;       /* a send right of the file's */
    mach_port_t former;     /* the one before, dead; another thread may be about to use the name */
    enum file_origin origin;
    char *path;      /* ORIGIN_PATH: absolute, allocated */
    int flags;       /* O_* */
    uint32_t type;   /* IO_TYPE_*; IO_TYPE_UNKNOWN until asked for */
    uint64_t offset; /* (a) position */
};

/*
 * The open file behind descriptor FD; null with errno EBADF.
 * References: the caller owns one.
 */
struct open_file *file_get(int fd);

/* Give back a reference; the last one closes the file. */
void file_put(struct open_file *file);

/*
 * A new open file for PORT, an object found at PATH (null: otherwise).
 * References: takes over PORT and returns one reference; null with errno set leaves PORT alone.
 */
struct open_file *file_create(mach_port_t port, const char *path, int flags);

/*
 * Make the lowest free descriptor not below LEAST refer to FILE.
 * References: takes over the caller's on success. Returns: -1 with errno set.
 */
int file_install(struct open_file *file, int least);

/* Descriptors below this are given out, FILES_MAX at most; those above that exist stay. */
int files_limit(void);
void files_set_limit(int limit);

/*
 * A right to FILE's object for one call. References: none given; valid while the file is.
 */
mach_port_t file_port(struct open_file *file);

/* A call on PORT showed that the server has died: find the object again, once for all callers. */
kern_return_t file_reopen(struct open_file *file, mach_port_t port);

/* The kind of object, IO_TYPE_*. */
uint32_t file_type(struct open_file *file);

/* Describe the object. */
kern_return_t file_stat(struct open_file *file, io_stat_t *stat);
