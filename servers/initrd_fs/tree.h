/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot archive as a tree of directories and files, made once and never changed. The root may
 * also have mount points: names behind which another server's directory lies.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "ustar.h"

/* Longest name in a path, with its terminating zero. */
#define TREE_NAME_MAX 256

enum tree_type {
    TREE_FILE,
    TREE_DIRECTORY,
    TREE_MOUNT,
};

struct tree_node {
    const char *name; /* "" for the root */
    enum tree_type type;
    uint32_t mode;     /* permission bits */
    uint64_t number;   /* unique in the tree, from 1 */
    uint64_t modified; /* seconds since 1970 */
    uint64_t data;     /* TREE_FILE: offset of the contents in the archive */
    uint64_t size;     /* TREE_FILE: bytes */

    const char *service;      /* TREE_MOUNT: name of the service */
    struct tree_node *parent; /* the root's is itself */
    struct tree_node *child;  /* the first, in the archive's order */
    struct tree_node *sibling;
};

struct tree {
    struct tree_node *root;
    uint64_t count; /* nodes */
};

/* What came out of reading an archive. */
struct tree_report {
    enum ustar_result end; /* USTAR_END: the whole archive was read */
    unsigned left_out;     /* members without a place in the tree */
};

/*
 * Make a tree of the SIZE bytes at ARCHIVE; null: no archive. What is good before an archive's
 * damaged place is there.
 * Returns: false, no memory; the tree may still be used if it has a root.
 */
bool tree_create(struct tree *tree, const void *archive, size_t size, struct tree_report *report);

/* Give all memory back. */
void tree_destroy(struct tree *tree);

/* Mount SERVICE, a string that stays, at NAME in the root. Returns: false, no memory. */
bool tree_mount(struct tree *tree, const char *name, const char *service);

enum tree_result {
    TREE_FOUND,  /* *NODE is it */
    TREE_LEAVES, /* *NODE is a mount point, *REST what is to be looked for behind it */
    TREE_NOT_FOUND,
    TREE_NOT_DIRECTORY,
    TREE_NAME_TOO_LONG,
};

/*
 * Follow PATH from DIRECTORY. Leading slashes and empty names do nothing; ".." of the root is the
 * root. A path that ends in a slash names a directory.
 */
enum tree_result tree_lookup(struct tree_node *directory, const char *path, struct tree_node **node,
                             const char **rest);
