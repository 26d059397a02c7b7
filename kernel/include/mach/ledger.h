/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ledger: how many objects of each kind the kernel has in use. A test that gives back all it
 * took must find the ledger as it was before. And the type in which pieces of the log travel.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>

#define LEDGER_NAME_MAX  32
#define LEDGER_ENTRY_MAX 64

#pragma pack(push, 4)
struct ledger_entry {
    char name[LEDGER_NAME_MAX]; /* kind of object, terminated */
    uint64_t in_use;            /* objects allocated now */
    uint64_t object_size;       /* bytes */
};
#pragma pack(pop)
typedef struct ledger_entry ledger_entry_t;
typedef ledger_entry_t *ledger_entry_array_t;
MACH_ABI_SIZE(struct ledger_entry, 48);

/* A piece of the kernel's log. */
#define LOG_TEXT_MAX 4096
typedef char log_text_t[LOG_TEXT_MAX];
