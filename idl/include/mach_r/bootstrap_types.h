/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of idl/bootstrap.defs.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/message.h>

#define BOOTSTRAP_NAME_SIZE 128

typedef char bootstrap_name_t[BOOTSTRAP_NAME_SIZE];

/* A name in a list. */
struct bootstrap_name_record {
    char name[BOOTSTRAP_NAME_SIZE];
};
typedef struct bootstrap_name_record bootstrap_name_record_t;
typedef bootstrap_name_record_t *bootstrap_name_array_t;
typedef uint32_t *bootstrap_active_array_t;

/* Errors; 0 is success. */
#define BOOTSTRAP_CODE_NOT_PRIVILEGED  1100
#define BOOTSTRAP_CODE_NAME_IN_USE     1101
#define BOOTSTRAP_CODE_UNKNOWN_SERVICE 1102
#define BOOTSTRAP_CODE_SERVICE_ACTIVE  1103
#define BOOTSTRAP_CODE_BAD_COUNT       1104
#define BOOTSTRAP_CODE_NO_MEMORY       1105
#define BOOTSTRAP_CODE_NO_CHILDREN     1106

/* Flag of bootstrap_look_up: wait until the name is bound. */
#define BOOTSTRAP_WAIT 0x1
