/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Darwin's cryptographic calls return. Of those only <CommonCrypto/CommonRandom.h> is here.
 */
#pragma once

#include <stdint.h>

enum {
    kCCSuccess = 0,
    kCCParamError = -4300,
    kCCBufferTooSmall = -4301,
    kCCMemoryFailure = -4302,
    kCCAlignmentError = -4303,
    kCCDecodeError = -4304,
    kCCUnimplemented = -4305,
    kCCOverflow = -4306,
    kCCRNGFailure = -4307,
};

typedef int32_t CCStatus;
typedef int32_t CCCryptorStatus;
typedef CCCryptorStatus CCRNGStatus;
