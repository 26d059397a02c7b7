/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Network data representation: eight bytes in front of a message's plain data which say how it is
 * encoded. On one machine it is constant, and receivers may check that it is.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>

typedef struct {
    unsigned char mig_vers;
    unsigned char if_vers;
    unsigned char reserved1;
    unsigned char mig_encoding;
    unsigned char int_rep;
    unsigned char char_rep;
    unsigned char float_rep;
    unsigned char reserved2;
} NDR_record_t;
MACH_ABI_SIZE(NDR_record_t, 8);

#define NDR_PROTOCOL_2_0      0
#define NDR_INT_BIG_ENDIAN    0
#define NDR_INT_LITTLE_ENDIAN 1
#define NDR_FLOAT_IEEE        0
#define NDR_FLOAT_VAX         1
#define NDR_FLOAT_CRAY        2
#define NDR_FLOAT_IBM         3
#define NDR_CHAR_ASCII        0
#define NDR_CHAR_EBCDIC       1

/* This machine's record, as an initializer. */
#define NDR_RECORD_VALUE \
    { 0, 0, 0, NDR_PROTOCOL_2_0, NDR_INT_LITTLE_ENDIAN, NDR_CHAR_ASCII, NDR_FLOAT_IEEE, 0 }

MACH_BEGIN_DECLS

/* This machine's record. Defined once in the kernel and once in libmach. */
extern NDR_record_t NDR_record;

MACH_END_DECLS
