/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Texts of all error codes, as groups of consecutive codes.
 */
#pragma once

#include <mach/error.h>

struct error_group {
    mach_error_t first;       /* code of texts[0] */
    int count;                /* number of codes in the group */
    const char *type;         /* which part of the system reports these */
    const char *const *texts; /* null where no such code exists */
};

/* The group that ERROR belongs to; null if it belongs to none. */
const struct error_group *error_group_find(mach_error_t error);
