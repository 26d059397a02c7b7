/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The types of audit tokens' parts. Nothing is audited: there are no calls.
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

typedef uid_t au_id_t;
typedef pid_t au_asid_t;

struct au_tid {
    dev_t port;
    uint32_t machine;
};
typedef struct au_tid au_tid_t;
