/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers that programs are told instead of the addresses of the kernel's objects.
 */
#pragma once

#include <stdint.h>

/* The least size of objects that have numbers: no two of them begin in one such unit. */
#define OBJECT_NUMBER_UNIT 64

/* What stands for OBJECT, which lies in the lowest 256 GiB of the direct map, without telling where: another
 * number for each, since the factor is odd. */
static inline uint32_t object_number(const void *object)
{
    return (uint32_t)((uintptr_t)object / OBJECT_NUMBER_UNIT) * 0x9e3779b1u;
}
