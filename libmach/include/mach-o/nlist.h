/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Symbols of Mach-O files.
 */
#pragma once

#include <stdint.h>

struct nlist {
    union {
        uint32_t n_strx;
    } n_un;
    uint8_t n_type;
    uint8_t n_sect;
    int16_t n_desc;
    uint32_t n_value;
};

struct nlist_64 {
    union {
        uint32_t n_strx;
    } n_un;
    uint8_t n_type;
    uint8_t n_sect;
    uint16_t n_desc;
    uint64_t n_value;
};

#define N_STAB                      0xe0
#define N_PEXT                      0x10
#define N_TYPE                      0x0e
#define N_EXT                       0x01
#define N_UNDF                      0x0
#define N_ABS                       0x2
#define N_SECT                      0xe
#define N_PBUD                      0xc
#define N_INDR                      0xa
#define NO_SECT                     0
#define MAX_SECT                    255
#define REFERENCE_TYPE              0x7
#define N_NO_DEAD_STRIP             0x0020
#define N_WEAK_REF                  0x0040
#define N_WEAK_DEF                  0x0080
#define N_ARM_THUMB_DEF             0x0008
#define GET_LIBRARY_ORDINAL(n_desc) (((n_desc) >> 8) & 0xff)
