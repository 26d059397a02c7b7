/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of directories, for newlib's <dirent.h>.
 */
#pragma once

#include <sys/types.h>

#define DT_UNKNOWN 0
#define DT_CHR     2
#define DT_DIR     4
#define DT_REG     8
#define DT_LNK     10

#define MAXNAMLEN 255

struct dirent {
    ino_t d_ino;
    unsigned char d_type; /* DT_* */
    char d_name[MAXNAMLEN + 1];
};

typedef struct directory_stream DIR;
